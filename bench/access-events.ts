/** The events of the log's cases: accesses of about 300 bytes, spread over objects by number. */
import type { Context } from "../src/services/context.ts";
import { keyOf } from "./sandbox-messages.ts";

/** Accesses per object, on average. */
const PER_OBJECT = 10;

export function objectsOf(events: number): number {
  return Math.ceil(events / PER_OBJECT);
}

/** Object of the n-th event: neighbours in the log are far apart in the state. */
export function objectOf(event: number, objects: number): number {
  return (Math.imul(event, 0x9e3779b1) >>> 0) % objects;
}

/** @param objects among which they are spread */
export function* accessEvents(
  ctx: Context,
  bucket: string,
  count: number,
  objects: number = objectsOf(count),
): Generator {
  for (let event = 0; event < count; event++) {
    yield {
      specversion: "1.0",
      id: ctx.random.id(),
      source: `s3://${bucket}`,
      type: "astra.object.accessed",
      subject: keyOf(objectOf(event, objects)),
      time: new Date(ctx.clock.now()).toISOString(),
      data: { reads: 1, bytesRead: 65_536, principal: "arn:aws:iam::123456789012:role/readers" },
    };
  }
}

/** Accesses of each object by its number, counted without any of the code that is measured. */
export function expectedCounts(count: number, objects: number): Uint32Array {
  const counts = new Uint32Array(objects);
  for (let event = 0; event < count; event++) {
    const object = objectOf(event, objects);
    counts[object] = (counts[object] ?? 0) + 1;
  }
  return counts;
}

/** Accesses of each object by its key, counted without any of the code that is measured. */
export function expectedReads(count: number): Map<string, number> {
  const objects = objectsOf(count);
  const reads = new Map<string, number>();
  for (let event = 0; event < count; event++) {
    const key = keyOf(objectOf(event, objects));
    reads.set(key, (reads.get(key) ?? 0) + 1);
  }
  return reads;
}
