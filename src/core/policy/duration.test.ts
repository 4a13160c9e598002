import { describe, expect, it } from "vitest";
import { addDuration, durationDays, parseDuration } from "./duration.ts";

function add(from: string, span: string): string {
  const parsed = parseDuration(span);
  return parsed === null ? "none" : new Date(addDuration(Date.parse(from), parsed)).toISOString();
}

describe("a span of time", () => {
  it.each([
    ["90d", "2026-01-31T12:00:00Z", "2026-05-01T12:00:00.000Z"],
    ["12h", "2026-01-31T12:00:00Z", "2026-02-01T00:00:00.000Z"],
    ["2 weeks", "2026-01-31T12:00:00Z", "2026-02-14T12:00:00.000Z"],
    ["1 month", "2026-01-31T12:00:00Z", "2026-02-28T12:00:00.000Z"],
    ["1 month", "2028-01-31T12:00:00Z", "2028-02-29T12:00:00.000Z"],
    ["7 years", "2024-02-29T01:02:03Z", "2031-02-28T01:02:03.000Z"],
    ["1 year 6 months 2 days", "2026-11-30T00:00:00Z", "2028-06-01T00:00:00.000Z"],
    ["7Y", "1969-06-01T00:00:00Z", "1976-06-01T00:00:00.000Z"],
  ])("%s after %s", (span, from, expected) => {
    expect(add(from, span)).toBe(expected);
  });

  it.each([
    "",
    "d",
    "7",
    "-7d",
    "1.5 years",
    "7 jears",
    "5m",
    "7d!",
    "1e9 days",
    "2000 years",
    "9".repeat(200),
    "7 constructor",
  ])("%j is none", (text) => {
    expect(parseDuration(text)).toBeNull();
  });

  it("has a length to compare by", () => {
    expect(durationDays(parseDuration("1 year 12h") ?? { text: "", months: 0, ms: 0 })).toBe(365.75);
  });
});
