import { describe, expect, it } from "vitest";
import { AWS, withClass } from "../../../test/support/prices.ts";
import { copyFee, monthlyBill } from "./bill.ts";
import { breakEvenReads, smallestPayingBytes } from "./break-even.ts";
import { GB_BYTES, KIB, MIB } from "../units.ts";

/** Sizes as the table has them: whole KiB, rounded up. */
function kib(to: string, months: number | null): number {
  const bytes = smallestPayingBytes(AWS, { from: "STANDARD", to, mechanism: "lifecycle", months });
  return Math.ceil((bytes ?? Number.NaN) / KIB);
}

// Source: the break-even table computed from the AWS Price List of 2026-09-22 and 2025-10-28: us-east-1, first band, no
// reads, the price of a lifecycle transition; padding of 128 KiB and overheads of 40 KiB included. Sizes in KiB.
describe("from STANDARD, the smallest size that pays", () => {
  it.each([
    { to: "STANDARD_IA", any: 70, month: 999, quarter: 333, year: 108, threeYears: 83 },
    { to: "ONEZONE_IA", any: 56, month: 807, quarter: 269, year: 94, threeYears: 69 },
    { to: "GLACIER_IR", any: 23, month: 1104, quarter: 368, year: 99, threeYears: 48 },
    { to: "GLACIER", any: 16, month: 1637, quarter: 556, year: 151, threeYears: 61 },
    { to: "DEEP_ARCHIVE", any: 10, month: 2392, quarter: 804, year: 209, threeYears: 76 },
  ])("in $to: any saving $any, back in a month $month, in 3 $quarter, 12 $year, 36 $threeYears", (row) => {
    expect(kib(row.to, null)).toBe(row.any);
    expect(kib(row.to, 1)).toBe(row.month);
    expect(kib(row.to, 3)).toBe(row.quarter);
    expect(kib(row.to, 12)).toBe(row.year);
    expect(kib(row.to, 36)).toBe(row.threeYears);
  });

  it("in INTELLIGENT_TIERING, idle in its archive instant tier: any saving 138, back in 12 months 184", () => {
    expect(kib("INTELLIGENT_TIERING", null)).toBe(138);
    expect(kib("INTELLIGENT_TIERING", 12)).toBe(184);
  });

  it("is exact: a byte less does not pay", () => {
    const move = { from: "STANDARD", to: "GLACIER", daysHeld: 1000, noncurrentDays: 0 };
    const bytes = smallestPayingBytes(AWS, { ...move, mechanism: "copy", months: 6 }) ?? Number.NaN;
    const net = (sizeBytes: number) => {
      const idle = { sizeBytes, readsPerMonth: 0, readDaysPerMonth: 0 };
      const [now, then] = ["STANDARD", "GLACIER"].map(
        (name) => monthlyBill(AWS, name, idle)?.totalMicros ?? Number.NaN,
      );
      return 6 * ((now ?? 0) - (then ?? 0)) - (copyFee(AWS, { ...move, sizeBytes })?.totalMicros ?? Number.NaN);
    };
    expect(net(bytes)).toBeGreaterThanOrEqual(0);
    expect(net(bytes - 1)).toBeLessThan(0);
  });

  it("is none where nothing is saved, the way is closed or a price is unknown", () => {
    const none = (from: string, to: string, book = AWS) =>
      smallestPayingBytes(book, { from, to, mechanism: "lifecycle", months: 12 });
    expect(none("DEEP_ARCHIVE", "STANDARD")).toBeNull();
    expect(none("STANDARD", "NEVER_HEARD_OF")).toBeNull();
    expect(none("STANDARD", "GLACIER", withClass("GLACIER", { storage: [] }))).toBeNull();
    expect(none("STANDARD", "GLACIER", withClass("GLACIER", { transitionInto: null }))).toBeNull();
  });
});

describe("full reads a month up to which a class pays against STANDARD", () => {
  // Source: the same table, and for GLACIER_IR the figure 0.63 of the AWS Price List of 2026-08-01.
  it.each([
    { to: "STANDARD_IA", sizeBytes: 1024 * GB_BYTES, reads: 1.05 },
    { to: "ONEZONE_IA", sizeBytes: 1024 * GB_BYTES, reads: 1.3 },
    { to: "GLACIER_IR", sizeBytes: 1024 * GB_BYTES, reads: 0.63 },
    { to: "GLACIER_IR", sizeBytes: MIB, reads: 0.48 },
  ])("in $to are $reads", ({ to, sizeBytes, reads }) => {
    expect(breakEvenReads(AWS, "STANDARD", to, sizeBytes)).toBeCloseTo(reads, 2);
  });

  it("do not decide where a restore is needed, reads cost no more, or the provider moves the object", () => {
    for (const to of ["GLACIER", "DEEP_ARCHIVE", "INTELLIGENT_TIERING", "STANDARD", "EXPRESS_ONEZONE"])
      expect(breakEvenReads(AWS, "STANDARD", to, GB_BYTES)).toBeNull();
  });
});
