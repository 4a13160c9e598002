import { describe, expect, it } from "vitest";
import { AWS, price, withClass } from "../../../test/support/prices.ts";
import { type DailyTariff, dailyTariff } from "./daily-tariff.ts";
import { DAYS_PER_MONTH, GB_BYTES, KIB } from "../units.ts";

// Source of every figure here: the table of docs/intelligence.md, "The yardstick", worked out by hand.
const ALL = ["STANDARD", "STANDARD_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE", "INTELLIGENT_TIERING"];
const AUTO = 5;

function tariffOf(sizeBytes: number, changes: { hasAutoArchive?: boolean; mover?: "copy" | "lifecycle" } = {}) {
  return dailyTariff(AWS, { names: ALL, hasAutoArchive: changes.hasAutoArchive ?? false }, sizeBytes, changes.mover);
}

/** Dollars of a month from what is billed in GB. */
function perDay(ownBytes: number, rate: number, atBaseBytes = 0): number {
  return (ownBytes * rate + atBaseBytes * 0.023) / GB_BYTES / DAYS_PER_MONTH;
}

function move(tariff: DailyTariff, from: string, to: string): number {
  return tariff.moveCost[ALL.indexOf(from) * tariff.count + ALL.indexOf(to)] ?? Number.NaN;
}

describe("a day's rent", () => {
  it("is the size's, where the size is above every minimum", () => {
    const { rentPerDay } = tariffOf(GB_BYTES);
    const monitoring = 0.0025 / 1000 / DAYS_PER_MONTH;
    const expected = [
      perDay(GB_BYTES, 0.023),
      perDay(GB_BYTES, 0.0125),
      perDay(GB_BYTES, 0.004),
      perDay(GB_BYTES + 32 * KIB, 0.0036, 8 * KIB),
      perDay(GB_BYTES + 32 * KIB, 0.00099, 8 * KIB),
      perDay(GB_BYTES, 0.023) + monitoring,
    ];
    expected.forEach((rent, index) => expect(rentPerDay[index]).toBeCloseTo(rent, 15));
  });

  it("is padded to the class's minimum size", () => {
    const { rentPerDay } = tariffOf(10 * KIB);
    expect(rentPerDay[1]).toBeCloseTo(perDay(128 * KIB, 0.0125), 18);
    expect(rentPerDay[2]).toBeCloseTo(perDay(128 * KIB, 0.004), 18);
    expect(rentPerDay[3]).toBeCloseTo(perDay(42 * KIB, 0.0036, 8 * KIB), 18);
  });

  it("falls with idle days in the moving class, and goes on falling where its archive tier is allowed", () => {
    const monitoring = 0.0025 / 1000 / DAYS_PER_MONTH;
    const plain = tariffOf(GB_BYTES).inner;
    expect([...plain.fromIdleDays]).toEqual([0, 30, 90]);
    expect(plain.firstWaiting).toBe(3);
    [0.023, 0.0125, 0.004].forEach((rate, tier) => {
      expect(plain.rentPerDay[tier]).toBeCloseTo(perDay(GB_BYTES, rate) + monitoring, 15);
    });
    const archive = tariffOf(GB_BYTES, { hasAutoArchive: true }).inner;
    expect([...archive.fromIdleDays]).toEqual([0, 30, 90, 180]);
    expect(archive.firstWaiting).toBe(3);
    expect(archive.rentPerDay[3]).toBeCloseTo(perDay(GB_BYTES + 32 * KIB, 0.00099, 8 * KIB) + monitoring, 15);
  });

  it("is that of the base class below the monitored size, without monitoring, for ever", () => {
    const { inner, rentPerDay } = tariffOf(128 * KIB - 1, { hasAutoArchive: true });
    expect([...inner.fromIdleDays]).toEqual([0]);
    expect([...inner.rentPerDay]).toEqual([rentPerDay[0]]);
    expect(rentPerDay[AUTO]).toBe(rentPerDay[0]);
    expect(tariffOf(128 * KIB).inner.rentPerDay).toHaveLength(3);
  });
});

