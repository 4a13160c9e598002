import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryLife, arbitraryTariff } from "../../../test/support/arbitrary-tariff.ts";
import { pathCost, plainOptimum } from "../../../test/support/plain-optimum.ts";
import { AWS } from "../../../test/support/prices.ts";
import { totalOf } from "./daily-bill.ts";
import { type DailyTariff, dailyTariff } from "./daily-tariff.ts";
import { type ClassMove, type ObjectLife, optimalPolicy, optimumOf } from "./optimum.ts";
import type { ReplayInput } from "./replay.ts";
import type { Trace } from "../trace/trace.ts";
import { GB_BYTES, KIB, MIB } from "../units.ts";

const SYNC = ["STANDARD", "STANDARD_IA", "GLACIER_IR", "INTELLIGENT_TIERING"];
const ALL = ["STANDARD", "STANDARD_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE", "INTELLIGENT_TIERING"];

/** A life without reads; `endDay` is to be set. */
const QUIET: ObjectLife = {
  firstDay: 0,
  endDay: 0,
  isDeleted: false,
  fromRow: 0,
  toRow: 0,
  readDay: [],
  reads: [],
  bytesRead: [],
};

function costOfMoves(tariff: DailyTariff, life: ObjectLife, moves: readonly ClassMove[]): number {
  const byDay = new Map(moves.map(({ day, storageClass }) => [day, storageClass]));
  return pathCost(tariff, life, (day, held) => byDay.get(day) ?? held);
}

/** The cheapest of all paths, one after another. */
function bruteForce(tariff: DailyTariff, life: ObjectLife): number {
  const days = life.endDay - life.firstDay;
  let least = Infinity;
  for (let path = 0; path < tariff.count ** days; path += 1) {
    const classOn = (day: number) => Math.floor(path / tariff.count ** (day - life.firstDay)) % tariff.count;
    least = Math.min(least, pathCost(tariff, life, classOn));
  }
  return least;
}

function expectEqual(actual: number, expected: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-9 * Math.max(Math.abs(expected), 1e-12));
}

describe("the optimum", () => {
  it("is the cheapest of all paths, and its moves cost what it says", () => {
    fc.assert(
      fc.property(arbitraryTariff({ classes: 3 }), arbitraryLife(5), (tariff, life) => {
        const { cost, moves } = optimumOf(tariff, life);
        expectEqual(cost, bruteForce(tariff, life));
        expectEqual(costOfMoves(tariff, life, moves), cost);
      }),
      { numRuns: 300 },
    );
  });

  it("is that of the plain programme over all states, through minimums and clocks that run out", () => {
    fc.assert(
      fc.property(arbitraryTariff({ classes: 4 }), arbitraryLife(16), (tariff, life) => {
        const { cost, moves } = optimumOf(tariff, life);
        expectEqual(cost, plainOptimum(tariff, life));
        expectEqual(costOfMoves(tariff, life, moves), cost);
      }),
      { numRuns: 400 },
    );
  });

  it("is that of the plain programme at AWS's prices", () => {
    const life = arbitraryLife(220).map((each) => ({ ...each, endDay: each.firstDay + 220 }));
    fc.assert(
      fc.property(life, fc.integer({ min: 100 * KIB, max: 2 * GB_BYTES }), fc.boolean(), (each, sizeBytes, isAll) => {
        const classes = { names: isAll ? ALL : SYNC, hasAutoArchive: isAll };
        const tariff = dailyTariff(AWS, classes, sizeBytes);
        // A few reads in bursts: gaps long enough for every class to pay.
        const rows = Array.from(each.readDay, (_, row) => row).filter((row) => (each.readDay[row] ?? 0) % 50 < 4);
        const pick = (column: ArrayLike<number>) => rows.map((row) => column[row] ?? 0);
        const bytesRead = pick(each.reads).map((count) => count * sizeBytes);
        const few = { readDay: pick(each.readDay), reads: pick(each.reads), bytesRead, toRow: rows.length };
        expectEqual(optimumOf(tariff, { ...each, ...few }).cost, plainOptimum(tariff, { ...each, ...few }));
      }),
      { numRuns: 12 },
    );
  });

  it("is no dearer than any path", () => {
    const path = fc.array(fc.nat({ max: 3 }), { minLength: 30, maxLength: 30 });
    fc.assert(
      fc.property(arbitraryTariff({ classes: 4 }), arbitraryLife(30), path, (tariff, life, classes) => {
        const cost = pathCost(tariff, life, (day) => (classes[day - life.firstDay] ?? 0) % tariff.count);
        expect(optimumOf(tariff, life).cost).toBeLessThanOrEqual(cost + 1e-9);
      }),
    );
  });

  it("never falls when a price is raised", () => {
    const columns = ["rentPerDay", "moveCost", "readCost", "retrievalPerGb", "restoreCost"] as const;
    const raise = fc.record({ column: fc.constantFrom(...columns, "inner"), at: fc.nat({ max: 15 }), by: fc.nat(9) });
    fc.assert(
      fc.property(arbitraryTariff({ classes: 4 }), arbitraryLife(20), raise, (tariff, life, { column, at, by }) => {
        const raised = (from: Float64Array, index: number) => from.with(index, (from[index] ?? 0) + by);
        const isFirstInner = column === "rentPerDay" && at % tariff.count === tariff.auto;
        const inner = tariff.inner.rentPerDay;
        const tier = isFirstInner ? 0 : at % inner.length;
        const isInner = tariff.auto >= 0 && (isFirstInner || column === "inner");
        const dearer: DailyTariff = {
          ...tariff,
          ...(column !== "inner" && !isInner && { [column]: raised(tariff[column], at % tariff[column].length) }),
          ...(isInner && { inner: { ...tariff.inner, rentPerDay: raised(inner, tier) } }),
          ...(isInner && tier === 0 && { rentPerDay: raised(tariff.rentPerDay, tariff.auto) }),
        };
        expect(optimumOf(dearer, life).cost).toBeGreaterThanOrEqual(optimumOf(tariff, life).cost - 1e-9);
      }),
      { numRuns: 300 },
    );
  });

  it("leaves an object alone that no class can pay for", () => {
    const tariff = dailyTariff(AWS, { names: ALL, hasAutoArchive: true }, 10 * KIB);
    const life = { ...QUIET, endDay: 365, isDeleted: true };
    expect(optimumOf(tariff, life)).toEqual({ cost: 365 * (tariff.rentPerDay[0] ?? 0), moves: [] });
    expect(optimumOf(tariff, { ...life, endDay: 0 })).toEqual({ cost: 0, moves: [] });
  });

  it("does not give up on a class that just pays", () => {
    for (let kib = 4; kib < 600; kib += 4) {
      for (const days of [29, 90, 400]) {
        const tariff = dailyTariff(AWS, { names: ALL, hasAutoArchive: true }, kib * KIB);
        const life = { ...QUIET, endDay: days };
        const { cost } = optimumOf(tariff, life);
        for (let to = 0; to < tariff.count; to += 1) {
          expect(cost).toBeLessThanOrEqual(pathCost(tariff, life, () => to) * (1 + 1e-12));
        }
      }
    }
  });

  it("loses no digit to what others paid for reads: a year of a billion reads a day, then a year of none", () => {
    const tariff = dailyTariff(AWS, { names: ALL, hasAutoArchive: true }, GB_BYTES);
    const readDay = Array.from({ length: 365 }, (_, day) => day);
    const column = (value: number) => readDay.map(() => value);
    const reads = { toRow: 365, readDay, reads: column(1e9), bytesRead: column(1e9 * GB_BYTES) };
    const life = { ...QUIET, endDay: 730, ...reads };
    const { cost, moves } = optimumOf(tariff, life);
    expect(moves).toEqual([{ day: 365, storageClass: ALL.indexOf("DEEP_ARCHIVE") }]);
    const [standard = 0, , , , deep = 0] = tariff.rentPerDay;
    expect(cost / (365 * standard + 365 * deep + 0.05 / 1000)).toBeCloseTo(1, 12);
  });

  it("waits for a read to pass before it moves, and stays out of classes that a later read makes dear", () => {
    const tariff = dailyTariff(AWS, { names: SYNC, hasAutoArchive: false }, 100 * MIB);
    const life = { ...QUIET, endDay: 400, toRow: 1, readDay: [10], reads: [5], bytesRead: [500 * MIB] };
    expect(optimumOf(tariff, life).moves).toEqual([{ day: 11, storageClass: SYNC.indexOf("GLACIER_IR") }]);
  });
});

