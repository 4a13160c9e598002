import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryLife, arbitraryTariff } from "../../../test/support/arbitrary-tariff.ts";
import { AWS } from "../../../test/support/prices.ts";
import {
  type DailyBill,
  type Holding,
  chargeMove,
  chargeQuiet,
  chargeReadDay,
  earlyDeletion,
  emptyBill,
  holdingFrom,
  innerTierAt,
  quietRent,
  totalOf,
} from "./daily-bill.ts";
import { type DailyTariff, dailyTariff } from "./daily-tariff.ts";
import type { ObjectLife } from "./optimum.ts";
import { GB_BYTES } from "../units.ts";

const NAMES = ["STANDARD", "STANDARD_IA", "GLACIER_IR", "GLACIER", "INTELLIGENT_TIERING"];
const [IA, GIR, GLACIER, INT] = [1, 2, 3, 4];
const tariff = dailyTariff(AWS, { names: NAMES, hasAutoArchive: true }, GB_BYTES);

function rent(storageClass: number): number {
  return tariff.rentPerDay[storageClass] ?? Number.NaN;
}

function innerRent(tier: number): number {
  return tariff.inner.rentPerDay[tier] ?? Number.NaN;
}

describe("a move", () => {
  it("to the class held is none: no fee, and the days held go on", () => {
    const holding = { storageClass: IA, sinceDay: 3, clockDay: 3 };
    const bill = emptyBill();
    chargeMove(tariff, holding, 20, IA, bill);
    expect(bill).toEqual(emptyBill());
    expect(holding).toEqual({ storageClass: IA, sinceDay: 3, clockDay: 3 });
  });

  it("pays the rest of the minimum of the class left", () => {
    const holding = { storageClass: IA, sinceDay: 0, clockDay: 0 };
    const bill = emptyBill();
    chargeMove(tariff, holding, 12, GIR, bill);
    expect(bill.earlyDeletion).toBeCloseTo(18 * rent(IA), 15);
    expect(bill.transitions).toBeCloseTo(0.02 / 1000, 15);
    expect(holding).toEqual({ storageClass: GIR, sinceDay: 12, clockDay: 12 });
  });

  it("owes nothing from the last day of the minimum on, nor where no minimum is pending", () => {
    const holding = { storageClass: IA, sinceDay: 0, clockDay: 0 };
    expect(earlyDeletion(tariff, holding, 29)).toBeCloseTo(rent(IA), 15);
    expect(earlyDeletion(tariff, holding, 30)).toBe(0);
    expect(earlyDeletion(tariff, holdingFrom(IA, 0), 1)).toBe(0);
  });
});

describe("days without a read", () => {
  it("cost one rent each", () => {
    expect(quietRent(tariff, holdingFrom(IA, 0), 5, 12)).toBeCloseTo(7 * rent(IA), 15);
    expect(quietRent(tariff, holdingFrom(IA, 0), 5, 5)).toBe(0);
  });

  it("run through the inner tiers of the moving class by its idle clock", () => {
    const holding = holdingFrom(INT, 10);
    expect([0, 29, 30, 89, 90, 179, 180, 999].map((idle) => innerTierAt(tariff, idle))).toEqual([
      0, 0, 1, 1, 2, 2, 3, 3,
    ]);
    const expected = 30 * innerRent(0) + 60 * innerRent(1) + 90 * innerRent(2) + 20 * innerRent(3);
    expect(quietRent(tariff, holding, 10, 210)).toBeCloseTo(expected, 12);
    expect(quietRent(tariff, holding, 39, 41)).toBeCloseTo(innerRent(0) + innerRent(1), 15);
  });
});

describe("a day with reads", () => {
  it("costs the rent, the requests above the base class's, and the retrieval", () => {
    const bill = emptyBill();
    chargeReadDay(tariff, holdingFrom(GIR, 0), 4, 3, 0.5, bill);
    expect(bill.storage).toBeCloseTo(rent(GIR), 15);
    expect(bill.retrieval).toBeCloseTo((3 * 0.0096) / 1000 + 0.5 * 0.03, 15);
    expect(bill.restoreDays).toBe(0);
  });

  it("costs one restore where the reader waits, however many reads it has", () => {
    const [one, many] = [emptyBill(), emptyBill()];
    chargeReadDay(tariff, holdingFrom(GLACIER, 0), 4, 1, 0.1, one);
    chargeReadDay(tariff, holdingFrom(GLACIER, 0), 4, 100, 100, many);
    expect(one.retrieval).toBeCloseTo(tariff.restoreCost[GLACIER] ?? Number.NaN, 15);
    expect(one.restoreDays).toBe(1);
    expect(many).toEqual(one);
  });

  it("sets the idle clock back, is charged as frequent, and waits in the inner archive tier", () => {
    for (const { idle, waits } of [
      { idle: 179, waits: 0 },
      { idle: 180, waits: 1 },
    ]) {
      const holding = holdingFrom(INT, 0);
      const bill = emptyBill();
      chargeReadDay(tariff, holding, idle, 2, 2, bill);
      expect(bill).toMatchObject({ storage: innerRent(0), retrieval: 0, restoreDays: waits });
      expect(quietRent(tariff, holding, idle + 1, idle + 31)).toBeCloseTo(30 * innerRent(0), 15);
      expect(holding.clockDay).toBe(idle + 1);
    }
  });
});

