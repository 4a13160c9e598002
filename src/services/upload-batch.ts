/** Uploads the bodies that the events of a batch speak of: in parallel, but those of one object one after the other. */
import { type AstraError, type ErrorCode, isAstraError, toAstraError } from "../core/errors.ts";
import { type DataEvent, eventKey, eventObject, sequencerAfter } from "../core/event.ts";
import type { StoredFacts } from "../core/object-state.ts";
import { DEFAULT_RETRY, backoffMs } from "../core/retry.ts";
import type { PutInput } from "../ports/object-store.ts";
import { configuredBuckets } from "./configured-buckets.ts";
import type { Context } from "./context.ts";
import { uploadBody } from "./upload-body.ts";

/** An event, and what its upload made of it. */
export interface Uploadable {
  readonly event: DataEvent;
  stored: StoredFacts | null;
}

export interface BatchUploads<T> {
  /** The events' own faults. */
  readonly failed: ReadonlyMap<T, AstraError>;
  /** Not come to, or not come through, since the process is to end: nothing of them is left in the store. */
  readonly unfinished: readonly T[];
}

/**
 * Faults of the surroundings: the batch is given up, nothing is committed, and it comes again.
 * Anything else is the event's own fault and goes to the dead letters.
 */
const SURROUNDINGS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "ASTRA_STORE_AUTHENTICATION",
  "ASTRA_STORE_THROTTLED",
  "ASTRA_STORE_UNREACHABLE",
]);

/** Faults of a bucket: the operator's where he configured it, the event's where the event alone named it. */
const BUCKET_FAULTS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "ASTRA_STORE_FORBIDDEN",
  "ASTRA_STORE_BUCKET_MISSING",
]);

/** @throws AstraError of the surroundings */
export async function uploadBatch<T extends Uploadable>(ctx: Context, items: readonly T[]): Promise<BatchUploads<T>> {
  const chains = chainsOf(items);
  const failed = new Map<T, AstraError>();
  const unfinished: T[] = [];
  const waiting = chains.values();
  let fault: AstraError | null = null;
  const worker = async (): Promise<void> => {
    for (const chain of waiting) {
      const isOutdated = await outdatedCheck(ctx, chain);
      for (const item of chain) {
        if (fault) return;
        if (isOutdated(item)) continue;
        const outcome = await uploadOne(ctx, item, async () => (await outdatedCheck(ctx, chain))(item));
        if (outcome.kind === "failed") failed.set(item, outcome.error);
        if (outcome.kind === "unfinished") unfinished.push(item);
        if (outcome.kind === "surroundings") fault ??= outcome.error;
      }
      for (const item of replacedIn(chain, failed)) failed.delete(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(ctx.config.ingest.parallel, chains.size) }, worker));
  if (fault) throw fault;
  return { failed, unfinished };
}

/** Creations that a repeated batch finds refused, because what it had itself written over them stands there. */
function replacedIn<T extends Uploadable>(chain: readonly T[], failed: ReadonlyMap<T, AstraError>): T[] {
  const last = chain.findLastIndex(({ event, stored }) => stored && event.type === "astra.object.overwritten");
  return chain.slice(0, Math.max(0, last)).filter((item) => failed.get(item)?.code === "ASTRA_OBJECT_EXISTS");
}

function chainsOf<T extends Uploadable>(items: readonly T[]): Map<string, T[]> {
  const chains = new Map<string, T[]>();
  for (const item of items) {
    if (!item.event.data.body) continue;
    const key = eventKey(item.event);
    const chain = chains.get(key);
    if (chain) chain.push(item);
    else chains.set(key, [item]);
  }
  return chains;
}

/**
 * Whether an event of one object would put old content over newer: it was applied before, or comes late by its sequencer.
 * What was uploaded earlier in the chain counts; what failed there does not.
 */
