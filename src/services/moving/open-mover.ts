/** The store of a bucket, with what moves in it must know. */
import type { ObjectStore } from "../../ports/object-store.ts";
import { AdaptivePool } from "../adaptive-pool.ts";
import type { Context } from "../context.ts";
import type { Mover } from "./move-line.ts";
import type { RunGuard } from "./run-guard.ts";

/** @throws AstraError ASTRA_STORE_* */
export async function openMover(ctx: Context, bucket: string, guard: RunGuard): Promise<Omit<Mover, "journal">> {
  const store = await ctx.stores.open(bucket);
  return { ctx, store, bucket: await store.bucketInfo(), guard };
}

/** The concurrency of moves on a store. */
export function movePool(ctx: Context, store: ObjectStore): AdaptivePool {
  return new AdaptivePool({
    most: ctx.config.engine.concurrency,
    counters: () => store.counters(),
    now: () => ctx.clock.now(),
    signal: ctx.signal,
  });
}
