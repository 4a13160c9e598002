import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { syntheticChunks } from "../../core/synthetic-body.ts";
import type { ObjectStores } from "../../ports/object-store.ts";
import { systemBodySources } from "./body-sources.ts";

let folder = "";
let root = "";
let origin = "";
let requests = 0;
const server = createServer((request, response) => {
  requests += 1;
  const path = request.url ?? "/";
  const redirect = /^\/to\?(.*)$/.exec(path)?.[1];
  if (redirect !== undefined) response.writeHead(302, { location: decodeURIComponent(redirect) }).end();
  else if (path === "/loop") response.writeHead(307, { location: "/loop" }).end();
  else if (path === "/body") response.end("hello");
  else if (path === "/chunked") response.write("he", () => response.end("llo"));
  else response.writeHead(Number(path.slice(1))).end();
});

const noStores: ObjectStores = {
  open: () => Promise.reject(new Error("no store is expected")),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "astra-bodies-"));
  root = join(folder, "root");
  await mkdir(join(root, "sub"), { recursive: true });
  await mkdir(join(folder, "root-beside"));
  await writeFile(join(root, "sub", "a b%.txt"), "inside");
  await writeFile(join(folder, "secret.txt"), "outside");
  await writeFile(join(folder, "root-beside", "secret.txt"), "outside");
  await symlink(join(folder, "secret.txt"), join(root, "link-out"));
  await symlink(join(root, "sub"), join(root, "link-in"));
  execFileSync("mkfifo", [join(root, "fifo")]);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

async function read(
  uri: string,
  options: { allowed?: readonly string[]; limit?: number; buckets?: readonly string[] } = {},
): Promise<string> {
  const { allowed = [], limit = 1_000_000, buckets = [] } = options;
  await using sources = systemBodySources(
    { fileRoots: [root], allowedPrivateHosts: allowed, buckets },
    { stores: noStores },
  );
  const body = await sources.open({ uri }, limit);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body.chunks) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  if (body.sizeBytes !== null) expect(bytes.byteLength).toBe(body.sizeBytes);
  return bytes.toString("latin1");
}

const forbidden = { code: "ASTRA_BODY_FORBIDDEN" };
const missing = { code: "ASTRA_BODY_MISSING" };

describe("file:", () => {
  test("reads below a root, also through a link that stays inside", async () => {
    expect(await read(pathToFileURL(join(root, "sub", "a b%.txt")).href)).toBe("inside");
    expect(await read(pathToFileURL(join(root, "link-in", "a b%.txt")).href)).toBe("inside");
  });

  test.each([
    ["a path outside", () => pathToFileURL(join(folder, "secret.txt")).href, forbidden],
    ["..", () => `file://${root}/sub/../../secret.txt`, forbidden],
    [".. written as %2e", () => `file://${root}/%2e%2e/secret.txt`, forbidden],
    ["a relative ..", () => `file:${root}/../secret.txt`, forbidden],
    ["a sibling whose name begins like the root", () => `file://${folder}/root-beside/secret.txt`, forbidden],
    ["a link that leads out", () => `file://${root}/link-out`, forbidden],
    ["a FIFO", () => `file://${root}/fifo`, forbidden],
    ["a folder", () => `file://${root}/sub`, forbidden],
    ["a device", () => "file:///dev/zero", forbidden],
    ["another host", () => `file://example.com${root}/sub/a`, forbidden],
    ["an encoded slash", () => `file://${root}%2f..%2fsecret.txt`, forbidden],
    ["a NUL", () => `file://${root}/a%00b`, missing],
    ["a missing file", () => `file://${root}/none`, missing],
  ])("refuses %s", async (_what, uri, error) => {
    await expect(read(uri())).rejects.toMatchObject(error);
  });

  test("stops at the size limit", async () => {
    await expect(read(pathToFileURL(join(root, "sub", "a b%.txt")).href, { limit: 5 })).rejects.toMatchObject({
      code: "ASTRA_BODY_MISMATCH",
    });
  });
});

