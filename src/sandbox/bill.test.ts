import { DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectTaggingCommand,
  RestoreObjectCommand,
  type StorageClass,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BUCKET, type SandboxFixture, START_MS, refusal, sandboxFixture } from "../../test/support/sandbox.ts";
import { GB_BYTES, MS_PER_DAY, MS_PER_HOUR } from "../core/units.ts";

/** One byte on the wire is one GB in the store: sums can be read off the price list. */
let fixture: SandboxFixture;
beforeEach(async () => {
  fixture = await sandboxFixture({ byteScale: GB_BYTES });
});
afterEach(async () => {
  await fixture[Symbol.asyncDispose]();
});

const Bucket = BUCKET;
const Key = "k";
const put = (storageClass: StorageClass, Body = "x"): Promise<unknown> =>
  fixture.s3.send(new PutObjectCommand({ Bucket, Key, Body, StorageClass: storageClass }));
const copy = (storageClass: StorageClass): Promise<unknown> =>
  fixture.s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/${Key}`, StorageClass: storageClass }));
const afterDays = (days: number): void => fixture.sandbox.advanceTo(START_MS + days * MS_PER_DAY);
const lines = (): Readonly<Record<string, number>> => fixture.sandbox.bill().lines;

describe("the bill", () => {
  it("of 1 GB in STANDARD for a month of 30 days is $0.023", async () => {
    await put("STANDARD");
    afterDays(30);
    expect(fixture.sandbox.bill()).toEqual({
      totalMicros: 23_005,
      lines: { "STANDARD put": 5, "STANDARD storage": 23_000 },
    });
  });

  it("adds up to the same whether the month is lived in one step or in many", async () => {
    await put("STANDARD_IA");
    for (let hour = 1; hour <= 30 * 24; hour += 7) fixture.sandbox.advanceTo(START_MS + hour * MS_PER_HOUR);
    afterDays(30);
    expect(lines()).toEqual({ "STANDARD_IA put": 10, "STANDARD_IA storage": 12_500 });
  });

  it("has requests at the price of the class, lists at the base price, deletions free", async () => {
    await put("GLACIER_IR");
    for (let i = 0; i < 3; i++) await fixture.s3.send(new HeadObjectCommand({ Bucket, Key }));
    const got = await fixture.s3.send(new GetObjectCommand({ Bucket, Key }));
    expect(await got.Body?.transformToString()).toBe("x");
    await fixture.s3.send(new ListObjectsV2Command({ Bucket }));
    await fixture.s3.send(new DeleteObjectCommand({ Bucket, Key: "other" }));
    expect(lines()).toEqual({
      "GLACIER_IR get": 40,
      "GLACIER_IR put": 20,
      "GLACIER_IR retrieval": 30_000,
      "STANDARD list": 5,
    });
  });

  it("has the remainder of the minimum duration when an object leaves early", async () => {
    await put("STANDARD_IA");
    afterDays(10);
    await copy("GLACIER_IR");
    expect(lines()).toMatchObject({
      "GLACIER_IR put": 20,
      "STANDARD_IA early-deletion": Math.round((12_500 * 20) / 30),
      "STANDARD_IA retrieval": 10_000,
      "STANDARD_IA storage": Math.round((12_500 * 10) / 30),
    });
    await fixture.s3.send(new DeleteObjectCommand({ Bucket, Key }));
    expect(lines()["GLACIER_IR early-deletion"]).toBe(4_000 * 3);
    afterDays(20);
    expect(lines()["GLACIER_IR storage"] ?? 0).toBe(0);
  });

  it("has padding, and an archive's overhead at both prices", async () => {
    await using small = await sandboxFixture();
    for (let i = 0; i < 100; i++) {
      const storageClass = i < 50 ? "GLACIER_IR" : "DEEP_ARCHIVE";
      const input = { Bucket, Key: `k${i}`, Body: "", StorageClass: storageClass } as const;
      await small.s3.send(new PutObjectCommand(input));
    }
    small.sandbox.advanceTo(START_MS + 30 * MS_PER_DAY);
    expect(small.sandbox.bill().lines).toMatchObject({
      "GLACIER_IR storage": Math.round((4_000 * 50 * 128) / 1024 ** 2),
      "DEEP_ARCHIVE storage": Math.round((990 * 50 * 32) / 1024 ** 2),
      "STANDARD storage": Math.round((23_000 * 50 * 8) / 1024 ** 2),
    });
  });

  it("has noncurrent versions, parts of uploads and tags", async () => {
    const { s3 } = fixture;
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
    await put("STANDARD");
    await copy("GLACIER_IR");
    const TagSet = [{ Key: "a", Value: "1" }];
    await s3.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet } }));
    const begun = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "up", StorageClass: "GLACIER" }));
    const part = { Bucket, Key: "up", UploadId: begun.UploadId, PartNumber: 1, Body: "yz" };
    await s3.send(new UploadPartCommand(part));
    afterDays(30);
    expect(lines()).toMatchObject({ "STANDARD storage": 3 * 23_000, "GLACIER_IR storage": 4_000, "STANDARD tags": 1 });
  });

  it("follows an object through the inner tiers of INTELLIGENT_TIERING and back when it is read", async () => {
    await put("INTELLIGENT_TIERING");
    const tier = (): string | null | undefined => [...fixture.sandbox.snapshot(Bucket)][0]?.innerTier;
    afterDays(29.9);
    expect(tier()).toBe("frequent");
    afterDays(30);
    expect(tier()).toBe("infrequent");
    await fixture.s3.send(new HeadObjectCommand({ Bucket, Key }));
    afterDays(90);
    expect(tier()).toBe("archive-instant");
    expect(fixture.sandbox.enterReads(Bucket, Key, 5)).toEqual({ restored: false });
    expect(tier()).toBe("frequent");
    afterDays(119);
    expect(tier()).toBe("frequent");
    afterDays(120);
    expect(tier()).toBe("infrequent");
    const bill = lines();
    // April in the frequent tier, then May (31 days) and 29 of June's 30 days in the next, 1 + 29 days in the first again.
    expect(bill["INTELLIGENT_TIERING storage (infrequent)"]).toBe(12_500 + Math.round((12_500 * 29) / 30));
    expect(bill["INTELLIGENT_TIERING get"]).toBe(Math.round(6 * 0.4));
    expect(bill["INTELLIGENT_TIERING monitoring"]).toBeGreaterThan(0);
    expect(bill["INTELLIGENT_TIERING retrieval"]).toBeUndefined();
  });
});

describe("archives", () => {
  it("refuse to be read until a restore is ready, and again when it has expired", async () => {
    const { s3, sandbox } = fixture;
    await put("GLACIER");
    const read = (): Promise<unknown> => s3.send(new GetObjectCommand({ Bucket, Key }));
    const restore = (Days: number, Tier: "Standard" | "Bulk" = "Standard"): Promise<unknown> =>
      s3.send(new RestoreObjectCommand({ Bucket, Key, RestoreRequest: { Days, GlacierJobParameters: { Tier } } }));
    const restoreHeader = async (): Promise<string | undefined> =>
      (await s3.send(new HeadObjectCommand({ Bucket, Key }))).Restore;
    expect(await refusal(read())).toBe("InvalidObjectState 403");
    expect(await refusal(copy("STANDARD"))).toBe("InvalidObjectState 403");
    await restore(1);
    expect(await restoreHeader()).toBe('ongoing-request="true"');
    expect(await refusal(restore(1))).toBe("RestoreAlreadyInProgress 409");
    sandbox.advanceTo(START_MS + 5 * MS_PER_HOUR - 1);
    expect(await refusal(read())).toBe("InvalidObjectState 403");
    sandbox.advanceTo(START_MS + 5 * MS_PER_HOUR);
    await read();
    expect(await restoreHeader()).toBe('ongoing-request="false", expiry-date="Fri, 03 Apr 2026 00:00:00 GMT"');
    const listed = await s3.send(new ListObjectsV2Command({ Bucket, OptionalObjectAttributes: ["RestoreStatus"] }));
    expect(listed.Contents?.[0]?.RestoreStatus).toEqual({
      IsRestoreInProgress: false,
      RestoreExpiryDate: new Date("2026-04-03T00:00:00Z"),
    });
    await restore(3);
    expect(await restoreHeader()).toContain("05 Apr 2026");
    afterDays(4);
    expect(await refusal(read())).toBe("InvalidObjectState 403");
    expect(await restoreHeader()).toBeUndefined();
    const copyHours = 4 * 24 - 5;
    expect(lines()).toMatchObject({
      "GLACIER restore-request (standard)": 50,
      "GLACIER restore-retrieval (standard)": 10_000,
      "GLACIER restore-copy": Math.round((23_000 * copyHours) / (30 * 24)),
    });
  });

  it("bill bulk reads as one restore a day and GETs of the copy", async () => {
    await put("DEEP_ARCHIVE");
    const { sandbox } = fixture;
    expect(sandbox.enterReads(Bucket, Key, 1000)).toEqual({ restored: true });
    expect(sandbox.enterReads(Bucket, Key, 1000)).toEqual({ restored: false });
    afterDays(1);
    expect(sandbox.enterReads(Bucket, Key, 500)).toEqual({ restored: true });
    afterDays(3);
    expect(lines()).toMatchObject({
      "DEEP_ARCHIVE get": 1_000,
      "DEEP_ARCHIVE restore-request (standard)": 200,
      "DEEP_ARCHIVE restore-retrieval (standard)": 40_000,
      "DEEP_ARCHIVE restore-copy": Math.round((23_000 * 2) / 30),
    });
  });

  it("refuse a restore of what is no archive", async () => {
    await put("STANDARD_IA");
    const restore = new RestoreObjectCommand({ Bucket, Key, RestoreRequest: { Days: 1 } });
    expect(await refusal(fixture.s3.send(restore))).toBe("InvalidObjectState 403");
  });
});
