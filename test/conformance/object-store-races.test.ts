/** What comes in between at the one moment that no other server lets a test choose: right before a request takes effect. */
import { CreateMultipartUploadCommand, type S3Client, UploadPartCommand } from "@aws-sdk/client-s3";
import { afterEach, describe, expect, it } from "vitest";
import { openS3Store } from "../../src/adapters/s3/object-store.ts";
import type { S3Options } from "../../src/adapters/s3/options.ts";
import { systemRandom } from "../../src/adapters/system/system-random.ts";
import { WallClock } from "../../src/adapters/system/wall-clock.ts";
import type { ObjectStore } from "../../src/ports/object-store.ts";
import { S3Error } from "../../src/sandbox/s3-error.ts";
import type { Sandbox } from "../../src/sandbox/server.ts";
import { ACCESS_KEY, BUCKET, SECRET_KEY, START_MS, sandboxFixture } from "../support/sandbox.ts";
import { codeOf } from "./object-store-suite.ts";

const MIB = 1024 ** 2;
const LARGE = Buffer.alloc(6 * MIB, 1);

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

interface Bench {
  readonly sandbox: Sandbox;
  readonly s3: S3Client;
  /** Operations in order. */
  readonly seen: string[];
  readonly open: (bucket: string, options?: Partial<S3Options>) => ObjectStore;
}

/** @param interfere called before each operation takes effect */
async function bench(interfere: (operation: string, sandbox: Sandbox) => void = () => undefined): Promise<Bench> {
  const seen: string[] = [];
  const fixture = await sandboxFixture({
    onRequest: (operation, _bucket, _key, sandbox) => {
      seen.push(operation);
      interfere(operation, sandbox);
    },
  });
  opened.push(fixture);
  const { sandbox, s3 } = fixture;
  const open: Bench["open"] = (bucket, options = {}) => {
    const store = openS3Store(
      bucket,
      {
        endpoint: sandbox.endpoint,
        region: "us-east-1",
        forcePathStyle: true,
        credentials: { kind: "static", accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY },
        retry: { attempts: 4, baseMs: 1, capMs: 5 },
        maxCopyBytes: 5 * MIB,
        ...options,
      },
      { clock: new WallClock(), random: systemRandom() },
    );
    opened.push(store);
    return store;
  };
  return { sandbox, s3, seen, open };
}

/** Interferes with the second part alone. */
function atSecondPart(interfere: (sandbox: Sandbox) => void): (operation: string, sandbox: Sandbox) => void {
  let parts = 0;
  return (operation, sandbox) => {
    if (operation === "UploadPartCopy" && ++parts === 2) interfere(sandbox);
  };
}

const TO = { acl: null, storageClass: "GLACIER_IR" } as const;

describe("a copy in one request", () => {
  it("is refused where another write comes before it", async () => {
    const { sandbox, open } = await bench((operation, racing) => {
      if (operation === "CopyObject")
        racing.overwrite(BUCKET, "k", Buffer.from("theirs"), { metadata: { by: "them" } });
    });
    const store = open(BUCKET);
    sandbox.overwrite(BUCKET, "k", Buffer.from("mine"));
    const head = await store.head("k");
    expect(await codeOf(store.changeClass({ ...TO, head }))).toBe("ASTRA_OBJECT_CHANGED");
    expect(sandbox.inspect(BUCKET, "k")).toMatchObject({ storageClass: "STANDARD", metadata: { by: "them" } });
  });

  it("is refused where its object is deleted before it", async () => {
    const { sandbox, open } = await bench((operation, racing) => {
      if (operation === "CopyObject") racing.remove(BUCKET, "k");
    });
    const store = open(BUCKET);
    sandbox.overwrite(BUCKET, "k", Buffer.from("mine"));
    const head = await store.head("k");
    expect(await codeOf(store.changeClass({ ...TO, head }))).toBe("ASTRA_OBJECT_MISSING");
    expect([...sandbox.snapshot(BUCKET)]).toEqual([]);
  });

  it("carries tags that were set a moment before", async () => {
    const { sandbox, open } = await bench((operation, racing) => {
      if (operation === "CopyObject") racing.retag(BUCKET, "k", { late: "yes" });
    });
    const store = open(BUCKET);
    sandbox.overwrite(BUCKET, "k", Buffer.from("mine"), { tags: { early: "yes" } });
    await store.changeClass({ ...TO, head: await store.head("k") });
    expect(sandbox.inspect(BUCKET, "k")).toMatchObject({ storageClass: "GLACIER_IR", tags: { late: "yes" } });
  });

  it("leaves out a lock that has run out, whose date no server takes", async () => {
    const { sandbox, open } = await bench();
    sandbox.createBucket("locked", { objectLock: true });
    const locked = open("locked");
    const retention = { mode: "GOVERNANCE", untilMs: START_MS - 1000 } as const;
    sandbox.overwrite("locked", "k", Buffer.from("x"), { retention });
    const head = await locked.head("k");
    expect(head.retention).toEqual(retention);
    await locked.changeClass({ ...TO, head });
    expect(sandbox.inspect("locked", "k")).toMatchObject({ storageClass: "GLACIER_IR", retention: null });
  });
});

