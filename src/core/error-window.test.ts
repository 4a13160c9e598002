import fc from "fast-check";
import { expect, test } from "vitest";
import { ErrorWindow } from "./error-window.ts";

/** Outcomes in turn: a number of successes, then of failures, and so on. */
function windowAfter(limitPercent: number, ...runs: readonly number[]): ErrorWindow {
  const window = new ErrorWindow(limitPercent);
  for (const [index, count] of runs.entries()) {
    for (let each = 0; each < count; each += 1) window.add(index % 2 === 1);
  }
  return window;
}

test.each([
  [1, [990, 10], false],
  [1, [989, 11], true],
  [1, [99, 1], false],
  [1, [98, 2], true],
  [1, [0, 99], false],
  [1, [0, 100], true],
  [0, [99, 1], true],
  [0, [1000], false],
  [100, [0, 1000], false],
  [1.1, [989, 11], false],
  [1.1, [988, 12], true],
  [0.29, [900, 2, 98], false],
])("a limit of %d %% after %j: over it is %j", (limit, runs, isOver) => {
  expect(windowAfter(limit, ...runs).isOverLimit()).toBe(isOver);
});

test("what lies a thousand moves back is forgotten", () => {
  const window = windowAfter(1, 989, 11, 989);
  expect([window.size, window.failed, window.isOverLimit()]).toEqual([1000, 11, true]);
  window.add(false);
  expect([window.size, window.failed, window.isOverLimit()]).toEqual([1000, 10, false]);
});

test("counts exactly the failures of the last thousand", () => {
  const runs = fc.array(fc.oneof(fc.nat(12), fc.nat(700)), { minLength: 2, maxLength: 12 });
  fc.assert(
    fc.property(runs, fc.constantFrom(0, 1, 40), (counts, limit) => {
      const window = windowAfter(limit, ...counts);
      const last = counts.flatMap((count, index) => Array.from({ length: count }, () => index % 2 === 1)).slice(-1000);
      const failed = last.filter(Boolean).length;
      expect([window.size, window.failed]).toEqual([last.length, failed]);
      expect(window.isOverLimit()).toBe(last.length >= 100 && failed * 100 > limit * last.length);
    }),
    { numRuns: 200 },
  );
});