async function outdatedCheck<T extends Uploadable>(ctx: Context, chain: readonly T[]): Promise<(item: T) => boolean> {
  const first = chain[0];
  const known = first && (await ctx.state.object(eventObject(first.event)));
  const seen = await ctx.state.seenEvents(
    chain.map(({ event }) => event),
    ctx.clock.now(),
  );
  return (item) => {
    const { source, id, data } = item.event;
    const index = chain.indexOf(item);
    const written = chain.slice(0, index).filter((earlier) => earlier.stored);
    if (seen[index] || written.some(({ event }) => event.source === source && event.id === id)) return true;
    const latest = written.reduce((newest, { event }) => event.data.sequencer ?? newest, known?.sequencer ?? null);
    return data.sequencer !== undefined && latest !== null && !sequencerAfter(data.sequencer, latest);
  };
}

type UploadOutcome =
  | { readonly kind: "done" }
  /** The event's own fault. */
  | { readonly kind: "failed"; readonly error: AstraError }
  /** The process is to end. */
  | { readonly kind: "unfinished" }
  /** Nothing that concerns this event alone: the batch is given up once the uploads begun have ended. */
  | { readonly kind: "surroundings"; readonly error: AstraError };

/** A worker that has lost its partition races with the one that has it until that one has written down what it did. */
const MOST_RACES = 100;

/**
 * Tries a bounded number of times. Between tries the partition may have passed to another worker, which has written newer
 * content: each try asks anew, and an overwrite is made conditional on what it is to replace, where the store can.
 */
async function uploadOne(
  ctx: Context,
  item: Uploadable,
  isOutdatedNow: () => Promise<boolean>,
): Promise<UploadOutcome> {
  const source = item.event.data.body;
  if (!source) return { kind: "done" };
  for (let attempt = 1, races = 0; ; attempt += 1) {
    if (ctx.signal.aborted) return { kind: "unfinished" };
    try {
      const condition = await conditionOf(ctx, item.event);
      // After the look at what stands there: who writes from here on changes it. A creation's first try needs no second look.
      const isFirst = attempt === 1 && item.event.type === "astra.object.created";
      if (!isFirst && (await isOutdatedNow())) return { kind: "done" };
      item.stored = await uploadBody(ctx, item.event, source, condition);
      return { kind: "done" };
    } catch (thrown) {
      const error = toAstraError(thrown);
      // A later try might have succeeded, but there will be none in this process.
      if (ctx.signal.aborted && (error.retryable || isAstraError(error, "ASTRA_INTERRUPTED")))
        return { kind: "unfinished" };
      if (isSurroundings(ctx, error)) return { kind: "surroundings", error };
      const isOverwrite = item.event.type === "astra.object.overwritten";
      const isRaced = isOverwrite && isAstraError(error, "ASTRA_OBJECT_CHANGED", "ASTRA_OBJECT_EXISTS");
      if (isRaced) {
        // Somebody else got on, so this ends; it says nothing against the event.
        attempt -= 1;
        races += 1;
        if (races > MOST_RACES) return { kind: "surroundings", error };
        await ctx.clock.sleep(backoffMs(DEFAULT_RETRY, 1, ctx.random.next()), ctx.signal);
        continue;
      }
      if (!error.retryable || attempt >= ctx.config.ingest.attempts) return { kind: "failed", error };
      await ctx.clock.sleep(backoffMs(DEFAULT_RETRY, attempt, ctx.random.next(), error.retryAfterMs), ctx.signal);
    }
  }
}

async function conditionOf(ctx: Context, event: DataEvent): Promise<PutInput["condition"]> {
  if (event.type === "astra.object.created") return "absent";
  const { bucket, key } = eventObject(event);
  const store = await ctx.stores.open(bucket);
  if (!store.features.conditionalCopyDestination) return undefined;
  try {
    return { etag: (await store.head(key)).etag };
  } catch (error) {
    if (isAstraError(error, "ASTRA_OBJECT_MISSING")) return "absent";
    throw error;
  }
}

function isSurroundings(ctx: Context, error: AstraError): boolean {
  if (SURROUNDINGS.has(error.code)) return true;
  return BUCKET_FAULTS.has(error.code) && configuredBuckets(ctx.config).length > 0;
}
