/** What a bucket is set to do, by the AWS SDK, which is loaded at the first question. */
import { Agent } from "node:https";
import type * as S3 from "@aws-sdk/client-s3";
import type { BucketInfo } from "../../ports/object-store.ts";
import {
  type ControlCall,
  BUCKET_OWNER,
  LIFECYCLE,
  LIFECYCLE_RULES,
  LOCATION,
  NOTIFICATIONS,
  OBJECT_LOCK,
  OWNERSHIP,
  REPLICATION,
  VERSIONING,
} from "./control-calls.ts";
import { type Asked, type StoreFault, breakError, faultError } from "./errors.ts";
import type { Requests } from "./request.ts";
import { readBreak } from "./transport.ts";

export interface Control {
  bucketInfo(): Promise<BucketInfo>;
  lifecycleRules(): Promise<readonly Readonly<Record<string, unknown>>[]>;
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
  "OwnershipControlsNotFoundError",
  "NotImplemented",
  "MethodNotAllowed",
]);

/** One server says it in words only. */
function isNotSet({ name, message }: { readonly name: string; readonly message: string }): boolean {
  return NOT_SET.has(name) || message.includes("missing Object Lock Configuration");
}

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
    const [region, versioning, lock, lifecycle, replication, notifications, ownership] = await Promise.all([
      run(LOCATION),
      run(VERSIONING),
      run(OBJECT_LOCK),
      run(LIFECYCLE),
      run(REPLICATION),
      run(NOTIFICATIONS),
      run(OWNERSHIP),
    ]);
    const ownerId = ownership === "enforced" ? null : await run(BUCKET_OWNER);
    return { region, versioning, ...lock, ...lifecycle, replication, notifications, ownership, ownerId };
  };
  return {
    run,
    lifecycleRules: () => run(LIFECYCLE_RULES),
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
