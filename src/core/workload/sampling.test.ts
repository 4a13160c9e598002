import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { derivedPlaces, gaussianOf, poissonAt, seedPlaces, uniformAt } from "./sampling.ts";

const DRAWS = 40_000;

function moments(draw: (index: number) => number): { mean: number; variance: number } {
  let sum = 0;
  let squares = 0;
  for (let index = 0; index < DRAWS; index += 1) {
    const value = draw(index);
    sum += value;
    squares += value * value;
  }
  return { mean: sum / DRAWS, variance: squares / DRAWS - (sum / DRAWS) ** 2 };
}

/** Six standard errors of the mean: one false alarm in half a billion. */
function tolerance(variance: number): number {
  return 6 * Math.sqrt(variance / DRAWS);
}

describe("draws at places", () => {
  it("are the same for the same seed and place, and unlike for others", () => {
    const places = seedPlaces(7);
    expect(uniformAt(places, 3)).toBe(uniformAt(seedPlaces(7), 3));
    expect(
      new Set([
        uniformAt(places, 3),
        uniformAt(places, 4),
        uniformAt(seedPlaces(8), 3),
        uniformAt(seedPlaces(7 + 2 ** 40), 3),
        uniformAt(derivedPlaces(places, 0), 3),
      ]).size,
    ).toBe(5);
  });

  it("are uniform over places and over parts, with no two neighbours alike", () => {
    for (const seed of [0, 1, 2 ** 45]) {
      const places = seedPlaces(seed);
      const byPlace = (index: number): number => uniformAt(places, index);
      const byPart = (index: number): number => uniformAt(derivedPlaces(places, index), 5);
      for (const draw of [byPlace, byPart]) {
        const { mean, variance } = moments(draw);
        expect(Math.abs(mean - 1 / 2)).toBeLessThan(tolerance(1 / 12));
        expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.003);
        const product = moments((index) => (draw(index) - 1 / 2) * (draw(index + 1) - 1 / 2));
        expect(Math.abs(product.mean)).toBeLessThan(tolerance(1 / 144));
      }
    }
  });

  it("make Poisson counts with the mean as mean and variance", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0.0003, 0.05, 1, 4, 16, 37.5, 200),
        fc.integer({ min: 0, max: 1e9 }),
        (mean, seed) => {
          const places = seedPlaces(seed);
          const found = moments((index) => poissonAt(mean, places, index));
          expect(Math.abs(found.mean - mean)).toBeLessThan(tolerance(mean));
          // The variance of a sample variance of Poisson counts is about (2·mean² + mean) ÷ n.
          expect(Math.abs(found.variance - mean)).toBeLessThan(6 * Math.sqrt((2 * mean * mean + mean) / DRAWS));
        },
      ),
      { numRuns: 20, seed: 1 },
    );
  });

  it("make no count of a mean of 0", () => {
    expect(moments((index) => poissonAt(0, seedPlaces(1), index))).toEqual({ mean: 0, variance: 0 });
  });

  it("make standard normal numbers", () => {
    const places = seedPlaces(3);
    const { mean, variance } = moments((index) =>
      gaussianOf(uniformAt(places, index), uniformAt(places, index + DRAWS)),
    );
    expect(Math.abs(mean)).toBeLessThan(tolerance(1));
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
  });
});
