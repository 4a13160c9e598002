/**
 * Works on one batch of one partition: bodies are uploaded, the state learns, bad events go to the dead letters.
 * Order: uploads → state and position in one transaction → (by the caller) commit. A crash anywhere repeats the batch,
 * and the repetition changes nothing.
 */
import { AstraError, toAstraError } from "../core/errors.ts";
import { type DataEvent, decodeEvent, eventObject, eventTimeMs } from "../core/event.ts";
import type { ObserveOptions } from "../core/object-state.ts";
import { DEAD_LETTER_HEADERS } from "../core/dead-letter.ts";
import { toldOfMove } from "../core/own-copy.ts";
import { MS_PER_DAY } from "../core/units.ts";
import type { LogRecord, NewRecord, RecordBatch } from "../ports/event-log.ts";
import { configuredBuckets } from "./configured-buckets.ts";
import type { Context } from "./context.ts";
import { type EffectRules, effectOf } from "./event-effect.ts";
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

/** Bodies of one batch: what a crash makes to be uploaded once more, and how long a partition waits for its commit. */
const MOST_BODIES = 1000;

const NO_UPLOADS: BatchUploads<Good> = { failed: new Map(), unfinished: [] };

/**
 * Told to end while bodies are uploaded, it works on what stands before the first that was not: the rest comes again.
 * @throws AstraError of the surroundings: log, state, store or its credentials.
 */
export async function ingestBatch(ctx: Context, batch: RecordBatch, options: IngestOptions): Promise<IngestResult> {
  const fresh = batch.records.filter((record) => options.appliedNext === null || record.offset >= options.appliedNext);
  const { good, refused, cutAt } = readAll(ctx, fresh, options.upload);
  const { failed, unfinished } = options.upload && good.some(hasBody) ? await uploadBatch(ctx, good) : NO_UPLOADS;
  const next = unfinished.reduce(
    (least, { record }) => (record.offset < least ? record.offset : least),
    cutAt ?? batch.next,
  );
  const bad = [...refused, ...[...failed].map(([{ record }, error]): Bad => ({ record, error }))].filter(
    ({ record }) => record.offset < next,
  );
  if (bad.length > 0 && options.upload) await ctx.log.append(ctx.config.log.dead_letter_topic, bad.map(deadLetter));
  const done = good.filter((item) => !failed.has(item) && item.record.offset < next);
  await tellOfMoves(ctx, done);
  const rules: EffectRules = {
    observe: options.observe,
    excluding: ctx.policies.filter(({ readsExcludedFrom }) => readsExcludedFrom.length > 0),
    review: { nowMs: ctx.clock.now(), baseClass: ctx.prices.baseClass },
  };
  const result = await ctx.state.applyEffects({
    logId: options.logId,
    topic: ctx.config.log.topic,
    partition: batch.partition,
    firstOffset: batch.from,
    nextOffset: next,
    effects: done.map((item) => ({ offset: item.record.offset, ...effectOf(item, rules) })),
    nowMs: rules.review.nowMs,
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

interface ReadBatch {
  readonly good: readonly Good[];
  readonly refused: readonly Bad[];
  /** Where it was left because of its bodies; `null` where it was read to its end. */
  readonly cutAt: bigint | null;
}

function readAll(ctx: Context, records: readonly LogRecord[], isUpload: boolean): ReadBatch {
  const served = servedBuckets(ctx);
  const nowMs = ctx.clock.now();
  const good: Good[] = [];
  const refused: Bad[] = [];
  let bodies = 0;
  for (const record of records) {
    const event = readRecord(record, served, nowMs);
    if (event instanceof AstraError) {
      refused.push({ record, error: event });
      continue;
    }
    const item = { record, event, stored: null, told: null };
    if (isUpload && hasBody(item)) bodies += 1;
    if (bodies > MOST_BODIES) return { good, refused, cutAt: record.offset };
    good.push(item);
  }
  return { good, refused, cutAt: null };
}

function hasBody({ event }: { readonly event: DataEvent }): boolean {
  return event.data.body !== undefined;
}

function isWrite({ type }: DataEvent): boolean {
  return type === "astra.object.created" || type === "astra.object.overwritten";
}

function readRecord(record: LogRecord, served: (event: DataEvent) => void, nowMs: number): DataEvent | AstraError {
  try {
    const event = decodeEvent(record.value);
    served(event);
    checkTime(event, nowMs);
    if (isWrite(event) && !event.data.body && event.data.etag === undefined) {
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
function servedBuckets(ctx: Context): (event: DataEvent) => void {
  const configured = new Set(configuredBuckets(ctx.config));
  return (event) => {
    if (!event.source.startsWith(SERVED_SCHEME)) {
      throw new AstraError("ASTRA_EVENT_INVALID", `source: only ${SERVED_SCHEME} buckets can be served`, {
        where: event.source,
      });
    }
    const { bucket } = eventObject(event);
    if (configured.size === 0 || configured.has(bucket)) return;
    throw new AstraError("ASTRA_STORE_BUCKET_MISSING", `the bucket ${bucket} is not configured`, {
      where: `s3://${bucket}`,
      fix: `Add ${bucket} to \`buckets\` in astra.yaml.`,
    });
  };
}

/** Clocks of producers may be ahead of ours, but a time far off would push every known day out of an object's window. */
const MAX_AHEAD_MS = MS_PER_DAY;

function checkTime(event: DataEvent, nowMs: number): void {
  if (eventTimeMs(event) - nowMs <= MAX_AHEAD_MS) return;
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

/** Only the store's own events can tell of moves, and only where there was a run. */
async function tellOfMoves(ctx: Context, items: readonly Good[]): Promise<void> {
  const writes = items.filter((item) => isWrite(item.event) && !hasBody(item));
  if (writes.length === 0 || (await ctx.state.runs(1)).length === 0) return;
  for (const item of writes)
    item.told = toldOfMove(item.event, await ctx.state.journalOfObject(eventObject(item.event), RECENT_MOVES));
}
