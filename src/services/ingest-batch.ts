/**
 * Works on one batch of one partition: bodies are uploaded, the state learns, bad events go to the dead letters.
 * Order: uploads → state and position in one transaction → (by the caller) commit. A crash anywhere repeats the batch,
 * and the repetition changes nothing.
 */
import { AstraError, toAstraError } from "../core/errors.ts";
import { type DataEvent, decodeEvent, eventObject, eventTimeMs } from "../core/event.ts";
import { type ObserveOptions, observeEvent, observeMovedSource, observeOwnCopy } from "../core/object-state.ts";
import { DEAD_LETTER_HEADERS } from "../core/dead-letter.ts";
import { toldOfMove } from "../core/own-copy.ts";
import { MS_PER_DAY } from "../core/units.ts";
import type { LogRecord, NewRecord, RecordBatch } from "../ports/event-log.ts";
import type { Effect } from "../ports/state-store.ts";
import type { PolicyRule } from "../core/policy/policy.ts";
import { isExcludedReader } from "../core/policy/policy-readers.ts";
import { configuredBuckets } from "./configured-buckets.ts";
import type { Context } from "./context.ts";
import { type BatchUploads, type Uploadable, uploadBatch } from "./upload-batch.ts";

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

export interface IngestResult extends IngestCounts {
  /** What to commit: the batch's end, or where it was left because the process is to end. */
  readonly next: bigint;
}

interface Good extends Uploadable {
  readonly record: LogRecord;
  /** What it tells of a move of ours. */
  told: ReturnType<typeof toldOfMove>;
}

interface Bad {
  readonly record: LogRecord;
  readonly error: AstraError;
}

const NO_UPLOADS: BatchUploads<Good> = { failed: new Map(), unfinished: [] };

/**
 * Told to end while bodies are uploaded, it works on what stands before the first that was not: the rest comes again.
 * @throws AstraError of the surroundings: log, state, store or its credentials.
 */
export async function ingestBatch(ctx: Context, batch: RecordBatch, options: IngestOptions): Promise<IngestResult> {
  const fresh = batch.records.filter((record) => options.appliedNext === null || record.offset >= options.appliedNext);
  const read = fresh.map((record) => ({ record, event: readRecord(ctx, record) }));
  const good = read.flatMap(({ record, event }): Good[] =>
    event instanceof AstraError ? [] : [{ record, event, stored: null, told: null }],
  );
  const { failed, unfinished } = options.upload ? await uploadBatch(ctx, good) : NO_UPLOADS;
  const next = unfinished.reduce((least, { record }) => (record.offset < least ? record.offset : least), batch.next);
  const bad = [
    ...read.flatMap(({ record, event }): Bad[] => (event instanceof AstraError ? [{ record, error: event }] : [])),
    ...[...failed].map(([{ record }, error]): Bad => ({ record, error })),
  ].filter(({ record }) => record.offset < next);
  if (bad.length > 0 && options.upload) await ctx.log.append(ctx.config.log.dead_letter_topic, bad.map(deadLetter));
  const done = good.filter((item) => !failed.has(item) && item.record.offset < next);
  for (const item of done) item.told = await told(ctx, item.event);
  const result = await ctx.state.applyEffects({
    logId: options.logId,
    topic: ctx.config.log.topic,
    partition: batch.partition,
    firstOffset: batch.from,
    nextOffset: next,
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
  const known = batch.records.length - fresh.length;
  return {
    next,
    consumed: known + fresh.filter((record) => record.offset < next).length,
    uploaded: done.filter((item) => item.stored).length,
    deadLettered: bad.length,
    duplicates: result.duplicates,
    alreadyApplied: known + result.alreadyApplied,
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
  const configured = configuredBuckets(ctx.config);
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

/** The original bytes and key, with the reason beside them in headers. */
function deadLetter(bad: Bad): NewRecord {
  const { record, error } = bad;
  return {
    key: record.key,
    value: record.value,
    headers: {
      ...record.headers,
      [DEAD_LETTER_HEADERS.code]: error.code,
      [DEAD_LETTER_HEADERS.reason]: error.message,
      [DEAD_LETTER_HEADERS.partition]: String(record.partition),
      [DEAD_LETTER_HEADERS.offset]: String(record.offset),
    },
  };
}

/** Moves of an object looked back on: more than can be under way or just over. */
const RECENT_MOVES = 4;

async function told(ctx: Context, event: DataEvent): Promise<Good["told"]> {
  if (event.type !== "astra.object.created" && event.type !== "astra.object.overwritten") return null;
  return event.data.body ? null : toldOfMove(event, await ctx.state.journalOfObject(eventObject(event), RECENT_MOVES));
}

function effectOf(item: Good, observe: ObserveOptions, policies: readonly PolicyRule[]): Effect {
  const ref = eventObject(item.event);
  return {
    offset: item.record.offset,
    ref,
    source: item.event.source,
    eventId: item.event.id,
    apply: (known) => {
      if (known && item.told === "copy") return observeOwnCopy(known, item.event);
      if (known && item.told === "source") return observeMovedSource(known, item.event);
      if (!isExcludedReader(policies, known, item.event, ref))
        return observeEvent(known, item.event, ref, item.stored, observe);
      const excludedPrincipals = new Set([item.event.data.principal ?? ""]);
      return observeEvent(known, item.event, ref, item.stored, { ...observe, excludedPrincipals });
    },
  };
}
