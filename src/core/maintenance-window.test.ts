import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AstraError } from "./errors.ts";
import { isOpen, isTimeZone, maintenanceWindows, nextOpening, windowFault } from "./maintenance-window.ts";
import { MS_PER_DAY } from "./units.ts";

/** 2026-11-23 is a Monday. */
const at = (text: string) => Date.parse(text.endsWith("Z") || /[+-]\d\d:\d\d$/.test(text) ? text : `${text}Z`);
const open = (windows: readonly string[], text: string, timezone = "UTC") =>
  isOpen(maintenanceWindows(windows, timezone), at(text));
const opening = (windows: readonly string[], text: string, timezone = "UTC") =>
  new Date(nextOpening(maintenanceWindows(windows, timezone), at(text))).toISOString().slice(0, 16);

describe("a window", () => {
  it.each([
    ["Mon-Fri 22:00-06:00", "2026-11-23T22:00", true],
    ["Mon-Fri 22:00-06:00", "2026-11-23T21:59:59.999", false],
    ["Mon-Fri 22:00-06:00", "2026-11-24T05:59:59.999", true],
    ["Mon-Fri 22:00-06:00", "2026-11-24T06:00", false],
    // Over midnight it belongs to the day it begins on: Friday's lasts into Saturday, Sunday's does not exist.
    ["Mon-Fri 22:00-06:00", "2026-11-28T05:00", true],
    ["Mon-Fri 22:00-06:00", "2026-11-23T05:00", false],
    ["Sun 22:00-06:00", "2026-11-23T05:00", true],
    ["Sun 22:00-06:00", "2026-11-23T06:00", false],
    ["Sat,Sun 00:00-24:00", "2026-11-28T00:00", true],
    ["Sat,Sun 00:00-24:00", "2026-11-29T23:59:59.999", true],
    ["Sat,Sun 00:00-24:00", "2026-11-30T00:00", false],
    ["Fri-Mon 09:00-10:00", "2026-11-29T09:30", true],
    ["Fri-Mon 09:00-10:00", "2026-11-24T09:30", false],
    ["daily 01:00-05:00", "2026-11-25T01:00", true],
    [" DAILY  1:00 - 5:00 ", "2026-11-25T05:00", false],
    ["mon, wed-thu 00:00-00:01", "2026-11-26T00:00:59", true],
  ])("%s at %s: %s", (window, text, isIn) => {
    expect(open([window], text)).toBe(isIn);
  });

  it("among several is enough", () => {
    const windows = ["Mon 01:00-02:00", "Tue 01:00-02:00"];
    expect([open(windows, "2026-11-23T01:30"), open(windows, "2026-11-24T01:30")]).toEqual([true, true]);
    expect(open(windows, "2026-11-25T01:30")).toBe(false);
  });

  it("is not needed: without any it is always open", () => {
    expect(open([], "2026-11-23T12:34")).toBe(true);
    expect(opening([], "2026-11-23T12:34")).toBe("2026-11-23T12:34");
  });

  it("opens next", () => {
    expect(opening(["Mon-Fri 22:00-06:00"], "2026-11-28T12:00")).toBe("2026-11-30T22:00");
    expect(opening(["Mon-Fri 22:00-06:00"], "2026-11-24T03:00")).toBe("2026-11-24T03:00");
    expect(opening(["Mon 08:00-09:00"], "2026-11-23T09:00")).toBe("2026-11-30T08:00");
    expect(opening(["Mon 08:00-09:00", "daily 03:00-04:00"], "2026-11-23T09:00")).toBe("2026-11-24T03:00");
  });
});

