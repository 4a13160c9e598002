/** Lists a bucket and joins every page with what the state knows: one range query a page, no request per object. */
import { type StoredObject, viewOf } from "../core/object-view.ts";
import type { ObjectState } from "../core/object-state.ts";
import type { ObjectView } from "../core/strategy.ts";
import { windowDaysOf } from "./observe-options.ts";
import type { Context } from "./context.ts";

export interface ScannedObject {
  readonly stored: StoredObject;
  readonly state: ObjectState | undefined;
  readonly view: ObjectView;
}

/** Pages in key order. Memory: one page of each side. */
export async function* scanBucket(
  ctx: Context,
  bucket: string,
  prefix?: string,
): AsyncIterable<readonly ScannedObject[]> {
  const store = await ctx.stores.open(bucket);
  for await (const page of store.list(prefix === undefined ? {} : { prefix })) {
    const scanned = await scanPage(ctx, bucket, page);
    if (scanned.length > 0) yield scanned;
  }
}

/** A page of a listing, in key order. */
export async function scanPage(
  ctx: Context,
  bucket: string,
  page: readonly StoredObject[],
): Promise<readonly ScannedObject[]> {
  const first = page[0];
  const last = page.at(-1);
  if (!first || !last) return [];
  const known = await ctx.state.objectsBetween(bucket, first.key, last.key);
  const byKey = new Map(known.map((state) => [state.key, state]));
  const nowMs = ctx.clock.now();
  const windowDays = windowDaysOf(ctx.config);
  return page.map((stored) => {
    const state = byKey.get(stored.key);
    return { stored, state, view: viewOf(stored, state, nowMs, windowDays, bucket) };
  });
}
