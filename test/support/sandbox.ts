/** A sandbox on a virtual clock and an AWS SDK client for it. */
import { S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { VirtualClock } from "../../src/adapters/system/virtual-clock.ts";
import { builtInPriceBook } from "../../src/config/price-books.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../src/sandbox/server.ts";

export const ACCESS_KEY = "AKIDSANDBOX";
export const SECRET_KEY = "a secret/with+signs";
export const BUCKET = "test-bucket";
/** First instant of a month of 30 days. */
export const START_MS = Date.UTC(2026, 3, 1);

export interface SandboxFixture extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly s3: S3Client;
}

/** Starts a sandbox with one bucket, at 2026-04-01T00:00Z. */
export async function sandboxFixture(options: Partial<SandboxOptions> = {}): Promise<SandboxFixture> {
  const sandbox = await startSandbox({
    clock: new VirtualClock(START_MS),
    prices: builtInPriceBook(),
    accessKey: ACCESS_KEY,
    secretKey: SECRET_KEY,
    buckets: [BUCKET],
    ...options,
  });
  const s3 = sdkClient(sandbox.endpoint);
  return {
    sandbox,
    s3,
    [Symbol.asyncDispose]: async () => {
      s3.destroy();
      await sandbox.close();
    },
  };
}

/** An SDK client for an endpoint, with the sandbox's keys unless others are given. It does not retry. */
export function sdkClient(endpoint: string, accessKeyId = ACCESS_KEY, secretAccessKey = SECRET_KEY): S3Client {
  return new S3Client({
    endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey },
  });
}

/** The S3 error code (or HTTP status, where HEAD has no document) that a call is refused with. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof S3ServiceException) return `${error.name} ${error.$metadata.httpStatusCode}`;
    throw error;
  }
  throw new Error("the call was not refused");
}
