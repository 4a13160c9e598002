import fc from "fast-check";
import { expect, it } from "vitest";
import { habitualAmount } from "./habitual-amount.ts";

/** Newest first. */
function amountOf(days: readonly (readonly [day: number, full: number])[], usual: number): number {
  return habitualAmount(
    days.length,
    (index) => days[index]?.[0] ?? 0,
    (index) => days[index]?.[1] ?? 0,
    usual,
  );
}

it("is the usual amount where no read is known", () => {
  expect(amountOf([], 0.4)).toBe(0.4);
});

it("leans on the usual amount with the weight of two days with reads", () => {
  expect(amountOf([[100, 4]], 1)).toBeCloseTo((2 * 1 + 4) / 3, 12);
});

it("forgets by half in 90 days, and altogether from 90 days before the last read", () => {
  const half = 2 ** -0.5;
  const days = [
    [100, 4],
    [55, 10],
    [10, 99],
  ] as const;
  expect(amountOf(days, 1)).toBeCloseTo((2 + 4 + half * 10) / (2 + 1 + half), 12);
});

it("lies between the least and the most of what it is made from", () => {
  const day = fc.tuple(fc.integer({ min: 0, max: 400 }), fc.double({ min: 0, max: 50, noNaN: true }));
  const days = fc.uniqueArray(day, { selector: ([at]) => at, maxLength: 30 });
  fc.assert(
    fc.property(days, fc.double({ min: 0, max: 50, noNaN: true }), (unsorted, usual) => {
      const sorted = unsorted.toSorted((a, b) => b[0] - a[0]);
      const values = [usual, ...sorted.map(([, full]) => full)];
      const amount = amountOf(sorted, usual);
      expect(amount).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9);
      expect(amount).toBeLessThanOrEqual(Math.max(...values) + 1e-9);
    }),
  );
});
