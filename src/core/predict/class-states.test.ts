import { describe, expect, it } from "vitest";
import { AWS } from "../../../test/support/prices.ts";
import { ALL, SYNC } from "../../../test/support/traces.ts";
import { dailyTariff } from "../backtest/daily-tariff.ts";
import { GB_BYTES } from "../units.ts";
import { classStates } from "./class-states.ts";

const EXPLICIT = { names: ["STANDARD", "STANDARD_IA", "GLACIER_IR"], hasAutoArchive: false };

describe.each([
  ["explicit", EXPLICIT, 1 + 7 + 7],
  ["sync", SYNC, 1 + 7 + 7 + 13],
  ["all", ALL, 1 + 4 * 7 + 16],
] as const)("the situations of %s", (_, classes, count) => {
  const tariff = dailyTariff(AWS, classes, GB_BYTES);
  const states = classStates(tariff);
  const all = Array.from({ length: states.count }, (_unused, state) => state);

  it("are as many as minimum points and clocks ask for", () => {
    expect(states.count).toBe(count);
  });

  it("stay in their class after a day, read or not, with weights that are shares", () => {
    for (const state of all) {
      for (const { lower, upper, upperWeight } of [states.afterQuiet(state), states.afterRead(state)]) {
        expect([states.classOf[lower], states.classOf[upper]]).toEqual([states.classOf[state], states.classOf[state]]);
        expect(upperWeight).toBeGreaterThanOrEqual(0);
        expect(upperWeight).toBeLessThanOrEqual(1);
      }
    }
  });

  it("owe a day less of the minimum after a day, down to nothing", () => {
    for (const state of all) {
      const { lower, upper, upperWeight } = states.afterQuiet(state);
      const [low, high] = [states.left[lower] ?? 0, states.left[upper] ?? 0];
      expect(low + (high - low) * upperWeight).toBeCloseTo(Math.max(0, (states.left[state] ?? 0) - 1), 9);
    }
  });

  it("begin with the whole minimum, or with the clock at 0", () => {
    classes.names.forEach((name, index) => {
      const fresh = states.fresh[index] ?? 0;
      expect([name, states.left[fresh]]).toEqual([name, tariff.minimumDays[index]]);
      expect(fresh).toBe(states.indexOf(index, tariff.minimumDays[index] ?? 0, index === tariff.auto ? 0 : null));
    });
  });

  it("are found by what is left of the minimum", () => {
    for (const state of all) {
      const storageClass = states.classOf[state] ?? 0;
      if (storageClass === tariff.auto) continue;
      expect(states.indexOf(storageClass, states.left[state] ?? 0, null)).toBe(state);
    }
  });
});

describe("the class that moves objects inside", () => {
  const tariff = dailyTariff(AWS, ALL, GB_BYTES);
  const states = classStates(tariff);
  const clockAt = (clock: number | null): number => states.indexOf(tariff.auto, 0, clock);

  it("is as cold as its own clock says where that runs apart", () => {
    const rents = [0, 25, 30, 75, 90, 150, 180].map((clock) => states.rent(clockAt(clock), 1));
    const [frequent, infrequent, instant, archive] = tariff.inner.rentPerDay;
    expect(rents).toEqual([frequent, frequent, infrequent, infrequent, instant, instant, archive]);
  });

  it("is as cold as the recency says where the clock runs with it", () => {
    const rents = [1, 30, 31, 90, 91, 181].map((recency) => states.rent(clockAt(null), recency));
    const [frequent, infrequent, instant, archive] = tariff.inner.rentPerDay;
    expect(rents).toEqual([frequent, frequent, infrequent, infrequent, instant, archive]);
  });

  it("runs with the recency after a read, whatever its clock showed", () => {
    for (const clock of [null, 0, 40, 180]) {
      expect(states.afterRead(clockAt(clock))).toEqual({ lower: clockAt(null), upper: clockAt(null), upperWeight: 0 });
    }
  });

  it("stays at the last clock for good", () => {
    expect(states.afterQuiet(clockAt(180))).toEqual({ lower: clockAt(180), upper: clockAt(180), upperWeight: 0 });
  });
});
