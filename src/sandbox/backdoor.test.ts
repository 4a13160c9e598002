import { CopyObjectCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { BUCKET, START_MS, refusal, sandboxFixture } from "../../test/support/sandbox.ts";
import { OWNER_ID, PRIVATE_ACL } from "./acl.ts";
import { S3Error } from "./s3-error.ts";
import type { Sandbox } from "./server.ts";

const GRANT = { grantee: { kind: "id", value: "a-friend" }, permission: "READ" } as const;

describe("the backdoor", () => {
  it("shows everything that was written through it", async () => {
    await using fixture = await sandboxFixture();
    const { sandbox } = fixture;
    sandbox.createBucket("locked", { objectLock: true, ownership: "ObjectWriter" });
    const acl = { ownerId: "somebody-else", grants: [GRANT] };
    const retention = { mode: "GOVERNANCE", untilMs: START_MS + 1000 } as const;
    const encryption = { algorithm: "aws:kms", kmsKeyId: "key", bucketKey: true };
    sandbox.overwrite("locked", "k", Buffer.from("hello"), {
      storageClass: "STANDARD_IA",
      contentHeaders: { "content-type": "text/plain", "cache-control": "no-store" },
      metadata: { a: "1" },
      websiteRedirect: "/there",
      tags: { team: "x" },
      acl,
      encryption,
      checksum: "CRC32",
      legalHold: true,
      retention,
    });
    expect(sandbox.inspect("locked", "k")).toEqual({
      key: "k",
      versionId: expect.any(String),
      body: Buffer.from("hello"),
      etag: "5d41402abc4b2a76b9719d911017c592",
      sizeBytes: 5,
      lastModifiedMs: START_MS,
      storageClass: "STANDARD_IA",
      contentHeaders: { "content-type": "text/plain", "cache-control": "no-store" },
      metadata: { a: "1" },
      websiteRedirect: "/there",
      tags: { team: "x" },
      acl,
      encryption,
      checksum: { algorithm: "CRC32", value: "NhCmhg==", type: "FULL_OBJECT" },
      legalHold: true,
      retention,
      restore: null,
    });
  });

  it("changes tags, holds and lists, and deletes behind a marker", async () => {
    await using fixture = await sandboxFixture();
    const { sandbox } = fixture;
    sandbox.createBucket("locked", { objectLock: true, ownership: null });
    sandbox.overwrite("locked", "k", Buffer.from("1"));
    sandbox.retag("locked", "k", { a: "b" });
    sandbox.hold("locked", "k", true);
    sandbox.setAcl("locked", "k", { ownerId: OWNER_ID, grants: [GRANT] });
    expect(sandbox.inspect("locked", "k")).toMatchObject({
      tags: { a: "b" },
      legalHold: true,
      acl: { grants: [GRANT] },
    });
    sandbox.hold("locked", "k", false);
    sandbox.setAcl("locked", "k", null);
    sandbox.retain("locked", "k", { mode: "COMPLIANCE", untilMs: START_MS + 5 });
    sandbox.retain("locked", "k", null);
    expect(sandbox.inspect("locked", "k")).toMatchObject({ legalHold: false, acl: PRIVATE_ACL, retention: null });
    sandbox.remove("locked", "k");
    expect(sandbox.versions("locked", "k").map(({ deleteMarker, current }) => [deleteMarker, current])).toEqual([
      [true, true],
      [false, false],
    ]);
    expect(() => sandbox.inspect("locked", "k")).toThrow(S3Error);
    expect(() => sandbox.hold(BUCKET, "k", true)).toThrow("Object Lock");
    expect(sandbox.versions(BUCKET, "never")).toEqual([]);
  });

  it("fills a bucket without bodies, at once and as of the past", async () => {
    await using fixture = await sandboxFixture();
    const { sandbox, s3 } = fixture;
    const lastModifiedMs = START_MS - 86_400_000;
    sandbox.fill(BUCKET, 3, (index) => ({
      key: `k${index}`,
      sizeBytes: 1000 + index,
      storageClass: index === 2 ? "GLACIER_IR" : "STANDARD",
      lastModifiedMs,
      ...(index === 1 ? { tags: { a: "b" } } : {}),
    }));
    expect(
      Array.from(sandbox.snapshot(BUCKET), ({ key, sizeBytes, storageClass }) => [key, sizeBytes, storageClass]),
    ).toEqual([
      ["k0", 1000, "STANDARD"],
      ["k1", 1001, "STANDARD"],
      ["k2", 1002, "GLACIER_IR"],
    ]);
    const head = await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: "k1" }));
    expect(head).toMatchObject({ ContentLength: 1001, LastModified: new Date(lastModifiedMs), TagCount: 1 });
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: "k0" }));
    expect(await Body?.transformToByteArray()).toHaveLength(1000);
    const copy = { Bucket: BUCKET, Key: "k0", CopySource: `${BUCKET}/k0`, StorageClass: "GLACIER_IR" } as const;
    await s3.send(new CopyObjectCommand({ ...copy, CopySourceIfMatch: sandbox.inspect(BUCKET, "k0").etag }));
    expect(sandbox.inspect(BUCKET, "k0")).toMatchObject({ storageClass: "GLACIER_IR", sizeBytes: 1000 });
  });
});

describe("onRequest", () => {
  it("comes before the effect, so that others can be first", async () => {
    const seen: string[] = [];
    const interfere = (operation: string, bucket: string, key: string, sandbox: Sandbox): void => {
      seen.push(`${operation} ${bucket} ${key}`);
      if (operation === "CopyObject") sandbox.overwrite(bucket, key, Buffer.from("theirs"));
    };
    await using fixture = await sandboxFixture({ onRequest: interfere });
    const { s3, sandbox } = fixture;
    const { ETag } = await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: "k", Body: "mine" }));
    const copy = new CopyObjectCommand({
      Bucket: BUCKET,
      Key: "k",
      CopySource: `${BUCKET}/k`,
      CopySourceIfMatch: ETag,
      StorageClass: "GLACIER_IR",
    });
    expect(await refusal(s3.send(copy))).toBe("PreconditionFailed 412");
    expect(sandbox.inspect(BUCKET, "k")).toMatchObject({ body: Buffer.from("theirs"), storageClass: "STANDARD" });
    expect(seen).toEqual([`PutObject ${BUCKET} k`, `CopyObject ${BUCKET} k`]);
  });

  it("may refuse the request in its own words", async () => {
    const refuse = (): never => {
      throw new S3Error("AccessDenied", "not today");
    };
    await using fixture = await sandboxFixture({ onRequest: refuse });
    const put = fixture.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: "k", Body: "x" }));
    expect(await refusal(put)).toBe("AccessDenied 403");
    expect([...fixture.sandbox.snapshot(BUCKET)]).toEqual([]);
  });
});

describe("a copy source", () => {
  it("is read as a form: a plus is a space unless it is escaped", async () => {
    await using fixture = await sandboxFixture();
    const { s3, sandbox } = fixture;
    sandbox.overwrite(BUCKET, "a+b", Buffer.from("plus"));
    sandbox.overwrite(BUCKET, "a b", Buffer.from("space"));
    for (const [source, body] of [
      ["a+b", "space"],
      ["a%20b", "space"],
      ["a%2Bb", "plus"],
    ] as const) {
      await s3.send(new CopyObjectCommand({ Bucket: BUCKET, Key: "copy", CopySource: `${BUCKET}/${source}` }));
      expect(sandbox.inspect(BUCKET, "copy").body.toString()).toBe(body);
    }
  });
});
