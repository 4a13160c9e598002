/** The sandbox in this process, with a virtual clock. */
import { setTimeout as pause } from "node:timers/promises";
import { VirtualClock } from "../../adapters/system/virtual-clock.ts";
import type { PriceBook } from "../../core/pricing/price-book.ts";
import { startSandbox } from "../../sandbox/server.ts";
import type { AgeRule } from "./keeping.ts";
import { bucketOwner } from "./s3-setup.ts";
import type { DemoWorld } from "./world.ts";

/** Midnight UTC of the demo's first day. */
const START_MS = Date.UTC(2025, 0, 1);
const CREDENTIALS = { access_key_id: "demo", secret_access_key: "demo-secret" };

export async function sandboxWorld(
  prices: PriceBook,
  byteScale: number,
  ageRules: readonly AgeRule[],
): Promise<DemoWorld> {
  const virtual = new VirtualClock(START_MS);
  const sandbox = await startSandbox({
    clock: virtual,
    prices,
    accessKey: CREDENTIALS.access_key_id,
    secretKey: CREDENTIALS.secret_access_key,
    byteScale,
  });
  const bucket = "demo-data";
  const lockedBucket = "demo-legal";
  const { endpoint } = sandbox;
  const owner = await bucketOwner({ endpoint, credentials: CREDENTIALS, bucket, lockedBucket, ageRules });
  await owner.createBuckets();
  return {
    endpoint,
    bucket,
    lockedBucket,
    credentials: CREDENTIALS,
    startMs: START_MS,
    clock: { now: () => virtual.now(), sleep: (ms) => pause(Math.max(0, ms)) },
    async advanceTo(ms) {
      sandbox.advanceTo(ms);
    },
    hold: (held, key) => owner.hold(held, key),
    async read(reads) {
      let restored = 0;
      for (const { bucket: from, key, count } of reads)
        if (sandbox.enterReads(from, key, count).restored) restored += 1;
      return restored;
    },
    async bill() {
      return sandbox.bill();
    },
    async [Symbol.asyncDispose]() {
      owner.close();
      await sandbox.close();
    },
  };
}
