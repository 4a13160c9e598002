/** A bucket's modelled month, from the state's objects and journal. Memory: one page. */
import { ModelledMonth } from "../core/billing/modelled-month.ts";
import type { MonthSpan } from "../core/billing/month-span.ts";
import type { StoredObject } from "../core/object-view.ts";
import { type ObjectState, unknownObject } from "../core/object-state.ts";
import type { PastMove } from "../core/billing/object-timeline.ts";
import type { Context } from "./context.ts";
import { refuseInterrupted } from "./interruption.ts";
import { scanBucket } from "./scan-bucket.ts";

/** Moves of one object looked back on: more than a month can hold, minimum durations being what they are. */
const MOST_MOVES = 50;

export interface ModelMonthInput {
  readonly bucket: string;
  readonly month: MonthSpan;
  /** Lists the bucket too: objects that no event told of, and classes as they are now. */
  readonly isListed: boolean;
}

/** @returns `null` where nothing is known of the bucket. */
export async function modelMonth(ctx: Context, input: ModelMonthInput): Promise<ModelledMonth | null> {
  const { month } = input;
  const options = { month, untilMs: ctx.clock.now(), restoreDays: ctx.config.engine.restore_days };
  const model = new ModelledMonth(ctx.prices, options);
  let seen = 0;
  for await (const page of input.isListed ? listedObjects(ctx, input.bucket) : knownObjects(ctx, input.bucket)) {
    for (const object of page) model.add(object, await movesOf(ctx, object, month));
    seen += page.length;
    refuseInterrupted(ctx.signal);
  }
  return seen === 0 ? null : model;
}

function knownObjects(ctx: Context, bucket: string): AsyncIterable<readonly ObjectState[]> {
  return ctx.state.objects({ bucket, deleted: "include" });
}

async function* listedObjects(ctx: Context, bucket: string): AsyncGenerator<readonly ObjectState[]> {
  const nowMs = ctx.clock.now();
  for await (const page of scanBucket(ctx, bucket)) {
    yield page.map(({ stored, state }) => mergedObject({ bucket, key: stored.key }, stored, state, nowMs));
  }
  yield* ctx.state.objects({ bucket, deleted: "only" });
}

/** What the store shows, over what the state remembers of the same content. */
function mergedObject(
  ref: { readonly bucket: string; readonly key: string },
  stored: StoredObject,
  state: ObjectState | undefined,
  nowMs: number,
): ObjectState {
  const { sizeBytes, storageClass, etag, lastModifiedMs } = stored;
  const isSame = state?.etag === etag && state.sizeBytes === sizeBytes;
  if (isSame && state.storageClass === storageClass) return state;
  const known = state ?? unknownObject(ref);
  // Its class was changed by somebody else, nobody knows when.
  if (isSame) return { ...known, storageClass, classSinceMs: nowMs };
  const isImported = known.createdMs !== null && known.etag === null;
  const createdMs = isImported ? known.createdMs : lastModifiedMs;
  return { ...known, sizeBytes, storageClass, etag, createdMs, classSinceMs: createdMs, deletedMs: null };
}

/** Only where something happened to the object's class after the month began. */
async function movesOf(ctx: Context, object: ObjectState, month: MonthSpan): Promise<readonly PastMove[]> {
  const { classSinceMs, createdMs } = object;
  const isMoved = classSinceMs !== null && classSinceMs > month.fromMs && classSinceMs !== createdMs;
  if (!isMoved) return [];
  const entries = await ctx.state.journalOfObject(object, MOST_MOVES);
  return entries
    .filter(({ state }) => state === "done" || state === "undone")
    .map(({ move, updatedMs }) => ({
      atMs: updatedMs,
      from: move.from,
      to: move.to,
      mechanism: move.mechanism,
      restore: move.restore ?? null,
    }));
}
