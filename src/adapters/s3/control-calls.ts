/** The questions to a bucket's configuration. */
import type * as S3 from "@aws-sdk/client-s3";
import type { BucketInfo } from "../../ports/object-store.ts";
import { ageRulesOf, tagRulesOf } from "./lifecycle-rules.ts";

/** One question to the bucket's configuration. */
export interface ControlCall<T> {
  /** `s3:GetBucketVersioning` */
  readonly action: string;
  readonly operation: string;
  readonly ask: (sdk: typeof S3, client: S3.S3Client, bucket: string) => Promise<T>;
  /** What it means that the store has no such configuration, or none of the kind. */
  readonly absent: T;
}

export const LOCATION: ControlCall<string | null> = {
  operation: "GetBucketLocation",
  action: "s3:GetBucketLocation",
  absent: null,
  ask: async (sdk, client, Bucket) => {
    const { LocationConstraint } = await client.send(new sdk.GetBucketLocationCommand({ Bucket }));
    // The first region's location is empty, and that of the oldest European buckets a name of their own.
    if (!LocationConstraint) return "us-east-1";
    return LocationConstraint === "EU" ? "eu-west-1" : LocationConstraint;
  },
};

export const VERSIONING: ControlCall<BucketInfo["versioning"]> = {
  operation: "GetBucketVersioning",
  action: "s3:GetBucketVersioning",
  absent: "off",
  ask: async (sdk, client, Bucket) => {
    const { Status } = await client.send(new sdk.GetBucketVersioningCommand({ Bucket }));
    if (Status === "Enabled") return "enabled";
    return Status === "Suspended" ? "suspended" : "off";
  },
};

export const OBJECT_LOCK: ControlCall<Pick<BucketInfo, "objectLock" | "defaultRetention">> = {
  operation: "GetObjectLockConfiguration",
  action: "s3:GetBucketObjectLockConfiguration",
  absent: { objectLock: false, defaultRetention: false },
  ask: async (sdk, client, Bucket) => {
    const { ObjectLockConfiguration } = await client.send(new sdk.GetObjectLockConfigurationCommand({ Bucket }));
    return {
      objectLock: ObjectLockConfiguration?.ObjectLockEnabled === "Enabled",
      defaultRetention: ObjectLockConfiguration?.Rule?.DefaultRetention?.Mode !== undefined,
    };
  },
};

type LifecycleInfo = "lifecycleRuleIds" | "lifecycleRules" | "noncurrentExpiryDays" | "tagRules";

export const LIFECYCLE: ControlCall<Pick<BucketInfo, LifecycleInfo>> = {
  operation: "GetBucketLifecycleConfiguration",
  action: "s3:GetLifecycleConfiguration",
  absent: { lifecycleRuleIds: [], lifecycleRules: [], noncurrentExpiryDays: null, tagRules: [] },
  ask: async (sdk, client, Bucket) => {
    const { Rules = [] } = await client.send(new sdk.GetBucketLifecycleConfigurationCommand({ Bucket }));
    const enabled = Rules.filter(({ Status }) => Status === "Enabled");
    const days = enabled.filter(coversBucket).flatMap((rule) => {
      const { NoncurrentDays, NewerNoncurrentVersions = 0 } = rule.NoncurrentVersionExpiration ?? {};
      return NoncurrentDays === undefined || NewerNoncurrentVersions > 0 ? [] : [NoncurrentDays];
    });
    return {
      lifecycleRuleIds: enabled.map(({ ID }) => ID ?? ""),
      lifecycleRules: enabled.flatMap(ageRulesOf),
      noncurrentExpiryDays: days.length === 0 ? null : Math.min(...days),
      tagRules: tagRulesOf(enabled),
    };
  },
};

/** The rules as S3 has them, disabled ones included, for a document that keeps every one. */
export const LIFECYCLE_RULES: ControlCall<readonly Readonly<Record<string, unknown>>[]> = {
  operation: "GetBucketLifecycleConfiguration",
  action: "s3:GetLifecycleConfiguration",
  absent: [],
  ask: async (sdk, client, Bucket) => {
    const { Rules = [] } = await client.send(new sdk.GetBucketLifecycleConfigurationCommand({ Bucket }));
    return Rules.map((rule) => Object.fromEntries(Object.entries(rule)));
  },
};

/** A rule without a filter; an empty prefix, in its old or its new place, is none. */
function coversBucket({ Filter, Prefix }: S3.LifecycleRule): boolean {
  const { Prefix: filterPrefix, ...others } = Filter ?? {};
  return !Prefix && !filterPrefix && Object.values(others).every((value) => value === undefined);
}

export const REPLICATION: ControlCall<boolean> = {
  operation: "GetBucketReplication",
  action: "s3:GetReplicationConfiguration",
  absent: false,
  ask: async (sdk, client, Bucket) => {
    const answer = await client.send(new sdk.GetBucketReplicationCommand({ Bucket }));
    return (answer.ReplicationConfiguration?.Rules ?? []).some(({ Status }) => Status === "Enabled");
  },
};

export const NOTIFICATIONS: ControlCall<boolean> = {
  operation: "GetBucketNotificationConfiguration",
  action: "s3:GetBucketNotification",
  absent: false,
  ask: async (sdk, client, Bucket) => {
    const set = await client.send(new sdk.GetBucketNotificationConfigurationCommand({ Bucket }));
    const targets = [set.TopicConfigurations, set.QueueConfigurations, set.LambdaFunctionConfigurations];
    return targets.some((list) => (list?.length ?? 0) > 0) || set.EventBridgeConfiguration !== undefined;
  },
};

const OWNERSHIPS: Readonly<Record<string, BucketInfo["ownership"]>> = {
  BucketOwnerEnforced: "enforced",
  BucketOwnerPreferred: "preferred",
  ObjectWriter: "writer",
};

export const OWNERSHIP: ControlCall<BucketInfo["ownership"]> = {
  operation: "GetBucketOwnershipControls",
  action: "s3:GetBucketOwnershipControls",
  absent: "writer",
  ask: async (sdk, client, Bucket) => {
    const { OwnershipControls } = await client.send(new sdk.GetBucketOwnershipControlsCommand({ Bucket }));
    return OWNERSHIPS[OwnershipControls?.Rules?.[0]?.ObjectOwnership ?? ""] ?? "writer";
  },
};

/** Asked only where objects have owners of their own. */
export const BUCKET_OWNER: ControlCall<string | null> = {
  operation: "GetBucketAcl",
  action: "s3:GetBucketAcl",
  absent: null,
  ask: async (sdk, client, Bucket) => (await client.send(new sdk.GetBucketAclCommand({ Bucket }))).Owner?.ID ?? null,
};

/** All that is asked of every bucket, for a probe of the permissions. */
export const CONTROL_CALLS: readonly ControlCall<unknown>[] = [
  LOCATION,
  VERSIONING,
  OBJECT_LOCK,
  LIFECYCLE,
  REPLICATION,
  NOTIFICATIONS,
  OWNERSHIP,
];
