/** S3 Inventories in their real form, from moto's S3 and from a folder, by the command line. */
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ensureMoto } from "../../tools/test-servers.ts";
import { workFolder } from "../cli/cli.ts";
import { startMoto } from "../support/moto.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { type CliResult, runCli } from "./cli-process.ts";

const found = await ensureMoto();
const missing = "missing" in found ? found.missing : null;

const SCHEMA = "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag, StorageClass";
const md5 = (bytes: Uint8Array | string): string => createHash("md5").update(bytes).digest("hex");

/** Files of an inventory by their keys: two tables, a manifest and its checksum. */
function inventoryFiles(date: string, keys: readonly string[]): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const listed = keys.map((key, index) => {
    const row = `"data","${key}","","true","false","${index + 1}","2026-01-02T03:04:05.000Z","e${index}","STANDARD"\n`;
    const bytes = gzipSync(row);
    const name = `inv/data/daily/data/${date}-${index}.csv.gz`;
    files.set(name, bytes);
    return { key: name, size: bytes.length, MD5checksum: md5(bytes) };
  });
  const manifest = JSON.stringify({
    sourceBucket: "data",
    destinationBucket: "arn:aws:s3:::inventories",
    version: "2016-11-30",
    creationTimestamp: String(Date.parse(`${date}T00:00:00Z`)),
    fileFormat: "CSV",
    fileSchema: SCHEMA,
    files: listed,
  });
  const folder = `inv/data/daily/${date}T00-00Z`;
  files.set(`${folder}/manifest.json`, Buffer.from(manifest));
  files.set(`${folder}/manifest.checksum`, Buffer.from(md5(manifest)));
  return files;
}

function errorOf({ stderr, stdout }: CliResult): string {
  return stdout + stderr;
}