function traceOf(lives: readonly ObjectLife[]): Trace {
  const column = (name: "readDay" | "reads" | "bytesRead") => lives.flatMap((life) => Array.from(life[name]));
  const starts = lives.map(
    (life, object) => lives.slice(0, object).reduce((sum, each) => sum + each.toRow, 0) + life.toRow,
  );
  return {
    originDay: 0,
    days: Math.max(...lives.map(({ endDay }) => endDay)),
    objects: lives.length,
    id: lives.map((_, object) => object),
    name: lives.map((_, object) => `object-${object}`),
    sizeBytes: new Float64Array(lives.length).fill(GB_BYTES),
    createdDay: Int32Array.from(lives, ({ firstDay }) => firstDay),
    endDay: Int32Array.from(lives, ({ endDay }) => endDay - 1),
    deleted: Uint8Array.from(lives, ({ isDeleted }) => (isDeleted ? 1 : 0)),
    readStart: Int32Array.from([0, ...starts]),
    readDay: Int32Array.from(column("readDay")),
    reads: Float64Array.from(column("reads")),
    bytesRead: Float64Array.from(column("bytesRead")),
  };
}

describe("the policy", () => {
  it("charges every object its optimum from the split on, and tells every class", () => {
    const lives = fc.array(arbitraryLife(20), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(arbitraryTariff({ classes: 4 }), lives, fc.integer({ min: 0, max: 12 }), (tariff, each, splitDay) => {
        const told: string[] = [];
        const onClass: ReplayInput["onClass"] = (object, day, to) => told.push(`${object} ${day} ${to}`);
        const trace = traceOf(each);
        const result = optimalPolicy().replay({ trace, splitDay, lateDay: 15, tariffOf: () => tariff, onClass });
        const late = each.map((life) => ({ ...life, firstDay: Math.max(life.firstDay, splitDay) }));
        late.forEach((life, object) => {
          const { cost, moves } = optimumOf(tariff, life);
          expectEqual(result.costs[object] ?? 0, cost);
          const path = [`${object} ${life.firstDay} 0`, ...moves.map((to) => `${object} ${to.day} ${to.storageClass}`)];
          if (life.firstDay < life.endDay) expect(told.filter((line) => line.startsWith(`${object} `))).toEqual(path);
        });
        const total = result.costs.reduce((sum, cost) => sum + cost, 0);
        expectEqual(totalOf(result.bill), total);
      }),
    );
  });
});
