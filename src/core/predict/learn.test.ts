import fc from "fast-check";
import { expect, it } from "vitest";
import { arbitraryTrace, cutOff, testTrace } from "../../../test/support/traces.ts";
import type { Trace } from "../trace/trace.ts";
import type { AccessModel } from "./access-model.ts";
import { CELLS, SCORE_POINTS, recencyIndex, scoreIndex } from "./belief.ts";
import { learned, strideFor } from "./learn.ts";
import { TraceHabits } from "./trace-habits.ts";

function taught(trace: Trace, until: number): AccessModel {
  return learned(trace, new TraceHabits(trace, 1), new Uint8Array(trace.objects), until);
}

it("counts every day of every object up to the day, from its birth or the trace's beginning to its end", () => {
  fc.assert(
    fc.property(arbitraryTrace(300), fc.integer({ min: 0, max: 300 }), (trace, until) => {
      let days = 0;
      for (let object = 0; object < trace.objects; object += 1) {
        const from = Math.max(0, trace.createdDay[object] ?? 0);
        days += Math.max(0, Math.min(until, (trace.endDay[object] ?? 0) + 1) - from);
      }
      expect(taught(trace, until).objectDays).toBe(days);
    }),
  );
});

it("sees nothing of the day or later", () => {
  fc.assert(
    fc.property(arbitraryTrace(300), fc.integer({ min: 2, max: 299 }), (trace, until) => {
      const known = taught(cutOff(trace, until + 1), until).expectations(0, 3);
      expect(taught(trace, until).expectations(0, 3)).toEqual(known);
    }),
    { numRuns: 30 },
  );
});

it("learns that a read follows a read in the chance that the days show", () => {
  // Read on every day: recency 1, and the score that goes with it.
  const daily = Array.from({ length: 3000 }, (_, day): [number, number] => [day, 1]);
  const { hazard } = taught(testTrace(3000, [{ reads: daily, created: -200 }]), 3000).expectations(0, 3);
  const settled = scoreIndex(1 / (1 - 2 ** (-1 / 30)));
  expect(hazard[recencyIndex(1) * CELLS + 3 * SCORE_POINTS + settled]).toBeGreaterThan(0.99);
});

it("counts deaths before the day, and no object that merely outlives the trace", () => {
  const trace = testTrace(100, [{ end: 49, isDeleted: true }, {}, { end: 80, isDeleted: true }]);
  expect(taught(trace, 60).expectations(0, 0).death).toBeCloseTo(1 / (50 + 60 + 60), 12);
});

it("looks at every so many objects that at most the given number are looked at", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e7 }), fc.integer({ min: 1, max: 1e5 }), (objects, most) => {
      expect(Math.ceil(objects / strideFor(objects, most))).toBeLessThanOrEqual(most);
    }),
  );
  expect(strideFor(500, 1000)).toBe(1);
});
