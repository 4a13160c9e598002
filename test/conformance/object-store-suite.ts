/** What every server behind the S3 adapter has to show, and what the adapter has to make of it. */
import type { S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openS3Store } from "../../src/adapters/s3/object-store.ts";
import type { S3Options } from "../../src/adapters/s3/options.ts";
import { systemRandom } from "../../src/adapters/system/system-random.ts";
import { WallClock } from "../../src/adapters/system/wall-clock.ts";
import type { ObjectStore } from "../../src/ports/object-store.ts";
import { FALSEHOODS } from "../support/backend-falsehoods.ts";
import { type FaultProxy, startFaultProxy } from "../support/fault-proxy.ts";
import { type Backend, type BucketOptions, type RunningBackend, KEYS, sdkClient } from "./object-store-backends.ts";

/** What a check works with. Everything it opens is closed at the end of the suite. */
export interface Stage {
  readonly endpoint: string;
  readonly sdk: S3Client;
  /** Creates a bucket of this check's own. */
  readonly newBucket: (options?: BucketOptions) => Promise<string>;
  readonly open: (bucket: string, options?: Partial<S3Options>) => ObjectStore;
  /** A store of a new bucket. */
  readonly openNew: (options?: Partial<S3Options>, bucketOptions?: BucketOptions) => Promise<ObjectStore>;
  /** Ends the wait for a readable copy that was asked for. */
  readonly finishRestore: (bucket: string, key: string) => void;
  /** A proxy in front of the server, for faults. */
  readonly proxy: () => Promise<FaultProxy>;
}

export type Check = (name: string, work: (stage: Stage) => Promise<void>) => void;
export type CheckGroup = (check: Check) => void;

const QUICK_RETRY = { attempts: 4, baseMs: 1, capMs: 10 };
const CHECK_TIMEOUT_MS = 120_000;

export function describeObjectStore(backend: Backend, missing: string | null, groups: readonly CheckGroup[]): void {
  const title = `object store · ${backend.name}`;
  describe.skipIf(missing !== null)(missing === null ? title : `${title} (not run: ${missing})`, () => {
    const closing = new AsyncDisposableStack();
    let running: RunningBackend | null = null;
    beforeAll(async () => {
      running = closing.use(await backend.start());
    });
    afterAll(async () => {
      await closing.disposeAsync();
    });
    const stage = (): Stage => {
      if (!running) throw new Error(`${backend.name} does not run`);
      return openStage(running, closing);
    };
    const used = new Set<string>();
    const check: Check = (name, work) => {
      used.add(name);
      const falsehood = FALSEHOODS[backend.name][name];
      it(
        falsehood ? `${name} [known falsehood: ${falsehood.reason}]` : name,
        async () => {
          const done = work(stage());
          if (falsehood) await expect(done).rejects.toThrow(falsehood.failure);
          else await done;
        },
        CHECK_TIMEOUT_MS,
      );
    };
    for (const group of groups) group(check);
    it("has a check for each known falsehood", () => {
      expect(Object.keys(FALSEHOODS[backend.name]).filter((name) => !used.has(name))).toEqual([]);
    });
  });
}

let buckets = 0;

function openStage(running: RunningBackend, closing: AsyncDisposableStack): Stage {
  const sdk = sdkClient(running.endpoint);
  closing.defer(() => sdk.destroy());
  const newBucket: Stage["newBucket"] = async (options = {}) => {
    buckets += 1;
    const name = `conformance-${buckets}`;
    await running.createBucket(name, options);
    return name;
  };
  const open: Stage["open"] = (bucket, options = {}) =>
    closing.use(
      openS3Store(
        bucket,
        {
          endpoint: running.endpoint,
          region: "us-east-1",
          forcePathStyle: true,
          credentials: { kind: "static", ...KEYS },
          retry: QUICK_RETRY,
          ...options,
        },
        { clock: new WallClock(), random: systemRandom() },
      ),
    );
  return {
    endpoint: running.endpoint,
    sdk,
    newBucket,
    open,
    openNew: async (options, bucketOptions) => open(await newBucket(bucketOptions), options),
    finishRestore: running.finishRestore,
    proxy: async () => closing.use(await startFaultProxy(running.endpoint)),
  };
}

/** The whole body of an object. */
export async function readAll(store: ObjectStore, key: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await store.get(key)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The code of the error a promise ends in. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return typeof error === "object" && error !== null && "code" in error ? String(error.code) : String(error);
  }
  return "no error";
}
