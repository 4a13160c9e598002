/** The servers that the object store's suite runs against. */
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3";
import { WallClock } from "../../src/adapters/system/wall-clock.ts";
import { builtInPriceBook } from "../../src/config/price-books.ts";
import { startSandbox } from "../../src/sandbox/server.ts";
import type { Missing } from "../../tools/test-servers.ts";
import { ensureMoto, ensureS3Mock } from "../../tools/test-servers.ts";
import type { BackendName } from "../support/backend-falsehoods.ts";
import { startMoto } from "../support/moto.ts";
import { startS3Mock } from "../support/s3mock.ts";
import type { ServerProcess } from "../support/server-process.ts";

export interface BucketOptions {
  readonly versioning?: boolean;
  readonly objectLock?: boolean;
  /** Whether objects have access control lists; without it they have what the server gives them. */
  readonly ownership?: "BucketOwnerEnforced" | "ObjectWriter";
}

export interface RunningBackend extends AsyncDisposable {
  readonly endpoint: string;
  readonly createBucket: (name: string, options: BucketOptions) => Promise<void>;
  /** Ends the wait for a readable copy that was asked for. */
  readonly finishRestore: (bucket: string, key: string) => void;
}

export interface Backend {
  readonly name: BackendName;
  /** What this machine lacks to run it. */
  readonly missing: () => Promise<Missing | null>;
  readonly start: () => Promise<RunningBackend>;
}

export const KEYS = { accessKeyId: "conformance", secretAccessKey: "conformance-secret" };

/** Moves with the wall; nothing in the suite needs more. */
class PassingClock extends WallClock {
  advanceTo(): void {
    throw new Error("the suite's clock is the wall's");
  }
}

const sandbox: Backend = {
  name: "sandbox",
  missing: async () => null,
  start: async () => {
    const running = await startSandbox({
      clock: new PassingClock(),
      prices: builtInPriceBook(),
      accessKey: KEYS.accessKeyId,
      secretKey: KEYS.secretAccessKey,
    });
    return {
      endpoint: running.endpoint,
      createBucket: async (name, options) => running.createBucket(name, options),
      finishRestore: (bucket, key) => void running.enterReads(bucket, key, 1),
      [Symbol.asyncDispose]: async () => running.close(),
    };
  },
};

const moto: Backend = {
  name: "moto",
  missing: async () => asMissing(await ensureMoto()),
  start: async () => overSdk(await startMoto()),
};

const s3mock: Backend = {
  name: "s3mock",
  missing: async () => asMissing(await ensureS3Mock()),
  start: async () => overSdk(await startS3Mock()),
};

export const BACKENDS: readonly Backend[] = [sandbox, moto, s3mock];

export function sdkClient(endpoint: string): S3Client {
  return new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials: KEYS });
}

function asMissing(found: object): Missing | null {
  return "missing" in found ? { missing: String(found.missing) } : null;
}

function overSdk(started: ServerProcess | Missing): RunningBackend {
  if ("missing" in started) throw new Error(started.missing);
  const sdk = sdkClient(started.endpoint);
  return {
    endpoint: started.endpoint,
    createBucket: async (Bucket, { versioning = false, objectLock = false, ownership: ObjectOwnership }) => {
      await sdk.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: objectLock, ObjectOwnership }));
      if (!versioning) return;
      await sdk.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
    },
    // These do not let anyone wait.
    finishRestore: () => undefined,
    [Symbol.asyncDispose]: async () => {
      sdk.destroy();
      await started[Symbol.asyncDispose]();
    },
  };
}