describe("https:", () => {
  test.each([
    ["plain http", "http://example.com/"],
    ["loopback", "https://127.0.0.1/"],
    ["a decimal address", "https://2130706433/"],
    ["a hexadecimal address", "https://0x7f.1/"],
    ["an octal address", "https://0177.0.0.1/"],
    ["a short address", "https://127.1/"],
    ["0.0.0.0", "https://0.0.0.0/"],
    ["a mapped address", "https://[::ffff:127.0.0.1]/"],
    ["loopback of IPv6", "https://[::1]/"],
    ["the metadata service", "https://169.254.169.254/latest/meta-data/"],
    ["full-width digits", "https://１２７.０.０.１/"],
    ["user and password", "https://user:password@example.com/"],
    ["a name that resolves to loopback", "https://localhost/"],
    ["another scheme", "ftp://example.com/"],
    ["no address at all", "https://"],
  ])("refuses %s", async (_what, uri) => {
    const before = requests;
    await expect(read(uri)).rejects.toMatchObject(forbidden);
    expect(requests).toBe(before);
  });

  test("an allowed host is read, by name and without TLS", async () => {
    expect(await read(`${origin}/body`, { allowed: ["127.0.0.1"] })).toBe("hello");
    expect(await read(`${origin.replace("127.0.0.1", "LOCALHOST")}/chunked`, { allowed: ["localhost"] })).toBe("hello");
  });

  test("a redirect is checked like the first address", async () => {
    const allowed = ["localhost"];
    const start = origin.replace("127.0.0.1", "localhost");
    expect(await read(`${start}/to?${encodeURIComponent("/body")}`, { allowed })).toBe("hello");
    for (const target of [`${origin}/body`, "https://[::1]/", "file:///etc/passwd", "https://a:b@example.com/"]) {
      await expect(read(`${start}/to?${encodeURIComponent(target)}`, { allowed })).rejects.toMatchObject(forbidden);
    }
    await expect(read(`${start}/loop`, { allowed })).rejects.toMatchObject(missing);
  });

  test("answers: 404 is final, 503 may be tried again, and no query is shown", async () => {
    const allowed = ["127.0.0.1"];
    await expect(read(`${origin}/404`, { allowed })).rejects.toMatchObject({ ...missing, retryable: false });
    await expect(read(`${origin}/503`, { allowed })).rejects.toMatchObject({ ...missing, retryable: true });
    await expect(read(`http://127.0.0.1:1/?signature=secret`, { allowed })).rejects.toMatchObject({
      ...missing,
      retryable: true,
      where: "http://127.0.0.1:1/",
    });
  });

  test("stops at the size limit, with and without a length", async () => {
    for (const path of ["/body", "/chunked"]) {
      await expect(read(origin + path, { allowed: ["127.0.0.1"], limit: 4 })).rejects.toMatchObject({
        code: "ASTRA_BODY_MISMATCH",
      });
    }
  });
});

describe("other sources", () => {
  test("synthetic: gives the stream of the decoded seed", async () => {
    const expected = Buffer.concat([...syntheticChunks("a/b c:d", 100_000)]).toString("latin1");
    expect(await read(`synthetic:${encodeURIComponent("a/b c:d")}:100000`)).toBe(expected);
    expect(await read("synthetic:x:0")).toBe("");
    for (const bad of ["synthetic:x", "synthetic:x:-1", "synthetic:x:1e3", "synthetic:%zz:1"])
      await expect(read(bad)).rejects.toMatchObject(missing);
  });

  test("inline base64", async () => {
    await using sources = systemBodySources(
      { fileRoots: [], allowedPrivateHosts: [], buckets: [] },
      { stores: noStores },
    );
    const body = await sources.open({ base64: "aGVsbG8=" }, 100);
    expect(body.sizeBytes).toBe(5);
  });

  test("s3: only from configured buckets, and unknown schemes never", async () => {
    await expect(read("s3://other/key", { buckets: ["mine"] })).rejects.toMatchObject(forbidden);
    await expect(read("s3://only-a-bucket")).rejects.toMatchObject(missing);
    await expect(read("data:text/plain,x")).rejects.toMatchObject(forbidden);
    await expect(read("no scheme")).rejects.toMatchObject(forbidden);
  });
});