describe("a move", () => {
  const copyOut = { STANDARD_IA: 0.01 + 0.001 / 1000, GLACIER_IR: 0.03 + 0.01 / 1000 };

  it("downwards costs a transition and reads nothing", () => {
    const tariff = tariffOf(GB_BYTES);
    expect(move(tariff, "STANDARD", "STANDARD_IA")).toBeCloseTo(0.01 / 1000, 15);
    expect(move(tariff, "STANDARD", "DEEP_ARCHIVE")).toBeCloseTo(0.05 / 1000, 15);
    expect(move(tariff, "STANDARD_IA", "INTELLIGENT_TIERING")).toBeCloseTo(0.01 / 1000, 15);
    expect(move(tariff, "INTELLIGENT_TIERING", "GLACIER_IR")).toBeCloseTo(0.02 / 1000, 15);
    expect(move(tariff, "GLACIER_IR", "GLACIER")).toBeCloseTo(0.03 / 1000, 15);
    expect(move(tariff, "GLACIER", "DEEP_ARCHIVE")).toBeCloseTo(0.05 / 1000, 15);
  });

  it("back up reads the object, and restores it first where it must be", () => {
    const tariff = tariffOf(GB_BYTES);
    expect(move(tariff, "STANDARD_IA", "STANDARD")).toBeCloseTo(0.005 / 1000 + copyOut.STANDARD_IA, 15);
    expect(move(tariff, "GLACIER_IR", "STANDARD_IA")).toBeCloseTo(0.01 / 1000 + copyOut.GLACIER_IR, 15);
    expect(move(tariff, "INTELLIGENT_TIERING", "STANDARD")).toBeCloseTo(0.0054 / 1000, 15);
    expect(move(tariff, "GLACIER", "STANDARD")).toBeCloseTo(0.005 / 1000 + 0.01 + 0.0504 / 1000, 15);
    expect(move(tariff, "DEEP_ARCHIVE", "GLACIER")).toBeCloseTo(0.03 / 1000 + 0.02 + 0.1004 / 1000, 15);
  });

  it("by a copy reads the object in every direction and pays the class's put", () => {
    const tariff = tariffOf(GB_BYTES, { mover: "copy" });
    expect(move(tariff, "STANDARD", "STANDARD_IA")).toBeCloseTo(0.01 / 1000 + 0.0004 / 1000, 15);
    expect(move(tariff, "STANDARD_IA", "GLACIER_IR")).toBeCloseTo(0.02 / 1000 + copyOut.STANDARD_IA, 15);
  });

  it("to the same class costs nothing", () => {
    const tariff = tariffOf(GB_BYTES);
    for (const name of ALL) expect(move(tariff, name, name)).toBe(0);
  });
});

describe("reads", () => {
  it("cost what they cost above the base class's price, and the retrieval", () => {
    const { readCost, retrievalPerGb } = tariffOf(GB_BYTES);
    expect(readCost[0]).toBe(0);
    expect(readCost[1]).toBeCloseTo(0.0006 / 1000, 18);
    expect(readCost[2]).toBeCloseTo(0.0096 / 1000, 18);
    expect([...retrievalPerGb]).toEqual([0, 0.01, 0.03, 0, 0, 0]);
  });

  it("need a restore a day in classes that wait: request, retrieval, a day of the copy", () => {
    const { restoreCost, isWaiting } = tariffOf(2 * GB_BYTES);
    expect([...isWaiting]).toEqual([0, 0, 0, 1, 1, 0]);
    expect(restoreCost[3]).toBeCloseTo(0.05 / 1000 + 2 * 0.01 + (2 * 0.023) / DAYS_PER_MONTH, 15);
    expect(restoreCost[4]).toBeCloseTo(0.1 / 1000 + 2 * 0.02 + (2 * 0.023) / DAYS_PER_MONTH, 15);
    expect(Array.from(restoreCost.subarray(0, 3))).toEqual([0, 0, 0]);
  });
});

describe("what is not known", () => {
  const classes = { names: ["STANDARD", "STANDARD_IA"], hasAutoArchive: false };

  it("is refused, never taken for nothing", () => {
    expect(() => dailyTariff(AWS, { ...classes, names: ["STANDARD", "CLOUD"] }, 1)).toThrow(/no managed class CLOUD/);
    for (const field of ["put", "get", "retrieval"] as const) {
      const changes = { [field]: null, transitionInto: null };
      expect(() => dailyTariff(withClass("STANDARD_IA", changes), classes, 1)).toThrow(/price is unknown/);
    }
    const slow = withClass("GLACIER", { restore: {} });
    expect(() => dailyTariff(slow, { ...classes, names: ["STANDARD", "GLACIER"] }, 1)).toThrow(/standard restore/);
  });

  it("is taken from the put where no transition leads into a class", () => {
    const book = withClass("STANDARD_IA", { transitionInto: null, put: price(0.5) });
    expect(dailyTariff(book, classes, GB_BYTES).moveCost[1]).toBeCloseTo(0.5 / 1000, 15);
  });
});
