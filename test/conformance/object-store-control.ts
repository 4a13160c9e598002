/** What a bucket says about itself. */
import { PutBucketLifecycleConfigurationCommand } from "@aws-sdk/client-s3";
import { expect } from "vitest";
import type { CheckGroup } from "./object-store-suite.ts";

export const controlChecks: CheckGroup = (check) => {
  check("tells what a plain bucket does", async ({ openNew }) => {
    expect(await (await openNew()).bucketInfo()).toMatchObject({
      versioning: "off",
      objectLock: false,
      defaultRetention: false,
      lifecycleRuleIds: [],
      lifecycleRules: [],
      noncurrentExpiryDays: null,
      replication: false,
      notifications: false,
      tagRules: [],
    });
  });

  check("tells the bucket's region", async ({ openNew }) => {
    expect((await (await openNew()).bucketInfo()).region).toBe("us-east-1");
  });

  check("tells versions, locks and lifecycle rules", async ({ sdk, openNew }) => {
    const store = await openNew({}, { versioning: true, objectLock: true });
    await sdk.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket: store.bucket,
        LifecycleConfiguration: {
          Rules: [
            {
              ID: "old-versions",
              Status: "Enabled",
              Filter: { Prefix: "" },
              NoncurrentVersionExpiration: { NoncurrentDays: 7 },
            },
            { ID: "logs", Status: "Enabled", Filter: { Prefix: "logs/" }, Expiration: { Days: 30 } },
            { ID: "off", Status: "Disabled", Filter: { Prefix: "x" }, Expiration: { Days: 1 } },
          ],
        },
      }),
    );
    const info = await store.bucketInfo();
    expect(info).toMatchObject({ versioning: "enabled", objectLock: true, noncurrentExpiryDays: 7 });
    expect(info.lifecycleRuleIds.toSorted()).toEqual(["logs", "old-versions"]);
    expect(info.lifecycleRules).toEqual([{ id: "logs", prefix: "logs/", days: 30, kind: "expiration" }]);
  });

  check("tells whether objects have owners of their own", async ({ openNew }) => {
    expect(await (await openNew({}, { ownership: "BucketOwnerEnforced" })).bucketInfo()).toMatchObject({
      ownership: "enforced",
      ownerId: null,
    });
    const open = await openNew({}, { ownership: "ObjectWriter" });
    await open.put({ key: "k", body: Buffer.from("x"), storageClass: "STANDARD" });
    const { ownership, ownerId } = await open.bucketInfo();
    expect(ownership).toBe("writer");
    expect(ownerId).toMatch(/^[0-9a-f]{64}$/);
    expect((await open.acl("k")).ownerId).toBe(ownerId);
  });

  check("tells the rules that wait for a tag", async ({ sdk, openNew }) => {
    const store = await openNew();
    const cold = { Key: "astra", Value: "cold" };
    await sdk.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket: store.bucket,
        LifecycleConfiguration: {
          Rules: [
            {
              ID: "cold",
              Status: "Enabled",
              Filter: { Tag: cold },
              Transitions: [{ Days: 0, StorageClass: "GLACIER" }],
            },
            {
              ID: "warm",
              Status: "Enabled",
              Filter: { And: { Prefix: "logs/", Tags: [{ Key: "astra", Value: "warm" }] } },
              Transitions: [{ Days: 30, StorageClass: "STANDARD_IA" }],
            },
          ],
        },
      }),
    );
    const info = await store.bucketInfo();
    expect(info.tagRules).toEqual([
      { id: "cold", tag: ["astra", "cold"], days: 0, storageClass: "GLACIER", prefix: "", fromBytes: 131_072 },
      {
        id: "warm",
        tag: ["astra", "warm"],
        days: 30,
        storageClass: "STANDARD_IA",
        prefix: "logs/",
        fromBytes: 131_072,
      },
    ]);
    expect(info.lifecycleRules).toEqual([]);
  });

  check("probes without leaving a trace", async ({ openNew }) => {
    const store = await openNew();
    const results = await store.probe();
    expect(results.filter(({ allowed }) => !allowed)).toEqual([]);
    expect(results.map(({ action }) => action)).toEqual(
      expect.arrayContaining(["s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:RestoreObject"]),
    );
    expect((await Array.fromAsync(store.list())).flat()).toEqual([]);
  });

  check("tells the store's clock", async ({ openNew }) => {
    const store = await openNew();
    const ahead = 3_600_000;
    const skew = await store.clockSkewMs(Date.now() + ahead);
    expect(Math.round(skew / 60_000)).toBe(-60);
  });
};
