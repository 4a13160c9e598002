import { describe, expect, it } from "vitest";
import { AWS } from "../../../test/support/prices.ts";
import { ALL, SYNC } from "../../../test/support/traces.ts";
import { type ClassSet, type DailyTariff, dailyTariff } from "../backtest/daily-tariff.ts";
import { GB_BYTES, KIB } from "../units.ts";
import type { Expectations } from "./access-model.ts";
import { CELLS, RECENCIES, RECENCY_DAYS, SCORE_POINTS } from "./belief.ts";
import { type DecisionTable, solveTable } from "./decision-table.ts";

const DISCOUNT = 0.995;
const PAIR: ClassSet = { names: ["STANDARD", "STANDARD_IA"], hasAutoArchive: false };

/** Reads of the whole object with the same chance on every day. */
function constantly(chance: number, death = 0): Expectations {
  return {
    hazard: new Float64Array(RECENCIES * CELLS).fill(chance),
    reads: new Float64Array(RECENCIES * SCORE_POINTS).fill(1),
    fullReads: new Float64Array(RECENCIES * SCORE_POINTS).fill(1),
    death,
  };
}

/** Class chosen, by state, in the cell of the given recency; age and score do not matter to a constant chance. */
function choices(table: DecisionTable, recency: number): readonly number[] {
  return Array.from(
    { length: table.states.count },
    (_, state) => table.action[(recency * table.states.count + state) * CELLS] ?? 0,
  );
}

function staying(table: DecisionTable, recency: number, state: number): number {
  return table.stay[(recency * table.states.count + state) * CELLS] ?? 0;
}

/** What a day in a class costs on average where every day is read with the same chance. */
function dayCost(tariff: DailyTariff, index: number, chance: number): number {
  const read = (tariff.readCost[index] ?? 0) + tariff.sizeGb * (tariff.retrievalPerGb[index] ?? 0);
  return (tariff.rentPerDay[index] ?? 0) + chance * (read + (tariff.restoreCost[index] ?? 0));
}

/** Value of the best course over STANDARD and STANDARD_IA, every day of the minimum a state of its own, swept until nothing changes. */
function plainPair(tariff: DailyTariff, chance: number): { standard: number; goes: boolean } {
  const minimum = tariff.minimumDays[1] ?? 0;
  const [there = 0, back = 0] = [tariff.moveCost[1], tariff.moveCost[2]];
  const [dayAtHome, dayAway] = [dayCost(tariff, 0, chance), dayCost(tariff, 1, chance)];
  let standard = 0;
  let away = new Float64Array(minimum + 1);
  let goes = false;
  for (let sweep = 0; sweep < 8000; sweep += 1) {
    const stay = dayAtHome + DISCOUNT * standard;
    const stayAway = away.map((_, left) => dayAway + DISCOUNT * (away[Math.max(0, left - 1)] ?? 0));
    const go = there + (stayAway[minimum] ?? 0);
    const owed = (left: number): number => left * (tariff.rentPerDay[1] ?? 0);
    away = stayAway.map((value, left) => Math.min(value, owed(left) + back + stay));
    goes = go < stay;
    standard = Math.min(stay, go);
  }
  return { standard, goes };
}

describe("with one chance of a read for all days", () => {
  const tariff = dailyTariff(AWS, PAIR, GB_BYTES);

  it.each([0.0001, 0.001, 0.005, 0.01, 0.02, 0.03, 0.1, 0.5])(
    "a chance of %d gives the choice of a plain search day by day",
    (chance) => {
      const table = solveTable(tariff, constantly(chance), DISCOUNT);
      const plain = plainPair(tariff, chance);
      const chosen = choices(table, 20)[0] ?? 0;
      const value =
        chosen === 0
          ? staying(table, 20, 0)
          : (tariff.moveCost[1] ?? 0) + staying(table, 20, table.states.fresh[1] ?? 0);
      expect(chosen === 1).toBe(plain.goes);
      // Sweeps end after a number of reads, and quiet is assumed beyond: a value may be too low by that, never too high.
      expect(value / plain.standard).toBeLessThan(1.005);
      expect(value / plain.standard).toBeGreaterThan(0.5);
    },
  );

  it("an object that is never read costs its entry and its rent for good, discounted", () => {
    const table = solveTable(tariff, constantly(1e-9), DISCOUNT);
    const fresh = staying(table, 20, table.states.fresh[1] ?? 0);
    expect(fresh).toBeCloseTo((tariff.rentPerDay[1] ?? 0) / (1 - DISCOUNT), 6);
  });

  it("changes its mind between two chances at which the class away costs the same a day", () => {
    const saved = (tariff.rentPerDay[0] ?? 0) - (tariff.rentPerDay[1] ?? 0);
    const even = saved / ((tariff.readCost[1] ?? 0) + tariff.sizeGb * (tariff.retrievalPerGb[1] ?? 0));
    const at = (chance: number): number => choices(solveTable(tariff, constantly(chance), DISCOUNT), 20)[0] ?? -1;
    expect([at(even * 0.9), at(even * 1.1)]).toEqual([1, 0]);
  });
});

