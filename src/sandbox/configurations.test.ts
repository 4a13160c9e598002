import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketOwnershipControlsCommand,
  DeleteBucketLifecycleCommand,
  GetBucketAclCommand,
  GetBucketEncryptionCommand,
  GetBucketIntelligentTieringConfigurationCommand,
  GetBucketInventoryConfigurationCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLoggingCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketReplicationCommand,
  GetBucketTaggingCommand,
  GetObjectAclCommand,
  type InventoryConfiguration,
  ListBucketInventoryConfigurationsCommand,
  PutBucketIntelligentTieringConfigurationCommand,
  PutBucketInventoryConfigurationCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketLoggingCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketTaggingCommand,
  PutObjectAclCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BUCKET, type SandboxFixture, refusal, sandboxFixture } from "../../test/support/sandbox.ts";

let fixture: SandboxFixture;
beforeAll(async () => {
  fixture = await sandboxFixture();
});
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
});

const Bucket = BUCKET;

const INVENTORY: InventoryConfiguration = {
  Id: "daily",
  IsEnabled: true,
  IncludedObjectVersions: "Current",
  Schedule: { Frequency: "Daily" },
  Destination: { S3BucketDestination: { Bucket: "arn:aws:s3:::out", Format: "CSV" } },
};

describe("bucket configurations", () => {
  it("answer with S3's own code, or empty, where there are none", async () => {
    const { s3 } = fixture;
    const codes = [
      await refusal(s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))),
      await refusal(s3.send(new GetBucketInventoryConfigurationCommand({ Bucket, Id: "x" }))),
      await refusal(s3.send(new GetBucketIntelligentTieringConfigurationCommand({ Bucket, Id: "x" }))),
      await refusal(s3.send(new GetBucketTaggingCommand({ Bucket }))),
      await refusal(s3.send(new GetBucketReplicationCommand({ Bucket }))),
    ];
    expect(codes).toEqual([
      "NoSuchLifecycleConfiguration 404",
      "NoSuchConfiguration 404",
      "NoSuchConfiguration 404",
      "NoSuchTagSet 404",
      "ReplicationConfigurationNotFoundError 404",
    ]);
    expect((await s3.send(new GetBucketLoggingCommand({ Bucket }))).LoggingEnabled).toBeUndefined();
    const notification = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    expect(notification.TopicConfigurations).toBeUndefined();
    const encryption = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
    const [rule] = encryption.ServerSideEncryptionConfiguration?.Rules ?? [];
    expect(rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm).toBe("AES256");
  });

  it("are returned as they were put", async () => {
    const { s3 } = fixture;
    await s3.send(
      new PutBucketInventoryConfigurationCommand({ Bucket, Id: "daily", InventoryConfiguration: INVENTORY }),
    );
    const inventory = await s3.send(new GetBucketInventoryConfigurationCommand({ Bucket, Id: "daily" }));
    expect(inventory.InventoryConfiguration).toEqual(INVENTORY);
    const all = await s3.send(new ListBucketInventoryConfigurationsCommand({ Bucket }));
    expect(all.InventoryConfigurationList).toEqual([INVENTORY]);
    const LoggingEnabled = { TargetBucket: "logs", TargetPrefix: "p/" };
    await s3.send(new PutBucketLoggingCommand({ Bucket, BucketLoggingStatus: { LoggingEnabled } }));
    expect((await s3.send(new GetBucketLoggingCommand({ Bucket }))).LoggingEnabled).toEqual(LoggingEnabled);
    const TopicConfigurations = [{ Id: "t", TopicArn: "arn:aws:sns:x", Events: ["s3:ObjectCreated:*" as const] }];
    const NotificationConfiguration = { TopicConfigurations };
    await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
    const notification = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    expect(notification.TopicConfigurations).toEqual(TopicConfigurations);
    const tiering = {
      Id: "it",
      Status: "Enabled" as const,
      Tierings: [{ Days: 90, AccessTier: "ARCHIVE_ACCESS" as const }],
    };
    const put = { Bucket, Id: "it", IntelligentTieringConfiguration: tiering };
    await s3.send(new PutBucketIntelligentTieringConfigurationCommand(put));
    const kept = await s3.send(new GetBucketIntelligentTieringConfigurationCommand({ Bucket, Id: "it" }));
    expect(kept.IntelligentTieringConfiguration).toEqual(tiering);
    const TagSet = [{ Key: "team", Value: "a" }];
    await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
    expect((await s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual(TagSet);
  });

  it("include lifecycle rules, which are checked", async () => {
    const { s3 } = fixture;
    const put = (Transitions: object[]): Promise<unknown> =>
      s3.send(
        new PutBucketLifecycleConfigurationCommand({
          Bucket,
          LifecycleConfiguration: {
            Rules: [{ ID: "r", Status: "Enabled", Filter: { Prefix: "x/" }, Transitions }],
          },
        }),
      );
    expect(await refusal(put([{ Days: 29, StorageClass: "STANDARD_IA" }]))).toBe("InvalidArgument 400");
    expect(await refusal(put([{ Days: 1, StorageClass: "STANDARD" }]))).toBe("MalformedXML 400");
    expect(await refusal(put([]))).toBe("InvalidRequest 400");
    const transition = { Days: 30, StorageClass: "STANDARD_IA" };
    await put([transition]);
    const kept = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    expect(kept.Rules?.[0]).toMatchObject({ ID: "r", Filter: { Prefix: "x/" }, Transitions: [transition] });
    expect(kept.TransitionDefaultMinimumObjectSize).toBe("all_storage_classes_128K");
    await s3.send(new DeleteBucketLifecycleCommand({ Bucket }));
    expect(await refusal(s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket })))).toBe(
      "NoSuchLifecycleConfiguration 404",
    );
  });
});

