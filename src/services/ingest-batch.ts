/**
 * Works on one batch of one partition: bodies are uploaded, the state learns, bad events go to the dead letters.
 * Order: uploads → state and position in one transaction → (by the caller) commit. A crash anywhere repeats the batch,
 * and the repetition changes nothing.
 */
import { AstraError, type ErrorCode, toAstraError } from "../core/errors.ts";
import { type DataEvent, decodeEvent, eventKey, eventObject, eventTimeMs, sequencerAfter } from "../core/event.ts";
import { type ObserveOptions, type StoredFacts, observeEvent, observeOwnCopy } from "../core/object-state.ts";
import { isOwnCopy } from "../core/own-copy.ts";
import { DEFAULT_RETRY, backoffMs } from "../core/retry.ts";
import { MS_PER_DAY } from "../core/units.ts";
import type { LogRecord, NewRecord, RecordBatch } from "../ports/event-log.ts";
import type { Effect } from "../ports/state-store.ts";
import type { PolicyRule } from "../core/policy/policy.ts";
import { isExcludedReader } from "../core/policy/policy-readers.ts";
import type { Context } from "./context.ts";
import { uploadBody } from "./upload-body.ts";

export const INGEST_COUNTS = ["consumed", "uploaded", "deadLettered", "duplicates", "alreadyApplied"] as const;

/** Records of a batch by what became of them. */
export type IngestCounts = Readonly<Record<(typeof INGEST_COUNTS)[number], number>>;

export interface IngestOptions {
  readonly logId: string;
  readonly observe: ObserveOptions;
  /** First offset of the partition that the state does not hold yet. */
  readonly appliedNext: bigint | null;
  /** `false` in a replay: bodies were uploaded long ago. */
  readonly upload: boolean;
}

interface Good {
  readonly record: LogRecord;
  readonly event: DataEvent;
  stored: StoredFacts | null;
  /** It tells of a copy that a move of ours made. */
  isOwn: boolean;
}

