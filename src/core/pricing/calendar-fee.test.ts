import { describe, expect, it } from "vitest";
import { AWS } from "../../../test/support/prices.ts";
import { type MoveFee, copyFee } from "./bill.ts";
import { calendarMonths, copyFeeAt, feeInCalendar } from "./calendar-fee.ts";
import { DAYS_PER_MONTH, GB_BYTES } from "../units.ts";

const FEE: MoveFee = {
  requestsMicros: 10,
  retrievalMicros: 20,
  earlyDeletionMicros: 300,
  noncurrentMicros: 400,
  tagMicros: 5,
  totalMicros: 735,
};

describe("calendar months", () => {
  it.each([
    ["2026-01-01", "2026-04-01", 3],
    ["2026-02-01", "2026-02-15", 0.5],
    ["2028-02-01", "2028-02-15", 14 / 29],
    ["2026-04-16", "2026-05-17", 0.5 + 16 / 31],
    ["2026-04-16", "2026-04-16", 0],
  ])("from %s to %s are %f", (from, to, months) => {
    expect(calendarMonths(Date.parse(from), Date.parse(to))).toBeCloseTo(months, 12);
  });
});

describe("a fee by the calendar", () => {
  it("bills rent by the month it falls into, and what is no rent as it is", () => {
    const fee = feeInCalendar(FEE, Date.parse("2026-02-10"), 0);
    expect(fee).toMatchObject({ requestsMicros: 10, retrievalMicros: 20, tagMicros: 5, noncurrentMicros: 0 });
    expect(fee.earlyDeletionMicros).toBeCloseTo((300 * DAYS_PER_MONTH) / 28, 9);
    expect(fee.totalMicros).toBeCloseTo(35 + fee.earlyDeletionMicros, 9);
  });

  it("bills the remainder in the month the noncurrent version goes", () => {
    const fee = feeInCalendar(FEE, Date.parse("2026-02-19"), 20);
    expect(fee.earlyDeletionMicros).toBeCloseTo((300 * DAYS_PER_MONTH) / 31, 9);
    // Ten days of February and ten of March, at 400 micros for 20 average days.
    expect(fee.noncurrentMicros).toBeCloseTo(400 * (DAYS_PER_MONTH / 20) * (10 / 28 + 10 / 31), 9);
    expect(fee.totalMicros).toBeCloseTo(35 + fee.earlyDeletionMicros + fee.noncurrentMicros, 9);
  });
});

describe("the fee of a copy", () => {
  const gb = { sizeBytes: 100 * GB_BYTES, noncurrentDays: 0 };
  const at = Date.parse("2026-04-10T00:00Z");

  it("of an instant class is that of the calendar", () => {
    const move = { ...gb, from: "STANDARD_IA", to: "GLACIER_IR", daysHeld: 10 };
    const average = copyFee(AWS, move);
    if (!average) throw new Error("a price is missing");
    expect(copyFeeAt(AWS, move, at)).toEqual(feeInCalendar(average, at, 0));
  });

  it("of an archive owes less of the minimum, as the object waits there for its restore", () => {
    const move = { ...gb, from: "DEEP_ARCHIVE", to: "STANDARD", daysHeld: 10 };
    const fee = copyFeeAt(AWS, move, at);
    // 170 days less the 12 hours of a standard restore, in an April of 30 days.
    expect(fee?.earlyDeletionMicros).toBeCloseTo(
      ((copyFee(AWS, { ...move, daysHeld: 10.5 })?.earlyDeletionMicros ?? NaN) * DAYS_PER_MONTH) / 30,
      4,
    );
    // The restored copy goes with the object it was made of.
    expect(fee?.retrievalMicros).toBeCloseTo(100 * 20_000, 6);
  });

  it("on a versioned bucket keeps the restored copy to the midnight after the days asked for", () => {
    const move = { ...gb, noncurrentDays: 20, from: "DEEP_ARCHIVE", to: "STANDARD", daysHeld: 400 };
    const kept = (restoreDays: number, noncurrentDays = 20): number =>
      (copyFeeAt(AWS, { ...move, restoreDays, noncurrentDays }, at)?.retrievalMicros ?? NaN) - 100 * 20_000;
    const day = (100 * 23_000) / 30;
    // There at noon, so half a day more than asked for.
    expect(kept(1)).toBeCloseTo(1.5 * day, 4);
    expect(kept(2)).toBeCloseTo(2.5 * day, 4);
    // It does not outlive the version it belongs to.
    expect(kept(9, 3)).toBeCloseTo(3.5 * day, 4);
  });

  it("is unknown where a price is", () => {
    expect(copyFeeAt(AWS, { ...gb, from: "STANDARD", to: "NO_SUCH_CLASS", daysHeld: 1 }, at)).toBeNull();
  });
});
