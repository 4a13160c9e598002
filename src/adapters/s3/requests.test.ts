import { type IncomingMessage, type RequestListener, createServer } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import type { ObjectStore } from "../../ports/object-store.ts";
import { openS3Store } from "./object-store.ts";
import type { S3Options } from "./options.ts";

let open: AsyncDisposableStack | null = null;

afterEach(async () => {
  await open?.disposeAsync();
  open = null;
});

interface Scripted {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly code?: string;
  readonly body?: string;
}

interface Bench {
  readonly store: ObjectStore;
  /** `METHOD target region` of each request. */
  readonly seen: readonly string[];
  readonly sleeps: readonly number[];
}

/** A server that answers by script, and a store before it whose waits are recorded instead of waited. */
async function bench(script: readonly Scripted[], options: Partial<S3Options> = {}): Promise<Bench> {
  const stack = (open ??= new AsyncDisposableStack());
  const seen: string[] = [];
  const left = script.values();
  const answer: RequestListener = (request, response) => {
    seen.push(`${request.method} ${request.url} ${regionOf(request)}`);
    const { status, headers = {}, code, body = "" } = left.next().value ?? { status: 500 };
    response.writeHead(status, headers);
    const fault = code === undefined ? body : `<Error><Code>${code}</Code><Message>as scripted</Message></Error>`;
    response.end(request.method === "HEAD" ? "" : fault);
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  stack.defer(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const sleeps: number[] = [];
  const store = openS3Store(
    "bucket",
    {
      endpoint: `http://127.0.0.1:${port}`,
      region: "us-east-1",
      forcePathStyle: true,
      credentials: { kind: "static", accessKeyId: "key-id", secretAccessKey: "very-secret" },
      retry: { attempts: 4, baseMs: 100, capMs: 300 },
      ...options,
    },
    {
      clock: { now: () => Date.now(), sleep: async (ms) => void sleeps.push(ms) },
      random: { next: () => 0.5, id: () => "id" },
    },
  );
  stack.use(store);
  return { store, seen, sleeps };
}

function regionOf(request: IncomingMessage): string {
  return /Credential=[^/]+\/\d+\/([^/]+)/.exec(request.headers.authorization ?? "")?.[1] ?? "";
}

const HEAD_OK: Scripted = { status: 200, headers: { etag: '"e"', "last-modified": "Fri, 14 Mar 2025 09:26:53 GMT" } };
const COPIED: Scripted = { status: 200, body: '<CopyObjectResult><ETag>"f"</ETag></CopyObjectResult>' };

describe("requests", () => {
  it("back off with full jitter, never shorter than asked", async () => {
    const slow = { status: 503, code: "SlowDown" };
    const { store, sleeps } = await bench([slow, { ...slow, headers: { "retry-after": "2" } }, slow, HEAD_OK]);
    await store.head("k");
    expect(sleeps).toEqual([50, 2000, 150]);
    expect(store.counters()).toEqual({ requests: 4, throttled: 3, retried: 3 });
  });

  it("give up after the last try", async () => {
    const { store, seen } = await bench([]);
    await expect(store.head("k")).rejects.toMatchObject({ code: "ASTRA_STORE_REFUSED", retryable: true });
    expect(seen).toHaveLength(4);
  });

  it("follow a bucket into its region once and remember it", async () => {
    const away = { status: 301, headers: { "x-amz-bucket-region": "eu-west-1" } };
    const { store, seen, sleeps } = await bench([away, HEAD_OK, HEAD_OK]);
    await store.head("k");
    await store.head("k");
    expect(seen).toEqual(["HEAD /bucket/k us-east-1", "HEAD /bucket/k eu-west-1", "HEAD /bucket/k eu-west-1"]);
    expect(sleeps).toEqual([]);
  });

  it("learn the region from a refused signature", async () => {
    const body = "<Error><Code>AuthorizationHeaderMalformed</Code><Region>ap-south-1</Region></Error>";
    const { store, seen } = await bench([
      { status: 400, body },
      { status: 200, body: "<ListBucketResult/>" },
    ]);
    expect(await Array.fromAsync(store.list())).toEqual([]);
    expect(seen.map((line) => line.split(" ")[2])).toEqual(["us-east-1", "ap-south-1"]);
  });

  it("take an error inside a 200 for an error, and repeat a passing one", async () => {
    const { store } = await bench([HEAD_OK, { status: 200, code: "SlowDown" }, COPIED]);
    const head = await store.head("k");
    expect(await store.changeClass({ head, acl: null, storageClass: "GLACIER_IR" })).toEqual({
      etag: "f",
      versionId: null,
      replacedVersionId: null,
    });
  });

  it("repeat a conditional write that another one crossed", async () => {
    const conflict = { status: 409, code: "ConditionalRequestConflict" };
    const { store, seen } = await bench([conflict, { status: 200, headers: { etag: '"x"' } }]);
    await store.put({ key: "k", body: Buffer.from("b"), storageClass: "STANDARD", condition: "absent" });
    expect(seen).toHaveLength(2);
  });

  it("name what is wrong with the keys, without the secret", async () => {
    for (const code of ["SignatureDoesNotMatch", "InvalidAccessKeyId", "ExpiredToken", "RequestTimeTooSkewed"]) {
      const { store } = await bench([{ status: 403, code }]);
      const error: unknown = await store.get("k").catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "ASTRA_STORE_AUTHENTICATION", message: expect.stringContaining(code) });
      expect(JSON.stringify(error) + String(error)).not.toContain("very-secret");
    }
  });

  it("ask why a HEAD was forbidden", async () => {
    const forbidden = { status: 403 };
    const { store } = await bench([
      forbidden,
      { status: 403, code: "SignatureDoesNotMatch" },
      forbidden,
      { status: 200 },
    ]);
    await expect(store.head("k")).rejects.toMatchObject({ code: "ASTRA_STORE_AUTHENTICATION" });
    await expect(store.head("k")).rejects.toMatchObject({
      code: "ASTRA_STORE_FORBIDDEN",
      fix: expect.stringContaining("s3:GetObject"),
    });
  });

  it("refuse header text that would break the request apart", async () => {
    const { store, seen } = await bench([]);
    const put = store.put({
      key: "k",
      body: Buffer.from("b"),
      storageClass: "STANDARD",
      contentType: "a\r\nx-evil: 1",
    });
    await expect(put).rejects.toMatchObject({
      code: "ASTRA_STORE_REFUSED",
      message: expect.stringContaining("content-type"),
    });
    expect(seen).toEqual([]);
  });

  it("read no lock without a date, which a copy would leave out", async () => {
    const lock = { "x-amz-object-lock-mode": "COMPLIANCE", "x-amz-object-lock-retain-until-date": "some day" };
    const { store } = await bench([{ status: 200, headers: { ...HEAD_OK.headers, ...lock } }]);
    await expect(store.head("k")).rejects.toMatchObject({ code: "ASTRA_STORE_INTEGRITY" });
  });

  it("name keys on one line", async () => {
    const { store } = await bench([{ status: 404, code: "NoSuchKey" }]);
    await expect(store.get("a\nb\u0007")).rejects.toMatchObject({ where: "s3://bucket/a\\nb\\u0007" });
  });

  it("know bytes that arrived changed", async () => {
    const { store } = await bench([
      { status: 200, headers: { etag: '"x"', "x-amz-checksum-crc32": "AAAAAA==" } },
      { status: 200, headers: { "x-amz-checksum-crc32": "AAAAAA==" }, body: "hello" },
    ]);
    const put = store.put({ key: "k", body: Buffer.from("hello"), storageClass: "STANDARD" });
    await expect(put).rejects.toMatchObject({ code: "ASTRA_STORE_INTEGRITY" });
    await expect(Array.fromAsync(await store.get("k"))).rejects.toMatchObject({ code: "ASTRA_STORE_INTEGRITY" });
  });

  it("refuse a listing that goes in circles", async () => {
    const page = (key: string): Scripted => ({
      status: 200,
      body: `<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken><Contents><Key>${key}</Key></Contents></ListBucketResult>`,
    });
    const { store } = await bench([page("a"), page("b"), page("a"), page("b")]);
    await expect(Array.fromAsync(store.list())).rejects.toMatchObject({ code: "ASTRA_STORE_INTEGRITY" });
  });
});
