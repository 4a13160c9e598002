import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  GB_BYTES,
  KIB,
  MIB,
  MS_PER_DAY,
  calendarMonth,
  calendarMonthMs,
  dayNumber,
  daysBetween,
  nextCalendarMonth,
  parseSizeBytes,
} from "./units.ts";

describe("sizes", () => {
  it.each([
    { text: "0", bytes: 0 },
    { text: "1024", bytes: 1024 },
    { text: "64MiB", bytes: 64 * MIB },
    { text: "64mib", bytes: 64 * MIB },
    { text: " 1.5 GB ", bytes: 1_500_000_000 },
    { text: "1 GiB", bytes: GB_BYTES },
    { text: "2TiB", bytes: 2048 * GB_BYTES },
    { text: "1tb", bytes: 1_000_000_000_000 },
    { text: "0.5KiB", bytes: 512 },
    { text: "7b", bytes: 7 },
    { text: "9007199254740991", bytes: Number.MAX_SAFE_INTEGER },
  ])("$text is $bytes bytes", ({ text, bytes }) => {
    expect(parseSizeBytes(text)).toBe(bytes);
  });

  it.each([
    "",
    " ",
    "-1",
    "+1",
    "1e6",
    "1 000",
    "1,5",
    "GB",
    "1 XB",
    "0x10",
    "1.GB",
    ".5",
    "NaN",
    "9007199254740993",
    "8 toString",
    "9".repeat(400),
  ])("%j is none", (text) => {
    expect(parseSizeBytes(text)).toBeNull();
  });

  it("of whole KiB come back as they were", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000_000), (kib) => {
        expect(parseSizeBytes(`${kib}KiB`)).toBe(kib * KIB);
      }),
    );
  });
});

describe("months", () => {
  it.each([
    { at: "2025-02-14T12:00:00Z", month: "2025-02", days: 28, next: "2025-03-01T00:00:00.000Z" },
    { at: "2024-02-01T00:00:00Z", month: "2024-02", days: 29, next: "2024-03-01T00:00:00.000Z" },
    { at: "2025-12-31T23:59:59.999Z", month: "2025-12", days: 31, next: "2026-01-01T00:00:00.000Z" },
    { at: "2026-01-01T00:00:00Z", month: "2026-01", days: 31, next: "2026-02-01T00:00:00.000Z" },
  ])("of $at: $month with $days days", ({ at, month, days, next }) => {
    const ms = Date.parse(at);
    expect(calendarMonth(ms)).toBe(month);
    expect(calendarMonthMs(ms)).toBe(days * MS_PER_DAY);
    expect(new Date(nextCalendarMonth(ms)).toISOString()).toBe(next);
  });
});

describe("days", () => {
  it("begin at midnight UTC", () => {
    expect(dayNumber(0)).toBe(0);
    expect(dayNumber(MS_PER_DAY - 1)).toBe(0);
    expect(dayNumber(MS_PER_DAY)).toBe(1);
    expect(dayNumber(-1)).toBe(-1);
  });

  it("between two instants are fractional and never negative", () => {
    expect(daysBetween(0, 1.5 * MS_PER_DAY)).toBe(1.5);
    expect(daysBetween(MS_PER_DAY, 0)).toBe(0);
  });
});
