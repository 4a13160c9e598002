/** What a bucket is set to do, by the AWS SDK, which is loaded at the first question. */
import { Agent } from "node:https";
import type * as S3 from "@aws-sdk/client-s3";
import type { BucketInfo } from "../../ports/object-store.ts";
import { type Asked, type StoreFault, breakError, faultError } from "./errors.ts";
import type { Requests } from "./request.ts";
import { ageRulesOf } from "./lifecycle-rules.ts";
import { readBreak } from "./transport.ts";

/** One question to the bucket's configuration. */
export interface ControlCall<T> {
  /** `s3:GetBucketVersioning` */
  readonly action: string;
  readonly operation: string;
  readonly ask: (sdk: typeof S3, client: S3.S3Client, bucket: string) => Promise<T>;
  /** What it means that the store has no such configuration, or none of the kind. */
  readonly absent: T;
}

export interface Control {
  bucketInfo(): Promise<BucketInfo>;
  /** Which questions this principal may ask. */
  run<T>(call: ControlCall<T>): Promise<T>;
  close(): Promise<void>;
}

/** Codes for "nothing of the kind is set", or for a store that has nothing of the kind. */
const NOT_SET = new Set([
  "NoSuchLifecycleConfiguration",
  "ReplicationConfigurationNotFoundError",
  "ObjectLockConfigurationNotFoundError",
  "ObjectLockConfigurationNotFound",
  "NotImplemented",
  "MethodNotAllowed",
]);

/** One server says it in words only. */
function isNotSet({ name, message }: { readonly name: string; readonly message: string }): boolean {
  return NOT_SET.has(name) || message.includes("missing Object Lock Configuration");
}

const LOCATION: ControlCall<string | null> = {
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

const VERSIONING: ControlCall<BucketInfo["versioning"]> = {
  operation: "GetBucketVersioning",
  action: "s3:GetBucketVersioning",
  absent: "off",
  ask: async (sdk, client, Bucket) => {
    const { Status } = await client.send(new sdk.GetBucketVersioningCommand({ Bucket }));
    if (Status === "Enabled") return "enabled";
    return Status === "Suspended" ? "suspended" : "off";
  },
};

const OBJECT_LOCK: ControlCall<boolean> = {
  operation: "GetObjectLockConfiguration",
  action: "s3:GetBucketObjectLockConfiguration",
  absent: false,
  ask: async (sdk, client, Bucket) => {
    const { ObjectLockConfiguration } = await client.send(new sdk.GetObjectLockConfigurationCommand({ Bucket }));
    return ObjectLockConfiguration?.ObjectLockEnabled === "Enabled";
  },
};

const LIFECYCLE: ControlCall<Pick<BucketInfo, "lifecycleRuleIds" | "lifecycleRules" | "noncurrentExpiryDays">> = {
  operation: "GetBucketLifecycleConfiguration",
  action: "s3:GetLifecycleConfiguration",
  absent: { lifecycleRuleIds: [], lifecycleRules: [], noncurrentExpiryDays: null },
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
    };
  },
};

/** A rule without a filter; an empty prefix, in its old or its new place, is none. */
function coversBucket({ Filter, Prefix }: S3.LifecycleRule): boolean {
  const { Prefix: filterPrefix, ...others } = Filter ?? {};
  return !Prefix && !filterPrefix && Object.values(others).every((value) => value === undefined);
}

const REPLICATION: ControlCall<boolean> = {
  operation: "GetBucketReplication",
  action: "s3:GetReplicationConfiguration",
  absent: false,
  ask: async (sdk, client, Bucket) => {
    const answer = await client.send(new sdk.GetBucketReplicationCommand({ Bucket }));
    return (answer.ReplicationConfiguration?.Rules ?? []).some(({ Status }) => Status === "Enabled");
  },
};

const NOTIFICATIONS: ControlCall<boolean> = {
  operation: "GetBucketNotificationConfiguration",
  action: "s3:GetBucketNotification",
  absent: false,
  ask: async (sdk, client, Bucket) => {
    const set = await client.send(new sdk.GetBucketNotificationConfigurationCommand({ Bucket }));
    const targets = [set.TopicConfigurations, set.QueueConfigurations, set.LambdaFunctionConfigurations];
    return targets.some((list) => (list?.length ?? 0) > 0) || set.EventBridgeConfiguration !== undefined;
  },
};

/** All of them, for a probe of the permissions. */
export const CONTROL_CALLS: readonly ControlCall<unknown>[] = [
  LOCATION,
  VERSIONING,
  OBJECT_LOCK,
  LIFECYCLE,
  REPLICATION,
  NOTIFICATIONS,
];

/** The port lets the answer be as old as a minute. */
const INFO_AGE_MS = 60_000;

interface OpenClient {
  readonly sdk: typeof S3;
  readonly client: S3.S3Client;
}

export function openControl(requests: Requests): Control {
  let opened: Promise<OpenClient> | null = null;
  const run = async <T>(call: ControlCall<T>): Promise<T> => {
    opened ??= openClient(requests);
    const { sdk, client } = await opened;
    try {
      return await call.ask(sdk, client, requests.bucket);
    } catch (error) {
      if (error instanceof sdk.S3ServiceException && isNotSet(error)) return call.absent;
      throw controlError(sdk, error, requests, call);
    }
  };
  let held: { readonly atMs: number; readonly info: BucketInfo } | null = null;
  const readInfo = async (): Promise<BucketInfo> => {
    const [region, versioning, objectLock, lifecycle, replication, notifications] = await Promise.all([
      run(LOCATION),
      run(VERSIONING),
      run(OBJECT_LOCK),
      run(LIFECYCLE),
      run(REPLICATION),
      run(NOTIFICATIONS),
    ]);
    return { region, versioning, objectLock, ...lifecycle, replication, notifications };
  };
  return {
    run,
    bucketInfo: async () => {
      const nowMs = requests.clock.now();
      if (!held || nowMs - held.atMs > INFO_AGE_MS) held = { atMs: nowMs, info: await readInfo() };
      return held.info;
    },
    close: async () => {
      if (opened) (await opened).client.destroy();
    },
  };
}

async function openClient(requests: Requests): Promise<OpenClient> {
  const sdk = await import("@aws-sdk/client-s3");
  const { settings, credentials } = requests;
  const client = new sdk.S3Client({
    region: requests.region(),
    credentials: () => credentials.get(),
    forcePathStyle: settings.forcePathStyle,
    maxAttempts: settings.retry.attempts,
    followRegionRedirects: true,
    ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint }),
    ...(settings.ca === undefined ? {} : { requestHandler: { httpsAgent: new Agent({ ca: settings.ca }) } }),
  });
  return { sdk, client };
}

function controlError(sdk: typeof S3, error: unknown, requests: Requests, call: ControlCall<unknown>): Error {
  const asked: Asked = {
    operation: call.operation,
    action: call.action,
    bucket: requests.bucket,
    endpoint: requests.settings.endpoint ?? `S3 in ${requests.region()}`,
  };
  if (!(error instanceof sdk.S3ServiceException)) return breakError(readBreak(error), asked);
  const fault: StoreFault = {
    status: error.$metadata.httpStatusCode ?? 0,
    code: error.name,
    message: error.message,
  };
  return faultError(fault, asked);
}
