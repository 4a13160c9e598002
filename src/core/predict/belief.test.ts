import fc from "fast-check";
import { expect, it } from "vitest";
import {
  AGE_EDGES,
  AGE_LEAVES,
  RECENCIES,
  RECENCY_DAYS,
  SCORES,
  SCORE_DECAY,
  SCORE_POINTS,
  ageIndex,
  between,
  recencyIndex,
  scoreIndex,
} from "./belief.ts";

it("puts a recency on the grid point at or below it, the first and last points included", () => {
  for (let day = 1; day <= 800; day += 1) {
    const index = recencyIndex(day);
    expect(RECENCY_DAYS[index]).toBeLessThanOrEqual(day);
    expect(RECENCY_DAYS[index + 1] ?? Infinity).toBeGreaterThan(day);
  }
  expect([recencyIndex(-3), recencyIndex(0), recencyIndex(1), recencyIndex(Infinity)]).toEqual([
    0,
    0,
    0,
    RECENCIES - 1,
  ]);
});

it("has 57 ascending recencies, daily up to 30", () => {
  expect(RECENCIES).toBe(57);
  expect(RECENCY_DAYS.slice(0, 31)).toEqual([...Array.from({ length: 30 }, (_, index) => index + 1), 35]);
  expect(RECENCY_DAYS.toSorted((a, b) => a - b)).toEqual(RECENCY_DAYS);
});

it("finds the score nearest in the logarithm", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 200, noNaN: true }), (score) => {
      const distance = (index: number): number =>
        Math.abs(Math.log2(Math.max(score, 2 ** -20)) - Math.log2(SCORES[index] ?? 0));
      const nearest = Math.min(...SCORES.map((_, index) => distance(index)));
      expect(distance(scoreIndex(score))).toBeCloseTo(nearest, 9);
    }),
  );
  expect([scoreIndex(0), scoreIndex(1), scoreIndex(1e9)]).toEqual([0, 7, SCORE_POINTS - 1]);
});

it("halves a score in thirty quiet days", () => {
  expect(SCORE_DECAY ** 30).toBeCloseTo(0.5, 12);
});

it("tells ages apart at their lower edges", () => {
  AGE_EDGES.forEach((edge, index) => {
    expect([ageIndex(edge), ageIndex(edge - 0.5)]).toEqual([index, Math.max(0, index - 1)]);
  });
  expect(ageIndex(10_000)).toBe(3);
});

it("keeps an object in an age bucket for its width on average", () => {
  expect(AGE_LEAVES.slice(0, 3).map((chance) => 1 / chance)).toEqual([7, 23, 90]);
  expect(AGE_LEAVES.at(-1)).toBe(0);
});

it("mixes two neighbours to exactly the value between them, and clamps outside", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-4, max: 100, noNaN: true }), (value) => {
      const { lower, upperWeight } = between(SCORES, value);
      const low = SCORES[lower] ?? 0;
      const mixed = low + ((SCORES[lower + 1] ?? low) - low) * upperWeight;
      expect(mixed).toBeCloseTo(Math.min(64, Math.max(2 ** -7, value)), 9);
    }),
  );
  expect(between([5], 7)).toEqual({ lower: 0, upperWeight: 0 });
});
