import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryTrace, cutOff, testTrace } from "../../../test/support/traces.ts";
import type { Trace } from "../trace/trace.ts";
import { TraceHabits, usualAmount } from "./trace-habits.ts";

const USUAL = 0.7;
const DAYS = 300;

interface Habits {
  readonly lastRead: number;
  readonly score: number;
  readonly fullReads: number;
}

/** From the access rows alone, by the definitions: half-lives of 30 and 90 days, a prior of two usual days. */
function recomputed(trace: Trace, object: number, day: number): Habits {
  const rows = Array.from({ length: trace.readDay.length }, (_, row) => row).filter(
    (row) =>
      row >= (trace.readStart[object] ?? 0) &&
      row < (trace.readStart[object + 1] ?? 0) &&
      (trace.readDay[row] ?? 0) < day,
  );
  const days = rows.map((row) => trace.readDay[row] ?? 0);
  const last = days.at(-1);
  let score = 0;
  for (const read of days) score += 2 ** (-(day - 1 - read) / 30);
  if (last === undefined) return { lastRead: trace.createdDay[object] ?? 0, score: 0, fullReads: USUAL };
  let [sum, weight] = [2 * USUAL, 2];
  for (const row of rows) {
    const age = last - (trace.readDay[row] ?? 0);
    if (age >= 90) continue;
    sum += 2 ** (-age / 90) * ((trace.bytesRead[row] ?? 0) / (trace.sizeBytes[object] ?? 1));
    weight += 2 ** (-age / 90);
  }
  return { lastRead: last, score, fullReads: sum / weight };
}

describe("habits of a trace", () => {
  it("are on every day asked for what the access rows before that day come to", () => {
    const days = fc.uniqueArray(fc.integer({ min: 0, max: DAYS }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(arbitraryTrace(DAYS), days, (trace, asked) => {
        const habits = new TraceHabits(trace, USUAL);
        for (const day of asked.toSorted((a, b) => a - b)) {
          for (let object = 0; object < trace.objects; object += 1) {
            habits.seek(object, day);
            const expected = recomputed(trace, object, day);
            expect(habits.lastRead(object)).toBe(expected.lastRead);
            if (expected.score > 0) expect(habits.score(object, day)).toBeCloseTo(expected.score, 9);
            expect(habits.fullReads(object)).toBeCloseTo(expected.fullReads, 9);
          }
        }
      }),
    );
  });

  it("point at the next read", () => {
    const trace = testTrace(50, [
      {},
      {
        reads: [
          [3, 1],
          [20, 1],
        ],
      },
    ]);
    const habits = new TraceHabits(trace, 1);
    expect([habits.seek(1, 3), habits.seek(1, 4), habits.seek(1, 21)]).toEqual([0, 1, 2]);
  });
});

describe("the usual amount", () => {
  it("is the median day with reads before a day", () => {
    const trace = testTrace(50, [
      {
        reads: [
          [1, 1],
          [2, 5],
        ],
      },
      {
        reads: [
          [3, 3],
          [40, 100],
        ],
      },
    ]);
    expect(usualAmount(trace, 40)).toBe(3);
  });

  it("is one where nothing was read", () => {
    expect(usualAmount(testTrace(50, [{ reads: [[30, 4]] }]), 30)).toBe(1);
  });

  it("does not see the day itself or later ones, nor of how many rows they are", () => {
    const past = Array.from({ length: 200 }, (_, day): [number, number] => [day, 1 + (day % 9)]);
    const later = Array.from({ length: 100 }, (_, day): [number, number] => [200 + day, 50]);
    const many = Array.from({ length: 120 }, () => ({ reads: [...past, ...later] }));
    const trace = testTrace(300, many);
    expect(trace.readDay.length).toBeGreaterThan(30_000);
    expect(usualAmount(trace, 200)).toBe(usualAmount(cutOff(trace, 200), 200));
    expect(usualAmount(trace, 200)).toBeCloseTo(5, 0);
  });
});
