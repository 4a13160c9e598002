import { describe, expect, it } from "vitest";
import { bootstrapRatios, DEFAULT_BOOTSTRAP, quantile } from "./bootstrap.ts";
import { seededRandom } from "../workload/seeded-random.ts";

const draw = seededRandom(7);
const OPTIMUM = Float64Array.from({ length: 400 }, () => draw());
const COST = OPTIMUM.map((value) => value * (1 + draw()));

describe("the bootstrap", () => {
  it("gives an interval without width where every object has the same ratio", () => {
    const [interval] = bootstrapRatios([OPTIMUM.map((value) => value * 3)], OPTIMUM);
    expect(interval?.low).toBeCloseTo(3, 12);
    expect(interval?.high).toBeCloseTo(3, 12);
  });

  it("comes out the same every time, and differs with the seed", () => {
    const first = bootstrapRatios([COST], OPTIMUM);
    expect(bootstrapRatios([COST], OPTIMUM)).toEqual(first);
    expect(bootstrapRatios([COST], OPTIMUM, { ...DEFAULT_BOOTSTRAP, seed: 2 })).not.toEqual(first);
  });

  it("gives each policy the interval it has alone", () => {
    const [alone] = bootstrapRatios([COST], OPTIMUM);
    expect(bootstrapRatios([OPTIMUM, COST], OPTIMUM)[1]).toEqual(alone);
  });

  it("agrees with the textbook's standard error of a ratio", () => {
    const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
    const ratio = sum(COST) / sum(OPTIMUM);
    // Linearised variance of a ratio of sums: Σ(y − r·x)² ÷ (Σx)².
    const residual = COST.map((cost, index) => (cost - ratio * (OPTIMUM[index] ?? 0)) ** 2);
    const error = Math.sqrt(sum(residual)) / sum(OPTIMUM);
    const [interval] = bootstrapRatios([COST], OPTIMUM);
    expect(((interval?.high ?? 0) - (interval?.low ?? 0)) / (2 * 1.96 * error)).toBeCloseTo(1, 0.5);
    expect(interval?.low).toBeLessThan(ratio);
    expect(interval?.high).toBeGreaterThan(ratio);
  });

  it("draws bundles of objects where there are too many, with nearly the same interval", () => {
    const [all] = bootstrapRatios([COST], OPTIMUM);
    const [bundles] = bootstrapRatios([COST], OPTIMUM, { ...DEFAULT_BOOTSTRAP, mostUnits: 100 });
    const width = (interval: typeof all): number => (interval?.high ?? 0) - (interval?.low ?? 0);
    expect(width(bundles) / width(all)).toBeGreaterThan(0.7);
    expect(width(bundles) / width(all)).toBeLessThan(1.4);
  });
});

it("takes quantiles linearly between neighbours", () => {
  expect(quantile(Float64Array.of(1, 2, 3, 5), 0.5)).toBe(2.5);
  expect(quantile(Float64Array.of(1, 2, 3, 5), 1)).toBe(5);
  expect(quantile(new Float64Array(0), 0.5)).toBeNaN();
});

it("draws evenly from [0, 1), the same for a seed", () => {
  const [one, two] = [seededRandom(1), seededRandom(1)];
  const bins = new Float64Array(10);
  for (let index = 0; index < 20_000; index += 1) {
    const value = one();
    expect(two()).toBe(value);
    bins[Math.floor(value * 10)] = (bins[Math.floor(value * 10)] ?? 0) + 1;
  }
  for (const count of bins) expect(Math.abs(count - 2000)).toBeLessThan(200);
});