/** Charges the days `from` to `to` of a life on a path; where `cuts` has a day, quiet spans are charged up to it first. */
function charge(
  each: DailyTariff,
  life: ObjectLife,
  moves: ReadonlyMap<number, number>,
  span: { readonly from: number; readonly to: number; readonly cuts: ReadonlySet<number> },
  holding: Holding,
  bill: DailyBill,
): void {
  let quietFrom = span.from;
  for (let day = span.from; day < span.to; day += 1) {
    const row = Array.from(life.readDay).indexOf(day);
    const to = moves.get(day);
    if (row >= 0 || to !== undefined || span.cuts.has(day)) {
      chargeQuiet(each, holding, quietFrom, day, bill);
      quietFrom = day;
    }
    if (to !== undefined) chargeMove(each, holding, day, to % each.count, bill);
    if (row < 0) continue;
    chargeReadDay(each, holding, day, life.reads[row] ?? 0, (life.bytesRead[row] ?? 0) / GB_BYTES, bill);
    quietFrom = day + 1;
  }
  chargeQuiet(each, holding, quietFrom, span.to, bill);
}

const arbitraryMoves = fc
  .array(fc.tuple(fc.integer({ min: 3, max: 33 }), fc.nat({ max: 3 })), { maxLength: 8 })
  .map((moves) => new Map(moves));
const someDays = fc.array(fc.integer({ min: 3, max: 33 })).map((days) => new Set(days));

describe("the bill of any history", () => {
  it("is never negative, in no part", () => {
    fc.assert(
      fc.property(arbitraryTariff({ classes: 4 }), arbitraryLife(30), arbitraryMoves, (each, life, moves) => {
        const bill = emptyBill();
        const holding = holdingFrom(0, life.firstDay);
        charge(each, life, moves, { from: life.firstDay, to: life.endDay, cuts: new Set() }, holding, bill);
        bill.earlyDeletion += earlyDeletion(each, holding, life.endDay);
        for (const part of Object.values(bill)) expect(part).toBeGreaterThanOrEqual(0);
        expect(totalOf(bill)).toBe(bill.storage + bill.transitions + bill.retrieval + bill.earlyDeletion);
      }),
    );
  });

  it("is the sum of the bills of its parts, however it is cut, where the holding is carried on", () => {
    const inputs = [arbitraryTariff({ classes: 4 }), arbitraryLife(30), arbitraryMoves, someDays] as const;
    fc.assert(
      fc.property(...inputs, (each, life, moves, days) => {
        const span = { from: life.firstDay, to: life.endDay };
        const whole = emptyBill();
        const wholeHolding = holdingFrom(0, life.firstDay);
        charge(each, life, moves, { ...span, cuts: new Set() }, wholeHolding, whole);

        const bounds = [...days].filter((day) => day < life.endDay).toSorted((a, b) => a - b);
        const sum = emptyBill();
        const holding = holdingFrom(0, life.firstDay);
        [...bounds, life.endDay].forEach((to, index) => {
          const part = emptyBill();
          charge(each, life, moves, { from: bounds[index - 1] ?? span.from, to, cuts: days }, holding, part);
          for (const name of ["storage", "transitions", "retrieval", "earlyDeletion", "restoreDays"] as const) {
            sum[name] += part[name];
          }
        });
        expect(holding).toEqual(wholeHolding);
        for (const name of ["storage", "transitions", "retrieval", "earlyDeletion", "restoreDays"] as const) {
          expect(sum[name]).toBeCloseTo(whole[name], 9);
        }
      }),
    );
  });

  it("of a quiet span is the sum of its days", () => {
    const inputs = [arbitraryTariff({ classes: 4 }), fc.nat({ max: 3 }), fc.integer({ min: 0, max: 12 })] as const;
    fc.assert(
      fc.property(...inputs, (each, storageClass, days) => {
        const holding = holdingFrom(storageClass % each.count, 5);
        let sum = 0;
        for (let day = 7; day < 7 + days; day += 1) sum += quietRent(each, holding, day, day + 1);
        expect(quietRent(each, holding, 7, 7 + days)).toBeCloseTo(sum, 9);
      }),
    );
  });
});