describe("a copy in parts", () => {
  it("completes under the condition on what it replaces", async () => {
    const race = (operation: string, racing: Sandbox): void => {
      if (operation === "CompleteMultipartUpload") racing.overwrite(BUCKET, "k", Buffer.from("theirs"));
    };
    const { sandbox, open } = await bench(race);
    const store = open(BUCKET, { conditionalCopyDestination: true });
    sandbox.overwrite(BUCKET, "k", LARGE);
    const head = await store.head("k");
    expect(await codeOf(store.changeClass({ ...TO, head }))).toBe("ASTRA_OBJECT_CHANGED");
    expect(sandbox.inspect(BUCKET, "k").body.toString()).toBe("theirs");
    expect(sandbox.openUploads(BUCKET)).toEqual([]);
  });

  it("takes its parts from one version alone", async () => {
    // The same content, so that the ETag is no help.
    const again = atSecondPart((racing) => {
      racing.overwrite("versioned", "k", LARGE, { metadata: { edition: "2" } });
    });
    const { sandbox, open } = await bench(again);
    sandbox.createBucket("versioned", { versioning: true });
    const store = open("versioned");
    sandbox.overwrite("versioned", "k", LARGE, { metadata: { edition: "1" } });
    const head = await store.head("k");
    expect(await codeOf(store.changeClass({ ...TO, head }))).toBe("ASTRA_OBJECT_CHANGED");
    expect(sandbox.inspect("versioned", "k")).toMatchObject({ metadata: { edition: "2" }, storageClass: "STANDARD" });
    expect(sandbox.openUploads("versioned")).toEqual([]);
  });

  it("ends where a hold was put on its object meanwhile", async () => {
    const { sandbox, open } = await bench(atSecondPart((racing) => racing.hold("locked", "k", true)));
    sandbox.createBucket("locked", { objectLock: true });
    const store = open("locked");
    sandbox.overwrite("locked", "k", LARGE);
    const head = await store.head("k");
    expect(await codeOf(store.changeClass({ ...TO, head }))).toBe("ASTRA_OBJECT_CHANGED");
    expect(sandbox.versions("locked", "k")).toHaveLength(1);
    expect(sandbox.openUploads("locked")).toEqual([]);
  });

  it("removes its upload where a part is refused", async () => {
    const { sandbox, open } = await bench((operation) => {
      if (operation === "UploadPartCopy") throw new S3Error("AccessDenied", "not today");
    });
    const store = open(BUCKET);
    sandbox.overwrite(BUCKET, "k", LARGE);
    const head = await store.head("k");
    expect(await codeOf(store.changeClass({ ...TO, head }))).toBe("ASTRA_STORE_FORBIDDEN");
    expect(sandbox.inspect(BUCKET, "k").storageClass).toBe("STANDARD");
    expect(sandbox.openUploads(BUCKET)).toEqual([]);
  });

  it("removes the upload of a request whose answer was lost, and nobody else's", async () => {
    const { sandbox, s3, seen, open } = await bench();
    const store = open(BUCKET);
    const at = { Bucket: BUCKET, Key: "k", StorageClass: "GLACIER_IR" } as const;
    const earlier = await s3.send(new CreateMultipartUploadCommand(at));
    sandbox.advanceTo(START_MS + 3_600_000);
    const busy = await s3.send(new CreateMultipartUploadCommand(at));
    const { UploadId } = busy;
    await s3.send(new UploadPartCommand({ Bucket: BUCKET, Key: "k", UploadId, PartNumber: 1, Body: "part" }));
    const other = await s3.send(new CreateMultipartUploadCommand({ ...at, Key: "key" }));
    sandbox.overwrite(BUCKET, "k", LARGE);
    const head = await store.head("k");
    seen.splice(0);
    sandbox.faults.add({ kind: "lost-answer", operation: "CreateMultipartUpload", count: 2 });
    await store.changeClass({ ...TO, head });
    expect(seen.filter((operation) => operation === "CreateMultipartUpload")).toHaveLength(3);
    expect(sandbox.openUploads(BUCKET).map(({ uploadId }) => uploadId)).toEqual(
      [earlier, busy, other].map((upload) => upload.UploadId),
    );
    expect(sandbox.inspect(BUCKET, "k")).toMatchObject({ storageClass: "GLACIER_IR", sizeBytes: LARGE.length });
  });

  it("moves once where the answer to its completion is lost", async () => {
    const { sandbox, open } = await bench();
    const store = open(BUCKET);
    sandbox.overwrite(BUCKET, "k", LARGE, { tags: { a: "b" }, metadata: { c: "d" } });
    const head = await store.head("k");
    sandbox.faults.add({ kind: "lost-answer", operation: "CompleteMultipartUpload", count: 1 });
    const changed = await store.changeClass({ acl: null, head, storageClass: "DEEP_ARCHIVE" });
    expect(sandbox.inspect(BUCKET, "k")).toMatchObject({
      etag: changed.etag,
      storageClass: "DEEP_ARCHIVE",
      tags: { a: "b" },
      metadata: { c: "d" },
    });
    expect(sandbox.openUploads(BUCKET)).toEqual([]);
  });
});
