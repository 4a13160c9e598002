/** A long stream of events by formula, so that the process that writes it and the test that checks it need not talk. */
import type { DataEvent } from "../../src/core/event.ts";

export const STREAM_BUCKET = "data";
const START_MS = Date.UTC(2024, 0, 1);
/** One in so many events is sent a second time, as a producer does that missed the answer. */
const REPEAT_EVERY = 500;
/** So many places later. */
const REPEAT_AFTER = 250;

export interface StreamShape {
  /** Different events; the first of each object makes it known, the others are reads. */
  readonly events: number;
  readonly objects: number;
}

/** Records of the stream: its events, and those that come twice. */
export function* streamEvents(shape: StreamShape): Generator<DataEvent> {
  for (let index = 0; index < shape.events; index += 1) {
    yield eventAt(index, shape);
    const early = index - REPEAT_AFTER;
    if (early >= 0 && early % REPEAT_EVERY === 0) yield eventAt(early, shape);
  }
}

/** How many records {@link streamEvents} gives. */
export function recordCount({ events }: StreamShape): number {
  return events + Math.ceil(Math.max(0, events - REPEAT_AFTER) / REPEAT_EVERY);
}

/** Reads of each object after the whole stream, each event once. */
export function expectedReads({ events, objects }: StreamShape): Map<string, number> {
  const reads = new Map<string, number>();
  for (let object = 0; object < objects; object += 1) reads.set(keyOf(object), 0);
  for (let index = objects; index < events; index += 1) {
    const key = keyOf(objectAt(index, objects));
    reads.set(key, (reads.get(key) ?? 0) + readsAt(index));
  }
  return reads;
}

function eventAt(index: number, { objects }: StreamShape): DataEvent {
  const isFirst = index < objects;
  return {
    specversion: "1.0",
    id: `stream-${index}`,
    source: `s3://${STREAM_BUCKET}`,
    type: isFirst ? "astra.object.created" : "astra.object.accessed",
    subject: keyOf(isFirst ? index : objectAt(index, objects)),
    time: new Date(START_MS + index * 1_000).toISOString(),
    data: isFirst ? { sizeBytes: 1_000 + index, etag: `"${index}"` } : { reads: readsAt(index) },
  };
}

function keyOf(object: number): string {
  return `stream/object-${String(object).padStart(6, "0")}`;
}

/** Scattered over the objects: a multiplicative hash (Knuth), so that neighbours in time are none in the bucket. */
function objectAt(index: number, objects: number): number {
  return (Math.imul(index, 2_654_435_761) >>> 0) % objects;
}

function readsAt(index: number): number {
  return 1 + (index % 3);
}