describe("in a zone of its own", () => {
  const BERLIN = "Europe/Berlin";

  it("goes by that zone's wall clock, summer and winter", () => {
    expect(open(["daily 22:00-23:00"], "2026-07-01T20:30", BERLIN)).toBe(true);
    expect(open(["daily 22:00-23:00"], "2026-12-01T20:30", BERLIN)).toBe(false);
    expect(open(["daily 22:00-23:00"], "2026-12-01T21:30", BERLIN)).toBe(true);
    expect(open(["Mon 00:00-01:00"], "2026-11-22T23:30", BERLIN)).toBe(true);
    expect(open(["Mon 00:00-01:00"], "2026-11-22T18:30", "Asia/Kathmandu")).toBe(true);
    expect(open(["Mon 00:00-01:00"], "2026-11-23T08:30", "America/Los_Angeles")).toBe(true);
  });

  it("has no part in the hour that is skipped in spring, and opens after it where the window goes on", () => {
    // 2026-03-29, 02:00 becomes 03:00 at 01:00 UTC.
    expect(opening(["Sun 02:00-03:00"], "2026-03-28T12:00", BERLIN)).toBe("2026-04-05T00:00");
    expect(opening(["Sun 02:30-04:00"], "2026-03-29T00:30", BERLIN)).toBe("2026-03-29T01:00");
    expect(opening(["Sun 05:00-06:00"], "2026-03-29T00:30", BERLIN)).toBe("2026-03-29T03:00");
  });

  it("is open twice in the hour that is repeated in autumn", () => {
    // 2026-10-25, 03:00 becomes 02:00 at 01:00 UTC.
    expect(["T00:30", "T01:30"].map((time) => open(["Sun 02:00-03:00"], `2026-10-25${time}`, BERLIN))).toEqual([
      true,
      true,
    ]);
    expect(opening(["Sun 02:30-02:45"], "2026-10-25T00:50", BERLIN)).toBe("2026-10-25T01:30");
    expect(opening(["Sun 04:00-05:00"], "2026-10-24T12:00", BERLIN)).toBe("2026-10-25T03:00");
  });
});

describe("whatever the windows and the instant", () => {
  const time = fc
    .tuple(fc.nat(23), fc.nat(59))
    .map((parts) => parts.map((part) => `${part}`.padStart(2, "0")).join(":"));
  const day = fc.constantFrom("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Sat,Sun", "Fri-Mon", "daily");
  const window = fc
    .tuple(day, time, time)
    .filter(([, from, to]) => from !== to)
    .map(([days, from, to]) => `${days} ${from}-${to}`);
  const zone = fc.constantFrom("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia");
  // Within a fortnight of a change of the clock.
  const instant = fc
    .tuple(fc.constantFrom("2026-03-08", "2026-03-29", "2026-04-05", "2026-10-25", "2011-12-30"), fc.nat(14 * 24 * 60))
    .map(([date, minutes]) => at(`${date}T00:00`) + (minutes - 7 * 24 * 60) * 60_000);

  it("the next opening is open, and nothing before it is", () => {
    fc.assert(
      fc.property(fc.array(window, { minLength: 1, maxLength: 3 }), zone, instant, (texts, timezone, nowMs) => {
        const windows = maintenanceWindows(texts, timezone);
        const next = nextOpening(windows, nowMs);
        expect(isOpen(windows, next)).toBe(true);
        expect(next - nowMs).toBeLessThan(15 * MS_PER_DAY);
        const step = Math.max(60_000, Math.floor((next - nowMs) / 300));
        for (let before = nowMs; before < next; before += step) expect(isOpen(windows, before)).toBe(false);
        if (next > nowMs) expect(isOpen(windows, next - 1)).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  it("no text does more than be refused", () => {
    const chars = fc.constantFrom(
      "Mon",
      "sun",
      "daily",
      " ",
      "0",
      "2",
      "10",
      ":",
      ":",
      ",",
      "-",
      "+",
      "\0",
      "\u202e",
      "\n",
    );
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: chars, maxLength: 40 })), (text) => {
        const fault = windowFault(text);
        if (fault === null) expect(isOpen(maintenanceWindows([text], "UTC"), 0)).toBeTypeOf("boolean");
        else expect(fault).toContain("Write it like");
      }),
      { numRuns: 2000 },
    );
  });
});

describe("a text that is no window", () => {
  it.each([
    ["", "is no maintenance window"],
    ["22:00-06:00", "is no maintenance window"],
    ["Mon 22:00", "is no maintenance window"],
    ["Mon 22-06", "is no maintenance window"],
    ["Mon 24:00-06:00", "times of day"],
    ["Mon 22:60-23:00", "times of day"],
    ["Mon 22:00-24:01", "times of day"],
    ["Mon 06:00-06:00", "is empty"],
    ["Monday 01:00-02:00", '"Monday" is no day'],
    ["Mon,,Tue 01:00-02:00", '"" is no day'],
    ["Mon-Tue-Wed 01:00-02:00", '"Mon-Tue-Wed" is no day'],
    ["daily,Mon 01:00-02:00", '"daily" is no day'],
  ])("%j: %s", (text, words) => {
    expect(windowFault(text)).toContain(words);
    expect(windowFault(text)).toContain(JSON.stringify(text));
    expect(() => maintenanceWindows([text], "UTC")).toThrow(AstraError);
  });

  it("or zone that is none is named with the fix", () => {
    expect(["UTC", "Europe/Berlin", "Mars/Olympus", "", "../etc"].map(isTimeZone)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(() => maintenanceWindows([], "Mars/Olympus")).toThrow(/"Mars\/Olympus" is no time zone/);
  });
});
