import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectLockConfigurationCommand,
  PutObjectRetentionCommand,
  PutObjectTaggingCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BUCKET, type SandboxFixture, START_MS, refusal, sandboxFixture } from "../../test/support/sandbox.ts";

let fixture: SandboxFixture;
beforeAll(async () => {
  fixture = await sandboxFixture({ buckets: [BUCKET, "versioned"] });
});
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
});

describe("versions", () => {
  const Bucket = "versioned";
  const Key = "k";
  const text = async (VersionId?: string): Promise<string | undefined> =>
    (await fixture.s3.send(new GetObjectCommand({ Bucket, Key, VersionId }))).Body?.transformToString();

  it("are kept from when versioning is enabled, a class change making a new one", async () => {
    const { s3 } = fixture;
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: "before" }));
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe("Enabled");
    const { VersionId: second } = await s3.send(new PutObjectCommand({ Bucket, Key, Body: "second" }));
    const copy = await s3.send(
      new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/${Key}?versionId=null`, StorageClass: "GLACIER_IR" }),
    );
    expect(copy.CopySourceVersionId).toBe("null");
    expect([await text(), await text(second), await text("null")]).toEqual(["before", "second", "before"]);
    expect((await s3.send(new HeadObjectCommand({ Bucket, Key, VersionId: "null" }))).StorageClass).toBeUndefined();
    expect(await refusal(text("unknown"))).toBe("NoSuchVersion 404");
  });

  it("hide behind delete markers and come back without them", async () => {
    const { s3 } = fixture;
    const marker = await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    expect(marker.DeleteMarker).toBe(true);
    expect(await refusal(text())).toBe("NoSuchKey 404");
    expect(await refusal(text(marker.VersionId))).toBe("MethodNotAllowed 405");
    expect((await s3.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);
    await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId: marker.VersionId }));
    expect(await text()).toBe("before");
  });

  it("are replaced under the id null while versioning is suspended", async () => {
    const { s3 } = fixture;
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Suspended" } }));
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: "null again" }));
    expect([await text(), await text("null")]).toEqual(["null again", "null again"]);
  });
});

describe("locks", () => {
  const Bucket = "locked";
  const Key = "legal-hold-1";

  it("keep held and retained versions from being deleted, not from being hidden or copied", async () => {
    const { s3, sandbox } = fixture;
    await s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
    const until = new Date(START_MS + 86_400_000);
    const put = await s3.send(
      new PutObjectCommand({
        Bucket,
        Key,
        Body: "x",
        ObjectLockLegalHoldStatus: "ON",
        ObjectLockMode: "GOVERNANCE",
        ObjectLockRetainUntilDate: until,
      }),
    );
    const { VersionId } = put;
    const shown = await s3.send(new HeadObjectCommand({ Bucket, Key }));
    expect(shown).toMatchObject({ ObjectLockLegalHoldStatus: "ON", ObjectLockMode: "GOVERNANCE" });
    expect(shown.ObjectLockRetainUntilDate).toEqual(until);
    const remove = (extra: object = {}): Promise<unknown> =>
      s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId, ...extra }));
    expect(await refusal(remove({ BypassGovernanceRetention: true }))).toBe("AccessDenied 403");
    await s3.send(new PutObjectLegalHoldCommand({ Bucket, Key, VersionId, LegalHold: { Status: "OFF" } }));
    expect((await s3.send(new GetObjectLegalHoldCommand({ Bucket, Key, VersionId }))).LegalHold?.Status).toBe("OFF");
    expect(await refusal(remove())).toBe("AccessDenied 403");
    const shorter = { Mode: "GOVERNANCE", RetainUntilDate: new Date(START_MS + 1000) } as const;
    const shorten = new PutObjectRetentionCommand({ Bucket, Key, VersionId, Retention: shorter });
    expect(await refusal(s3.send(shorten))).toBe("AccessDenied 403");
    expect((await s3.send(new GetObjectRetentionCommand({ Bucket, Key, VersionId }))).Retention?.Mode).toBe(
      "GOVERNANCE",
    );
    expect((await s3.send(new DeleteObjectCommand({ Bucket, Key }))).DeleteMarker).toBe(true);
    sandbox.advanceTo(START_MS + 86_400_000);
    await remove();
    expect(await refusal(s3.send(new GetObjectCommand({ Bucket, Key, VersionId })))).toBe("NoSuchVersion 404");
  });

  it("come from the bucket's default, and need a bucket that has them", async () => {
    const { s3 } = fixture;
    const ObjectLockConfiguration = {
      ObjectLockEnabled: "Enabled",
      Rule: { DefaultRetention: { Mode: "COMPLIANCE", Days: 2 } },
    } as const;
    await s3.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }));
    const stored = await s3.send(new GetObjectLockConfigurationCommand({ Bucket }));
    expect(stored.ObjectLockConfiguration).toEqual(ObjectLockConfiguration);
    const { VersionId } = await s3.send(new PutObjectCommand({ Bucket, Key: "by-default", Body: "x" }));
    const remove = { Bucket, Key: "by-default", VersionId, BypassGovernanceRetention: true };
    expect(await refusal(s3.send(new DeleteObjectCommand(remove)))).toBe("AccessDenied 403");
    const unlocked = new PutObjectCommand({ Bucket: BUCKET, Key: "x", Body: "x", ObjectLockLegalHoldStatus: "ON" });
    expect(await refusal(s3.send(unlocked))).toBe("InvalidRequest 400");
    expect(await refusal(s3.send(new GetObjectLockConfigurationCommand({ Bucket: BUCKET })))).toBe(
      "ObjectLockConfigurationNotFoundError 404",
    );
  });
});

describe("tags", () => {
  it("are put, read, counted and deleted", async () => {
    const { s3 } = fixture;
    const at = { Bucket: BUCKET, Key: "tagged" };
    await s3.send(new PutObjectCommand({ ...at, Body: "x" }));
    const TagSet = [
      { Key: "a", Value: "1 & <2>" },
      { Key: "ü", Value: "" },
    ];
    await s3.send(new PutObjectTaggingCommand({ ...at, Tagging: { TagSet } }));
    expect((await s3.send(new GetObjectTaggingCommand(at))).TagSet).toEqual(TagSet);
    expect((await s3.send(new HeadObjectCommand(at))).TagCount).toBe(2);
    const double = [TagSet[0], TagSet[0]].filter((tag) => tag !== undefined);
    expect(await refusal(s3.send(new PutObjectTaggingCommand({ ...at, Tagging: { TagSet: double } })))).toBe(
      "InvalidTag 400",
    );
    const many = Array.from({ length: 11 }, (_, i) => ({ Key: `k${i}`, Value: "" }));
    expect(await refusal(s3.send(new PutObjectTaggingCommand({ ...at, Tagging: { TagSet: many } })))).toBe(
      "InvalidTag 400",
    );
    await s3.send(new DeleteObjectTaggingCommand(at));
    expect((await s3.send(new GetObjectTaggingCommand(at))).TagSet).toEqual([]);
  });
});
