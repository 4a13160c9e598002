import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AWS } from "../../../test/support/prices.ts";
import { SYNC } from "../../../test/support/traces.ts";
import { watchedDays } from "../access-stats.ts";
import { dailyTariff } from "../backtest/daily-tariff.ts";
import { MIB } from "../units.ts";
import type { Situation } from "./predictor.ts";
import { STEADY_DAYS, steadyCosts } from "./steady-rate.ts";

const TARIFF = dailyTariff(AWS, SYNC, 64 * MIB);
const QUIET: Situation = {
  storageClass: 0,
  leftDays: 0,
  clock: null,
  recencyDays: 40,
  ageDays: 400,
  score: 0,
  fullReads: 1,
  profile: 0,
};

/** Mean rent of the moving class, by thin slices of time instead of the closed form. */
function innerRentBySlices(rate: number, clock: number): number {
  const { fromIdleDays, rentPerDay } = TARIFF.inner;
  const slices = 20_000;
  let rent = 0;
  for (let slice = 0; slice < slices; slice += 1) {
    const day = ((slice + 0.5) / slices) * STEADY_DAYS;
    let mean = rentPerDay[0] ?? 0;
    for (let tier = 1; tier < rentPerDay.length; tier += 1) {
      const idle = fromIdleDays[tier] ?? 0;
      const chance = day >= idle ? Math.exp(-rate * idle) : day + clock >= idle ? Math.exp(-rate * day) : 0;
      mean += ((rentPerDay[tier] ?? 0) - (rentPerDay[tier - 1] ?? 0)) * chance;
    }
    rent += mean / slices;
  }
  return rent;
}

describe("costs at a steady rate", () => {
  it("are rent plus the expected days with reads", () => {
    const rate = (2 + 0.5) / watchedDays(400);
    const costs = steadyCosts(TARIFF, { ...QUIET, score: 2, fullReads: 3 });
    const perRead = (TARIFF.readCost[1] ?? 0) + TARIFF.sizeGb * 0.01;
    expect(costs[1]).toBeCloseTo(90 * ((TARIFF.rentPerDay[1] ?? 0) + rate * 3 * perRead), 12);
    expect(costs[0]).toBeCloseTo(90 * (TARIFF.rentPerDay[0] ?? 0), 12);
  });

  it("follow the idle clock of the class that moves objects inside", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 40, noNaN: true }), fc.integer({ min: 0, max: 120 }), (score, clock) => {
        const costs = steadyCosts(TARIFF, { ...QUIET, storageClass: TARIFF.auto, clock, score });
        const rent = innerRentBySlices((score + 0.5) / watchedDays(400), clock);
        expect(costs[TARIFF.auto]).toBeCloseTo(STEADY_DAYS * rent, 7);
      }),
      { numRuns: 50 },
    );
  });
});
