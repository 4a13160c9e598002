/** A generated workload as events (docs/events.md), in the order of their times. */
import type { DataEvent } from "../event.ts";
import type { GeneratedDay, GeneratedObject } from "./generated-workload.ts";
import { uniformAt } from "./sampling.ts";
import { MS_PER_DAY } from "../units.ts";

export interface WorkloadEventOptions {
  readonly bucket: string;
  readonly seed: number;
  /** Day 0 as days since 1970-01-01 UTC. */
  readonly startDay: number;
  /** Bodies are this many times smaller than the objects they stand for. */
  readonly byteScale: number;
}

/** Objects come in the first half of a day and are read in the second, so that no read comes before its object. */
const HALF_DAY_MS = MS_PER_DAY / 2;
/** Places of the draws of times, behind those of the days. */
const TIME_OF_CREATION = -7;
const TIME_OF_READS = 1 << 30;

/** One day's events by time. Reads of an object on a day are one event; deletions come in the day's last millisecond. */
export function eventsOfDay(day: GeneratedDay, options: WorkloadEventOptions): DataEvent[] {
  const midnight = (options.startDay + day.day) * MS_PER_DAY;
  const timed: { readonly atMs: number; readonly event: DataEvent }[] = [];
  const add = (offset: number, object: GeneratedObject, what: EventOf): void => {
    const atMs = midnight + Math.floor(offset);
    timed.push({ atMs, event: eventOf(object, what, day.day, atMs, options) });
  };
  for (const object of day.created) {
    const sizeBytes = scaledSize(object.sizeBytes, options.byteScale);
    const body = { uri: bodyUri(object.key, sizeBytes) };
    const data = { sizeBytes, body };
    add(uniformAt(object.places, TIME_OF_CREATION) * HALF_DAY_MS, object, { name: "created", data });
  }
  for (const { object, reads } of day.reads) {
    const offset = HALF_DAY_MS + uniformAt(object.places, TIME_OF_READS + day.day) * (HALF_DAY_MS - 1);
    add(offset, object, { name: "accessed", data: { reads, principal: "workload" } });
  }
  for (const object of day.deleted) add(MS_PER_DAY - 1, object, { name: "deleted", data: {} });
  return timed.toSorted((a, b) => a.atMs - b.atMs).map(({ event }) => event);
}

/** Bytes of the body that stands for an object: at least one. */
export function scaledSize(sizeBytes: number, byteScale: number): number {
  return Math.max(1, Math.round(sizeBytes / byteScale));
}

/** The generated body of a key (docs/events.md). */
export function bodyUri(key: string, sizeBytes: number): string {
  return `synthetic:${encodeURIComponent(key)}:${sizeBytes}`;
}

interface EventOf {
  readonly name: "created" | "accessed" | "deleted";
  readonly data: DataEvent["data"];
}

/** The id is made of the seed, the object and the day: the same workload sent twice is the same events. */
function eventOf(
  object: GeneratedObject,
  { name, data }: EventOf,
  day: number,
  atMs: number,
  { bucket, seed }: WorkloadEventOptions,
): DataEvent {
  return {
    specversion: "1.0",
    id: `workload-${seed}-${object.key}-${name}-${day}`,
    source: `s3://${bucket}`,
    type: `astra.object.${name}`,
    subject: object.key,
    time: new Date(atMs).toISOString(),
    data,
  };
}