interface Bad {
  readonly record: LogRecord;
  readonly error: AstraError;
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

/** @throws AstraError of the surroundings: log, state, store or its credentials. */
export async function ingestBatch(ctx: Context, batch: RecordBatch, options: IngestOptions): Promise<IngestCounts> {
  const fresh = batch.records.filter((record) => options.appliedNext === null || record.offset >= options.appliedNext);
  const good: Good[] = [];
  const bad: Bad[] = [];
  for (const record of fresh) {
    const event = readRecord(ctx, record);
    if (event instanceof AstraError) bad.push({ record, error: event });
    else good.push({ record, event, stored: null, isOwn: false });
  }
  const failed = options.upload ? await uploadAll(ctx, good) : new Map<Good, AstraError>();
  for (const [item, error] of failed) bad.push({ record: item.record, error });
  if (bad.length > 0 && options.upload) await ctx.log.append(ctx.config.log.dead_letter_topic, bad.map(deadLetter));
  const done = good.filter((item) => !failed.has(item));
  for (const item of done) item.isOwn = await isOwn(ctx, item.event);
  const result = await ctx.state.applyEffects({
    logId: options.logId,
    topic: ctx.config.log.topic,
    partition: batch.partition,
    firstOffset: batch.from,
    nextOffset: batch.next,
    effects: done.map((item) => effectOf(item, options.observe, ctx.policies)),
    nowMs: ctx.clock.now(),
  });
  // After the effects: should the process end in between, the restore is found by looking, only later.
  const restored = done.filter(({ event }) => event.type === "astra.object.restored");
  if (restored.length > 0)
    await ctx.state.restoresReady(
      restored.map(({ event }) => eventObject(event)),
      ctx.clock.now(),
    );
  return {
    consumed: batch.records.length,
    uploaded: done.filter((item) => item.stored).length,
    deadLettered: bad.length,
    duplicates: result.duplicates,
    alreadyApplied: batch.records.length - fresh.length + result.alreadyApplied,
  };
}

function readRecord(ctx: Context, record: LogRecord): DataEvent | AstraError {
  try {
    const event = decodeEvent(record.value);
    checkBucket(ctx, event);
    checkTime(ctx, event);
    const isWrite = event.type === "astra.object.created" || event.type === "astra.object.overwritten";
    if (isWrite && !event.data.body && event.data.etag === undefined) {
      throw new AstraError("ASTRA_BODY_MISSING", "the event has neither a body nor the ETag of a stored object");
    }
    return event;
  } catch (error) {
    return toAstraError(error);
  }
}

/** The same bucket name at another provider is another bucket. */
const SERVED_SCHEME = "s3://";

/** Where buckets are configured, only those are written to: an event must not choose where our credentials reach. */
function checkBucket(ctx: Context, event: DataEvent): void {
  if (!event.source.startsWith(SERVED_SCHEME)) {
    throw new AstraError("ASTRA_EVENT_INVALID", `source: only ${SERVED_SCHEME} buckets can be served`, {
      where: event.source,
    });
  }
  const { bucket } = eventObject(event);
  const configured = configuredBuckets(ctx);
  if (configured.length === 0 || configured.includes(bucket)) return;
  throw new AstraError("ASTRA_STORE_BUCKET_MISSING", `the bucket ${bucket} is not configured`, {
    where: `s3://${bucket}`,
    fix: `Add ${bucket} to \`buckets\` in astra.yaml.`,
  });
}

/** Clocks of producers may be ahead of ours, but a time far off would push every known day out of an object's window. */
const MAX_AHEAD_MS = MS_PER_DAY;

function checkTime(ctx: Context, event: DataEvent): void {
  if (eventTimeMs(event) - ctx.clock.now() <= MAX_AHEAD_MS) return;
  throw new AstraError("ASTRA_EVENT_INVALID", `time: ${event.time} is more than a day ahead of this machine's clock`);
}

function configuredBuckets(ctx: Context): string[] {
  const named = Object.keys(ctx.config.buckets);
  return ctx.config.bucket === undefined ? named : [...named, ctx.config.bucket];
}

/** Uploads in parallel, but the events of one object one after the other. @returns the events that failed for good. */
async function uploadAll(ctx: Context, good: readonly Good[]): Promise<Map<Good, AstraError>> {
  const chains = new Map<string, Good[]>();
  for (const item of good) {
    if (!item.event.data.body) continue;
    const key = eventKey(item.event);
    const chain = chains.get(key);
    if (chain) chain.push(item);
    else chains.set(key, [item]);
  }
  const failed = new Map<Good, AstraError>();
  const waiting = chains.values();
  let fault: AstraError | null = null;
  const worker = async (): Promise<void> => {
    for (const chain of waiting) {
      const isOutdated = await outdatedCheck(ctx, chain);
      for (const item of chain) {
        if (fault) return;
        if (isOutdated(item)) continue;
        const outcome = await uploadOne(ctx, item);
        if (outcome.kind === "failed") failed.set(item, outcome.error);
        if (outcome.kind === "surroundings") fault ??= outcome.error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(ctx.config.ingest.parallel, chains.size) }, worker));
  if (fault) throw fault;
  return failed;
}

/**
 * Whether an event of one object would put old content over newer: it was applied before, or comes late by its sequencer.
 * What was uploaded earlier in the chain counts; what failed there does not.
 */
async function outdatedCheck(ctx: Context, chain: readonly Good[]): Promise<(item: Good) => boolean> {
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
  /** Nothing that concerns this event alone: the batch is given up once the uploads begun have ended. */
  | { readonly kind: "surroundings"; readonly error: AstraError };

/** Tries a bounded number of times. */
async function uploadOne(ctx: Context, item: Good): Promise<UploadOutcome> {
  const source = item.event.data.body;
  if (!source) return { kind: "done" };
  for (let attempt = 1; ; attempt += 1) {
    try {
      item.stored = await uploadBody(ctx, item.event, source);
      return { kind: "done" };
    } catch (thrown) {
      const error = toAstraError(thrown);
      if (isSurroundings(ctx, error)) return { kind: "surroundings", error };
      if (!error.retryable || attempt >= ctx.config.ingest.attempts) return { kind: "failed", error };
      await ctx.clock.sleep(backoffMs(DEFAULT_RETRY, attempt, ctx.random.next(), error.retryAfterMs), ctx.signal);
    }
  }
}

function isSurroundings(ctx: Context, error: AstraError): boolean {
  if (SURROUNDINGS.has(error.code)) return true;
  return BUCKET_FAULTS.has(error.code) && configuredBuckets(ctx).length > 0;
}

/** The original bytes and key, with the reason beside them in headers. */
function deadLetter(bad: Bad): NewRecord {
  const { record, error } = bad;
  return {
    key: record.key,
    value: record.value,
    headers: {
      ...record.headers,
      "astra-reason-code": error.code,
      "astra-reason": error.message,
      "astra-partition": String(record.partition),
      "astra-offset": String(record.offset),
    },
  };
}

/** Moves of an object looked back on: more than can be under way or just over. */
const RECENT_MOVES = 4;

async function isOwn(ctx: Context, event: DataEvent): Promise<boolean> {
  if (event.type !== "astra.object.created" && event.type !== "astra.object.overwritten") return false;
  return !event.data.body && isOwnCopy(event, await ctx.state.journalOfObject(eventObject(event), RECENT_MOVES));
}

function effectOf(item: Good, observe: ObserveOptions, policies: readonly PolicyRule[]): Effect {
  const ref = eventObject(item.event);
  return {
    offset: item.record.offset,
    ref,
    source: item.event.source,
    eventId: item.event.id,
    apply: (known) => {
      if (known && item.isOwn) return observeOwnCopy(known, item.event);
      if (!isExcludedReader(policies, known, item.event, ref))
        return observeEvent(known, item.event, ref, item.stored, observe);
      const excludedPrincipals = new Set([item.event.data.principal ?? ""]);
      return observeEvent(known, item.event, ref, item.stored, { ...observe, excludedPrincipals });
    },
  };
}