describe("ownership", () => {
  const ownershipOf = async (): Promise<string | undefined> => {
    const { OwnershipControls } = await fixture.s3.send(new GetBucketOwnershipControlsCommand({ Bucket }));
    return OwnershipControls?.Rules?.[0]?.ObjectOwnership;
  };

  it("is the bucket's unless it is stated otherwise", async () => {
    const { s3 } = fixture;
    expect(await ownershipOf()).toBe("BucketOwnerEnforced");
    const OwnershipControls = { Rules: [{ ObjectOwnership: "ObjectWriter" as const }] };
    await s3.send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls }));
    expect(await ownershipOf()).toBe("ObjectWriter");
    await s3.send(new DeleteBucketOwnershipControlsCommand({ Bucket }));
    expect(await refusal(s3.send(new GetBucketOwnershipControlsCommand({ Bucket })))).toBe(
      "OwnershipControlsNotFoundError 404",
    );
    await s3.send(new CreateBucketCommand({ Bucket: "owned", ObjectOwnership: "BucketOwnerPreferred" }));
    const owned = await s3.send(new GetBucketOwnershipControlsCommand({ Bucket: "owned" }));
    expect(owned.OwnershipControls?.Rules).toEqual([{ ObjectOwnership: "BucketOwnerPreferred" }]);
  });

  it("of the bucket leaves objects no lists of their own", async () => {
    const { s3 } = fixture;
    await s3.send(new CreateBucketCommand({ Bucket: "enforced" }));
    const at = { Bucket: "enforced", Key: "k" };
    expect(await refusal(s3.send(new PutObjectCommand({ ...at, Body: "x", ACL: "public-read" })))).toBe(
      "AccessControlListNotSupported 400",
    );
    await s3.send(new PutObjectCommand({ ...at, Body: "x", ACL: "bucket-owner-full-control" }));
    expect((await s3.send(new GetObjectAclCommand(at))).Grants).toHaveLength(1);
    expect(await refusal(s3.send(new PutObjectAclCommand({ ...at, ACL: "public-read" })))).toBe(
      "AccessControlListNotSupported 400",
    );
  });
});

describe("access control lists", () => {
  it("are private unless stated, canned or put as a document", async () => {
    const { s3 } = fixture;
    await s3.send(new DeleteBucketOwnershipControlsCommand({ Bucket }));
    const at = { Bucket, Key: "acl" };
    await s3.send(new PutObjectCommand({ ...at, Body: "x" }));
    const mine = await s3.send(new GetObjectAclCommand(at));
    expect(mine.Grants?.map((grant) => [grant.Grantee?.Type, grant.Permission])).toEqual([
      ["CanonicalUser", "FULL_CONTROL"],
    ]);
    await s3.send(new PutObjectAclCommand({ ...at, ACL: "public-read" }));
    const open = await s3.send(new GetObjectAclCommand(at));
    expect(open.Grants?.map((grant) => grant.Permission)).toEqual(["FULL_CONTROL", "READ"]);
    await s3.send(new PutObjectAclCommand({ ...at, AccessControlPolicy: { Owner: mine.Owner, Grants: mine.Grants } }));
    expect((await s3.send(new GetObjectAclCommand(at))).Grants).toEqual(mine.Grants);
    expect((await s3.send(new GetBucketAclCommand({ Bucket }))).Grants).toHaveLength(1);
  });

  it("are stated anew on a copy, which is private otherwise", async () => {
    const { s3 } = fixture;
    await s3.send(new DeleteBucketOwnershipControlsCommand({ Bucket }));
    const at = { Bucket, Key: "source" };
    const uri = "http://acs.amazonaws.com/groups/global/AllUsers";
    await s3.send(new PutObjectCommand({ ...at, Body: "x", ACL: "public-read" }));
    const copy = { Bucket, Key: "copy", CopySource: `${Bucket}/source` };
    const permissions = async (): Promise<(string | undefined)[] | undefined> =>
      (await s3.send(new GetObjectAclCommand({ Bucket, Key: "copy" }))).Grants?.map(({ Permission }) => Permission);
    await s3.send(new CopyObjectCommand(copy));
    expect(await permissions()).toEqual(["FULL_CONTROL"]);
    await s3.send(new CopyObjectCommand({ ...copy, GrantRead: `uri="${uri}", id="a"`, GrantReadACP: 'id="b"' }));
    expect(await permissions()).toEqual(["READ", "READ", "READ_ACP"]);
  });
});