function resultOf({ stdout }: CliResult): Record<string, unknown> {
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe("an inventory in a folder of this machine", () => {
  let folder: Awaited<ReturnType<typeof workFolder>>;
  const run = (...args: string[]): Promise<CliResult> => runCli(["inventory", ...args], folder.path);

  beforeEach(async () => {
    folder = await workFolder();
    return async () => folder[Symbol.asyncDispose]();
  });

  async function place(files: ReadonlyMap<string, Uint8Array>): Promise<void> {
    for (const [name, bytes] of files) {
      await mkdir(dirname(join(folder.path, name)), { recursive: true });
      await writeFile(join(folder.path, name), bytes);
    }
  }

  test("goes on after the files that are done once a damaged one is brought again", async () => {
    const files = inventoryFiles("2026-03-01", ["a", "b", "c"]);
    await place(files);
    const damaged = join(folder.path, "inv/data/daily/data/2026-03-01-1.csv.gz");
    await writeFile(damaged, Buffer.alloc((await readFile(damaged)).length));
    const refused = await run("import", "inv", "--json");
    expect(refused.status).toBe(1);
    expect(errorOf(refused)).toContain("ASTRA_INVENTORY_CHECKSUM");
    expect(errorOf(refused)).toContain("2026-03-01-1.csv.gz");
    expect(resultOf(await run("show", "--json"))).toEqual({ ok: true, inventories: [] });
    await place(files);
    const again = await run("import", "inv", "--json");
    expect(again.status).toBe(0);
    expect(resultOf(again)).toMatchObject({ ok: true, tables: 3, tablesBefore: 1, inventory: { rows: 3, bytes: 6 } });
    const { id } = resultOf(again)["inventory"] as { id: string };
    expect((await run("show", id.slice(0, 12))).stdout).toMatch(/STANDARD\s+3\s+6 B/);
    expect((await run("import", "inv", "--json")).stdout).toContain('"tablesBefore":3');
    expect((await run("remove", id)).status).toBe(0);
    expect(await readdir(join(folder.path, ".astra", "inventories", "data")).catch(() => [])).toEqual([]);
  });

  test("is taken in its newest whole form", async () => {
    const young = inventoryFiles("2026-03-02", ["new"]);
    const cut = inventoryFiles("2026-03-03", ["newer"]);
    cut.set("inv/data/daily/2026-03-03T00-00Z/manifest.checksum", Buffer.from("00"));
    const begun = inventoryFiles("2026-03-04", ["newest"]);
    begun.delete("inv/data/daily/2026-03-04T00-00Z/manifest.checksum");
    await place(new Map([...inventoryFiles("2026-03-01", ["old"]), ...young, ...cut, ...begun]));
    const result = resultOf(await run("import", "inv", "--json"));
    expect(result).toMatchObject({ inventory: { takenMs: Date.UTC(2026, 2, 2), rows: 1 } });
    expect(JSON.stringify(result["unfinished"])).toContain("2026-03-03T00-00Z");
  });

  test.each([
    ["a missing file", ["2026-03-01-0.csv.gz"], [], "ASTRA_INVENTORY_MISSING"],
    ["no checksum", ["manifest.checksum"], [], "ASTRA_INVENTORY_MISSING"],
    ["another bucket", [], ["--bucket", "other"], "ASTRA_INVENTORY_INVALID"],
  ])("is refused for %s, with the place and what to do", async (_name, gone, options, code) => {
    const files = inventoryFiles("2026-03-01", ["a", "b"]);
    for (const name of files.keys()) if (gone.some((end) => name.endsWith(end))) files.delete(name);
    await place(files);
    const refused = await run("import", "inv/data/daily/2026-03-01T00-00Z/manifest.json", ...options);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain(code);
    expect(refused.stderr).toMatch(/manifest\.json/);
    expect(refused.stderr).toMatch(/fix:/);
  });

  test("of somebody else may be a table; its time is the file's unless one is stated", async () => {
    await writeFile(join(folder.path, "t.csv"), "Key,Size,LastModifiedDate\na%20b,1,2026-01-01\n");
    const stated = await run(
      "import",
      "t.csv",
      "--bucket",
      "data",
      "--taken",
      "2026-02-03",
      "--keys-encoded",
      "--json",
    );
    expect(resultOf(stated)).toMatchObject({ inventory: { takenMs: Date.UTC(2026, 1, 3), source: "files", rows: 1 } });
    expect(stated.stderr).toContain("days old");
    const early = await run("import", "t.csv", "--bucket", "data", "--taken", "2226-01-01");
    expect(early.stderr).toContain("yet to come");
    expect((await run("import", "nothing", "--bucket", "data")).stderr).toContain("ASTRA_INVENTORY_MISSING");
    expect((await run("import")).status).toBe(64);
  });
});

describe.skipIf(missing !== null)(`an inventory in S3${missing === null ? "" : `: not run, ${missing}`}`, () => {
  let moto: ServerProcess;
  let folder: Awaited<ReturnType<typeof workFolder>>;

  beforeAll(async () => {
    const started = await startMoto();
    if ("missing" in started) throw new Error(started.missing);
    moto = started;
    folder = await workFolder();
    const s3 = { endpoint: moto.endpoint, credentials: { access_key_id: "A", secret_access_key: "S" } };
    await writeFile(join(folder.path, "astra.yaml"), JSON.stringify({ s3, buckets: { data: {}, inventories: {} } }));
  });
  afterAll(async () => {
    await moto?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  test("is found by its prefix, verified and read, also below a prefix that ends in a slash", async () => {
    const credentials = { accessKeyId: "A", secretAccessKey: "S" };
    const s3 = new S3Client({ endpoint: moto.endpoint, region: "us-east-1", credentials, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: "inventories" }));
    for (const [name, Body] of inventoryFiles("2026-03-01", ["a%2Fb", "c+d"])) {
      // What a destination prefix with a slash at its end makes of the keys, but not of the manifest.
      await s3.send(new PutObjectCommand({ Bucket: "inventories", Key: name.replace("inv/", "inv//"), Body }));
    }
    const imported = await runCli(["inventory", "import", "s3://inventories/inv", "--json"], folder.path);
    expect(imported.stderr).toMatch(/days old/);
    expect(resultOf(imported)).toMatchObject({
      ok: true,
      inventory: {
        bucket: "data",
        rows: 2,
        bytes: 3,
        location: "s3://inventories/inv//data/daily/2026-03-01T00-00Z/manifest.json",
      },
    });
    const none = await runCli(["inventory", "import", "s3://inventories/none"], folder.path);
    expect(none.stderr).toContain("ASTRA_INVENTORY_MISSING");
  });
});
