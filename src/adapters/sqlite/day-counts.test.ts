import * as fc from "fast-check";
import { expect, test } from "vitest";
import { decodeDays, encodeDays } from "./day-counts.ts";

test("day counts come back as they were, large and small", () => {
  const days = fc.uniqueArray(
    fc.record({
      day: fc.integer({ min: -30_000, max: 3_000_000 }),
      reads: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.maxSafeNat()),
    }),
    { selector: ({ day }) => day, maxLength: 100 },
  );
  const result = fc.check(
    fc.property(days, (some) => {
      const ascending = some.toSorted((a, b) => a.day - b.day);
      return JSON.stringify(decodeDays(encodeDays(ascending))) === JSON.stringify(ascending);
    }),
  );
  expect(fc.defaultReportMessage(result)).toBeUndefined();
});

test("ninety days with a few reads each take two bytes a day", () => {
  const days = Array.from({ length: 90 }, (_, index) => ({ day: 20_468 + index, reads: index % 100 }));
  expect(encodeDays(days).length).toBeLessThanOrEqual(2 * 90 + 2);
});

test("what is no count is refused, and so are bytes that break off", () => {
  for (const reads of [-1, 0.5, 2 ** 53, Number.NaN]) {
    expect(() => encodeDays([{ day: 1, reads }])).toThrow(RangeError);
  }
  expect(() => decodeDays(encodeDays([{ day: 20_000, reads: 500 }]).subarray(0, -1))).toThrow(RangeError);
});
