/** Dead letters as they stand in the log, with what became of them. Read in pages: each may be as large as an event. */
import { type DeadLetterFacts, deadLetterFacts } from "../../core/dead-letter.ts";
import { AstraError, isAstraError } from "../../core/errors.ts";
import type { LogRecord, PartitionOffsets, RecordPosition } from "../../ports/event-log.ts";
import type { DeadLetterMark } from "../../ports/state-store.ts";
import type { Context } from "../context.ts";

export interface DeadLetter extends DeadLetterFacts, RecordPosition {
  /** `PARTITION/OFFSET` in the dead-letter topic. */
  readonly place: string;
  readonly key: string | null;
  /** The event's own bytes, whatever they are. */
  readonly value: Uint8Array;
  /** When it was set aside, epoch ms. */
  readonly atMs: number;
  /** `null` while it waits for somebody. */
  readonly mark: DeadLetterMark | null;
}

/** A page of events at their greatest is still small. */
const PAGE = 100;

/** `0/12`. */
export function placeText({ partition, offset }: RecordPosition): string {
  return `${partition}/${offset}`;
}

/** Every dead letter that the log still has as of the call, partition by partition, oldest first. */
export async function* deadLetterPages(ctx: Context): AsyncGenerator<readonly DeadLetter[]> {
  const marks = await marksByPlace(ctx);
  for (const { partition, first, end } of await deadLetterOffsets(ctx)) {
    if (first === end) continue;
    const range = { topic: ctx.config.log.dead_letter_topic, partition, from: first, to: end, maxBatch: PAGE };
    for await (const records of ctx.log.read(range)) yield records.map((record) => letterOf(record, marks));
  }
}

/** Just these, in the order in which they were named, each once. @throws AstraError ASTRA_DEAD_LETTER_MISSING */
export async function deadLettersAt(ctx: Context, places: readonly RecordPosition[]): Promise<readonly DeadLetter[]> {
  const marks = await marksByPlace(ctx);
  const offsets = await deadLetterOffsets(ctx);
  const distinct = new Map(places.map((place) => [placeText(place), place]));
  const letters: DeadLetter[] = [];
  for (const place of distinct.values()) {
    const record = await recordAt(ctx, place, offsets);
    if (!record) throw missing(ctx, place);
    letters.push(letterOf(record, marks));
  }
  return letters;
}

async function recordAt(
  ctx: Context,
  { partition, offset }: RecordPosition,
  offsets: readonly PartitionOffsets[],
): Promise<LogRecord | undefined> {
  const known = offsets.find((each) => each.partition === partition);
  if (!known || offset < known.first || offset >= known.end) return undefined;
  const range = { topic: ctx.config.log.dead_letter_topic, partition, from: offset, to: offset + 1n };
  for await (const records of ctx.log.read(range)) return records.find((record) => record.offset === offset);
  return undefined;
}

function missing(ctx: Context, place: RecordPosition): AstraError {
  const text = `there is no dead letter ${placeText(place)}, or the log keeps it no longer`;
  return new AstraError("ASTRA_DEAD_LETTER_MISSING", text, { where: ctx.config.log.dead_letter_topic });
}

/** None where the topic was never needed. */
async function deadLetterOffsets(ctx: Context): Promise<readonly PartitionOffsets[]> {
  try {
    return await ctx.log.offsets(ctx.config.log.dead_letter_topic);
  } catch (error) {
    if (ctx.config.log.create_topics && isAstraError(error, "ASTRA_LOG_TOPIC_MISSING")) return [];
    throw error;
  }
}

async function marksByPlace(ctx: Context): Promise<ReadonlyMap<string, DeadLetterMark>> {
  const marks = await ctx.state.deadLetterMarks(await ctx.log.id(), ctx.config.log.dead_letter_topic);
  return new Map(marks.map((mark) => [placeText(mark), mark]));
}

function letterOf(record: LogRecord, marks: ReadonlyMap<string, DeadLetterMark>): DeadLetter {
  const { partition, offset, key, value, headers, timestampMs } = record;
  const place = placeText(record);
  const mark = marks.get(place) ?? null;
  return { ...deadLetterFacts(headers), place, partition, offset, key, value, atMs: timestampMs, mark };
}