describe.each([
  ["sync", SYNC, "GLACIER_IR"],
  ["all", ALL, "DEEP_ARCHIVE"],
] as const)("with the classes of %s", (_, classes, coldest) => {
  it("what is never read goes to the class that is cheapest at rest", () => {
    const table = solveTable(dailyTariff(AWS, classes, GB_BYTES), constantly(1e-9), DISCOUNT);
    for (const recency of [0, 20, 40, RECENCIES - 1]) {
      expect(choices(table, recency)[0]).toBe(classes.names.indexOf(coldest));
    }
  });

  it("what is read every day stays in the base class", () => {
    const table = solveTable(dailyTariff(AWS, classes, GB_BYTES), constantly(0.9999), DISCOUNT);
    expect(choices(table, 0)[0]).toBe(0);
  });

  it("what is too small for any class to pay stays in the base class, read or not", () => {
    const table = solveTable(dailyTariff(AWS, classes, 4 * KIB), constantly(0.0001), DISCOUNT);
    expect(new Set(RECENCY_DAYS.map((_day, recency) => choices(table, recency)[0]))).toEqual(new Set([0]));
  });

  it("no choice costs more than staying a day by the table's own reckoning", () => {
    const tariff = dailyTariff(AWS, classes, 5000 * KIB);
    let dearest = -Infinity;
    let moves = 0;
    for (const chance of [0.001, 0.1]) {
      const table = solveTable(tariff, constantly(chance), DISCOUNT);
      const { count, classOf, left, fresh } = table.states;
      for (let at = 0; at < table.action.length; at += 1) {
        const state = Math.floor(at / CELLS) % count;
        const from = classOf[state] ?? 0;
        const to = table.action[at] ?? 0;
        if (to === from) continue;
        const owed = (left[state] ?? 0) * (tariff.rentPerDay[from] ?? 0);
        const there = table.stay[at + ((fresh[to] ?? 0) - state) * CELLS] ?? 0;
        const moved = owed + (tariff.moveCost[from * tariff.count + to] ?? 0) + there;
        dearest = Math.max(dearest, moved - (table.stay[at] ?? 0));
        moves += 1;
      }
      expect(table.stay.every((value) => value > 0)).toBe(true);
    }
    expect(dearest).toBeLessThan(0);
    expect(moves).toBeGreaterThan(1000);
  });

  it("a larger object leaves the base class wherever a smaller one does", () => {
    const leaves = (kib: number): boolean =>
      choices(solveTable(dailyTariff(AWS, classes, kib * KIB), constantly(0.002), DISCOUNT), 20)[0] !== 0;
    const left = [4, 300, 8000].map(leaves);
    expect(left.toSorted((a, b) => Number(a) - Number(b))).toEqual(left);
    expect([left[0], left.at(-1)]).toEqual([false, true]);
  });

  it("a shorter life is worth less of a move", () => {
    const tariff = dailyTariff(AWS, classes, 5000 * KIB);
    const immortal = choices(solveTable(tariff, constantly(1e-6), DISCOUNT), 20)[0];
    const mayfly = choices(solveTable(tariff, constantly(1e-6, 0.2), DISCOUNT), 20)[0];
    expect([immortal === 0, mayfly]).toEqual([false, 0]);
  });
});

it("tells the size it was solved for", () => {
  const table = solveTable(dailyTariff(AWS, PAIR, 300 * KIB), constantly(0.01), 0.98);
  expect(table.sizeBytes).toBe(300 * KIB);
});
