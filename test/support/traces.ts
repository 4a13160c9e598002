/** Small traces for tests. */
import fc from "fast-check";
import type { ClassSet } from "../../src/core/backtest/daily-tariff.ts";
import type { ReplayInput } from "../../src/core/backtest/replay.ts";
import { tariffCache } from "../../src/core/backtest/tariff-cache.ts";
import type { Trace } from "../../src/core/trace/trace.ts";
import { GB_BYTES, KIB } from "../../src/core/units.ts";
import { AWS } from "./prices.ts";

export interface TestObject {
  readonly name?: string;
  readonly sizeBytes?: number;
  readonly created?: number;
  /** Last day, inclusive; the trace's last where absent. */
  readonly end?: number;
  readonly isDeleted?: boolean;
  /** Day and number of reads, ascending. */
  readonly reads?: readonly (readonly [number, number])[];
}

/** Every read is one of the whole object. */
export function testTrace(days: number, objects: readonly TestObject[]): Trace {
  const readStart = [0];
  for (const { reads } of objects) readStart.push((readStart.at(-1) ?? 0) + (reads ?? []).length);
  const rows = objects.flatMap(({ reads = [], sizeBytes = GB_BYTES }) =>
    reads.map(([day, count]) => ({ day, count, bytes: count * sizeBytes })),
  );
  return {
    originDay: 20_000,
    days,
    objects: objects.length,
    id: objects.map((_, index) => 100 + index),
    name: objects.map(({ name }, index) => name ?? `group/object ${index}`),
    sizeBytes: Float64Array.from(objects, ({ sizeBytes = GB_BYTES }) => sizeBytes),
    createdDay: Int32Array.from(objects, ({ created = 0 }) => created),
    endDay: Int32Array.from(objects, ({ end = days - 1 }) => end),
    deleted: Uint8Array.from(objects, ({ isDeleted = false }) => (isDeleted ? 1 : 0)),
    readStart: Int32Array.from(readStart),
    readDay: Int32Array.from(rows, ({ day }) => day),
    reads: Float64Array.from(rows, ({ count }) => count),
    bytesRead: Float64Array.from(rows, ({ bytes }) => bytes),
  };
}

export const SYNC: ClassSet = {
  names: ["STANDARD", "STANDARD_IA", "GLACIER_IR", "INTELLIGENT_TIERING"],
  hasAutoArchive: false,
};
export const ALL: ClassSet = {
  names: ["STANDARD", "STANDARD_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE", "INTELLIGENT_TIERING"],
  hasAutoArchive: true,
};

/** Charged from `splitDay` on, at the built-in prices. */
export function replayInput(trace: Trace, splitDay: number, classes: ClassSet = SYNC): ReplayInput {
  const tariff = tariffCache(AWS, classes, "lifecycle");
  return { trace, splitDay, lateDay: trace.days, tariffOf: (object) => tariff(trace.sizeBytes[object] ?? 0) };
}

/** The first `days` days of a trace, as they would have been seen then: nothing is known to be deleted later. */
export function cutOff(trace: Trace, days: number): Trace {
  const kept = Array.from({ length: trace.objects }, (_, object) => {
    const rows = Array.from(trace.readDay.subarray(trace.readStart[object], trace.readStart[object + 1]));
    return rows.filter((day) => day < days).length;
  });
  const pick = (values: Float64Array): Float64Array =>
    Float64Array.from(
      kept.flatMap((count, object) => [...values.subarray(trace.readStart[object]).subarray(0, count)]),
    );
  const readStart = [0];
  for (const count of kept) readStart.push((readStart.at(-1) ?? 0) + count);
  return {
    ...trace,
    days,
    endDay: trace.endDay.map((day) => Math.min(day, days - 1)),
    deleted: trace.deleted.map((flag, object) => ((trace.endDay[object] ?? 0) < days - 1 ? flag : 0)),
    readStart: Int32Array.from(readStart),
    readDay: Int32Array.from(pick(Float64Array.from(trace.readDay))),
    reads: pick(trace.reads),
    bytesRead: pick(trace.bytesRead),
  };
}

const NAMES = ["logs/app.log", "backup_2024.zip", "reports/monthly_03.csv", "media/film.mp4"];

/** A few objects over `days` days: dense and sparse readers, small and large, some deleted. */
export function arbitraryTrace(days: number): fc.Arbitrary<Trace> {
  const object = fc
    .record({
      name: fc.constantFrom(...NAMES),
      sizeBytes: fc.constantFrom(16 * KIB, 300 * KIB, 5000 * KIB, GB_BYTES),
      created: fc.integer({ min: -400, max: days - 2 }),
      life: fc.integer({ min: 0, max: days }),
      isDeleted: fc.boolean(),
      gaps: fc.array(fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 20, max: 130 })), { maxLength: 20 }),
      count: fc.integer({ min: 1, max: 20 }),
    })
    .map(({ created, life, gaps, count, ...rest }): TestObject => {
      const end = Math.min(days - 1, Math.max(created, 0) + life);
      const reads: [number, number][] = [];
      let day = Math.max(created, 0) - 1;
      for (const gap of gaps) if ((day += gap) <= end) reads.push([day, count]);
      return { ...rest, created, end, reads };
    });
  return fc.array(object, { minLength: 1, maxLength: 6 }).map((objects) => testTrace(days, objects));
}
