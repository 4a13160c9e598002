import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type KeyRange, compareKeys, joinedRanges, missingRanges } from "./key-range.ts";

const key = fc.string({ unit: fc.constantFrom("a", "b", "\uFFFD", "\u{1F600}"), minLength: 1, maxLength: 3 });
const ranges = fc.array(
  fc.tuple(fc.oneof(fc.constant(""), key), fc.option(key)).map(([after, upTo]): KeyRange => ({ after, upTo })),
  { maxLength: 6 },
);
const holds = ({ after, upTo }: KeyRange, tested: string): boolean =>
  compareKeys(tested, after) > 0 && (upTo === null || compareKeys(tested, upTo) <= 0);

describe("ranges of keys", () => {
  it("hold the same keys when they are joined, and the others are missing", () => {
    fc.assert(
      fc.property(ranges, key, (given, tested) => {
        const isIn = given.some((range) => holds(range, tested));
        expect(joinedRanges(given).some((range) => holds(range, tested))).toBe(isIn);
        expect(missingRanges(given).some((range) => holds(range, tested))).toBe(!isIn);
      }),
    );
  });

  it("are apart and ascending when they are joined", () => {
    fc.assert(
      fc.property(ranges, (given) => {
        const joined = joinedRanges(given);
        for (const [index, { after }] of joined.entries()) {
          const before = joined[index - 1];
          if (before) expect(before.upTo !== null && compareKeys(before.upTo, after) < 0).toBe(true);
        }
      }),
    );
  });

  it("are everything where nothing is done", () => {
    expect(missingRanges([])).toEqual([{ after: "", upTo: null }]);
    expect(missingRanges([{ after: "", upTo: null }])).toEqual([]);
  });
});
