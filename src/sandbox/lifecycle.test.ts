import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  type LifecycleRule,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type StorageClass,
} from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BUCKET, type SandboxFixture, START_MS, sandboxFixture } from "../../test/support/sandbox.ts";
import { KIB, MS_PER_DAY, MS_PER_HOUR } from "../core/units.ts";

const SCALE = 64 * KIB;
let fixture: SandboxFixture;
beforeEach(async () => {
  fixture = await sandboxFixture({ byteScale: SCALE });
});
afterEach(async () => {
  await fixture[Symbol.asyncDispose]();
});

const Bucket = BUCKET;
const put = (Key: string, units = 4, extra: object = {}): Promise<unknown> =>
  fixture.s3.send(new PutObjectCommand({ Bucket, Key, Body: "x".repeat(units), ...extra }));
const afterDays = (days: number): void => fixture.sandbox.advanceTo(START_MS + days * MS_PER_DAY);
const classes = (): Record<string, string> =>
  Object.fromEntries([...fixture.sandbox.snapshot(Bucket)].map((object) => [object.key, object.storageClass]));
const transition = (Days: number, StorageClass: Exclude<StorageClass, "STANDARD">) => ({ Days, StorageClass }) as const;

async function rules(...configured: Partial<LifecycleRule>[]): Promise<void> {
  const Rules = configured.map((rule, i) => ({
    ID: `r${i}`,
    Status: "Enabled" as const,
    Filter: { Prefix: "" },
    ...rule,
  }));
  const input = { Bucket, LifecycleConfiguration: { Rules } as { Rules: LifecycleRule[] } };
  await fixture.s3.send(new PutBucketLifecycleConfigurationCommand(input));
}

describe("lifecycle rules", () => {
  it("move objects down at midnight, bill the transition, and leave small objects alone", async () => {
    await rules({ Transitions: [transition(30, "STANDARD_IA"), transition(90, "GLACIER")] as never });
    fixture.sandbox.advanceTo(START_MS + MS_PER_HOUR);
    await put("big");
    await put("small", 1);
    afterDays(30);
    expect(classes()).toEqual({ big: "STANDARD", small: "STANDARD" });
    afterDays(31);
    expect(classes()).toEqual({ big: "STANDARD_IA", small: "STANDARD" });
    afterDays(400);
    expect(classes()).toEqual({ big: "GLACIER", small: "STANDARD" });
    const { lines } = fixture.sandbox.bill();
    expect(lines).toMatchObject({ "STANDARD_IA transition": 10, "GLACIER transition": 30 });
    expect(lines["STANDARD_IA early-deletion"] ?? 0).toBe(0);
    expect(lines["STANDARD_IA retrieval"]).toBeUndefined();
  });

  it("match by prefix, tag and size, and a size filter lifts the default minimum", async () => {
    await rules(
      { Filter: { Prefix: "logs/" }, Transitions: [transition(1, "GLACIER")] as never },
      { Filter: { Tag: { Key: "t", Value: "1" } }, Transitions: [transition(1, "DEEP_ARCHIVE")] as never },
      {
        Filter: { And: { Prefix: "s/", ObjectSizeGreaterThan: SCALE, ObjectSizeLessThan: 3 * SCALE } },
        Transitions: [transition(1, "GLACIER_IR")] as never,
      },
    );
    await put("logs/a");
    await put("logs/both", 4, { Tagging: "t=1" });
    await put("tagged", 4, { Tagging: "t=1" });
    await put("other", 4, { Tagging: "t=2" });
    for (const units of [1, 2, 3]) await put(`s/${units}`, units);
    afterDays(2);
    expect(classes()).toEqual({
      "logs/a": "GLACIER",
      "logs/both": "DEEP_ARCHIVE",
      tagged: "DEEP_ARCHIVE",
      other: "STANDARD",
      "s/1": "STANDARD",
      "s/2": "GLACIER_IR",
      "s/3": "STANDARD",
    });
  });

  it("act on objects that were there before them, at the next midnight, and only down the waterfall", async () => {
    await put("old");
    await put("archived", 4, { StorageClass: "GLACIER" });
    afterDays(100.5);
    await rules({ Transitions: [transition(30, "STANDARD_IA")] as never });
    expect(classes()).toEqual({ old: "STANDARD", archived: "GLACIER" });
    afterDays(101);
    expect(classes()).toEqual({ old: "STANDARD_IA", archived: "GLACIER" });
  });

  it("expire objects, and bill what remains of their minimum duration", async () => {
    await rules({ Expiration: { Days: 10 } });
    await put("gone", 16, { StorageClass: "STANDARD_IA" });
    afterDays(10);
    expect(classes()).toEqual({});
    expect(fixture.sandbox.bill().lines["STANDARD_IA early-deletion"]).toBeGreaterThan(0);
  });

  it("expire noncurrent versions but those to keep, and lone delete markers", async () => {
    const { s3 } = fixture;
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
    await rules({
      Expiration: { ExpiredObjectDeleteMarker: true },
      NoncurrentVersionExpiration: { NoncurrentDays: 3, NewerNoncurrentVersions: 1 },
    });
    for (let i = 0; i < 4; i++) await put("k");
    await put("deleted");
    await s3.send(new DeleteObjectCommand({ Bucket, Key: "deleted" }));
    const versions = async (): Promise<(string | undefined)[]> => {
      const listed = await s3.send(new ListObjectVersionsCommand({ Bucket }));
      return [...(listed.Versions ?? []), ...(listed.DeleteMarkers ?? [])].map((version) => version.Key);
    };
    expect(await versions()).toEqual(["deleted", "k", "k", "k", "k", "deleted"]);
    afterDays(4);
    expect(await versions()).toEqual(["deleted", "k", "k", "deleted"]);
  });

  it("abort uploads that were left behind", async () => {
    await rules({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 } });
    await fixture.s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "up" }));
    afterDays(1);
    expect((await fixture.s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads).toHaveLength(1);
    afterDays(2);
    expect((await fixture.s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads).toBeUndefined();
  });
});
