/** What the demo's owner does to his buckets by himself: create them, hold objects. Control calls of the SDK, as he would. */
import type * as Sdk from "@aws-sdk/client-s3";
import type { AgeRule } from "./keeping.ts";

export interface SetupOptions {
  readonly endpoint: string;
  readonly credentials: { readonly access_key_id: string; readonly secret_access_key: string };
  readonly bucket: string;
  readonly lockedBucket: string;
  /** Transitions by age for every object of both buckets. */
  readonly ageRules: readonly AgeRule[];
}

export interface BucketOwner {
  /** Creates both buckets, with their lifecycle rules. */
  createBuckets(): Promise<void>;
  hold(bucket: string, key: string): Promise<void>;
  /** Removes every object of both buckets, holds and versions included. */
  removeObjects(): Promise<void>;
  close(): void;
}

export async function bucketOwner(options: SetupOptions): Promise<BucketOwner> {
  const sdk = await import("@aws-sdk/client-s3");
  const { access_key_id: accessKeyId, secret_access_key: secretAccessKey } = options.credentials;
  const client: Sdk.S3Client = new sdk.S3Client({
    endpoint: options.endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
  return {
    async createBuckets() {
      await client.send(new sdk.CreateBucketCommand({ Bucket: options.bucket }));
      await client.send(
        new sdk.CreateBucketCommand({ Bucket: options.lockedBucket, ObjectLockEnabledForBucket: true }),
      );
      const aging = options.ageRules.length > 0 ? [agingRule(options.ageRules)] : [];
      // Object lock brings versioning; without this rule every copy would leave a version billed for ever.
      for (const [Bucket, Rules] of [
        [options.bucket, aging],
        [options.lockedBucket, [EXPIRE_NONCURRENT, ...aging]],
      ] as const) {
        if (Rules.length === 0) continue;
        const LifecycleConfiguration = { Rules: [...Rules] };
        await client.send(new sdk.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }));
      }
    },
    async hold(bucket, key) {
      await client.send(new sdk.PutObjectLegalHoldCommand({ Bucket: bucket, Key: key, LegalHold: { Status: "ON" } }));
    },
    async removeObjects() {
      for (const bucket of [options.bucket, options.lockedBucket]) {
        while (await removePage(sdk, client, bucket, bucket === options.lockedBucket));
      }
    },
    close() {
      client.destroy();
    },
  };
}

const EXPIRE_NONCURRENT: Sdk.LifecycleRule = {
  ID: "expire-noncurrent",
  Status: "Enabled",
  Filter: { Prefix: "" },
  NoncurrentVersionExpiration: { NoncurrentDays: 1 },
};

function agingRule(rules: readonly AgeRule[]): Sdk.LifecycleRule {
  return {
    ID: "age",
    Status: "Enabled",
    Filter: { Prefix: "" },
    Transitions: rules.map(({ days, storageClass }) => ({ Days: days, StorageClass: storageClass })),
  };
}

/** @returns whether there was anything to remove. */
async function removePage(sdk: typeof Sdk, client: Sdk.S3Client, bucket: string, held: boolean): Promise<boolean> {
  const page = await client.send(new sdk.ListObjectVersionsCommand({ Bucket: bucket }));
  const versions = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(({ Key, VersionId }) => ({
    Key,
    VersionId,
  }));
  if (versions.length === 0) return false;
  for (const version of held ? versions : []) {
    await client.send(new sdk.PutObjectLegalHoldCommand({ Bucket: bucket, ...version, LegalHold: { Status: "OFF" } }));
  }
  await client.send(new sdk.DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: versions, Quiet: true } }));
  return true;
}
