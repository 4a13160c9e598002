import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AWS, price } from "../../test/support/prices.ts";
import { RESTORE_SPEEDS } from "./plan-terms.ts";
import { chooseRestoreSpeed, nextRestoreLookMs } from "./restore-speed.ts";
import { GB_BYTES, MS_PER_HOUR } from "./units.ts";

const speedsOf = (name: string) => AWS.classes[name]?.restore ?? {};

describe("the speed of a restore", () => {
  it.each([
    ["GLACIER", 48, "bulk", 0],
    ["GLACIER", 12, "bulk", 0],
    ["GLACIER", 11.9, "standard", 10_050],
    ["GLACIER", 5, "standard", 10_050],
    ["GLACIER", 4, "expedited", 40_000],
    ["GLACIER", 0.01, "expedited", 40_000],
    ["DEEP_ARCHIVE", 48, "bulk", 2_525],
    ["DEEP_ARCHIVE", 47, "standard", 20_100],
    ["DEEP_ARCHIVE", 1, "standard", 20_100],
  ])("of 1 GB in %s within %d h is %s for %d micro-dollars", (name, deadlineHours, speed, micros) => {
    const chosen = chooseRestoreSpeed(speedsOf(name), RESTORE_SPEEDS, { sizeBytes: GB_BYTES, deadlineHours });
    expect(chosen?.speed).toBe(speed);
    expect(chosen?.micros).toBeCloseTo(micros, 6);
  });

  it("is one that the store offers, the faster of two that cost the same", () => {
    const wish = { sizeBytes: 1, deadlineHours: 100 };
    const slow = { hours: 9, perThousand: price(1), perGb: price(0) };
    const same = { a: slow, b: { ...slow, hours: 2 }, c: { ...slow, hours: 4 } };
    expect(chooseRestoreSpeed(same, ["a", "b", "c"], wish)?.speed).toBe("b");
    expect(chooseRestoreSpeed(same, ["a", "c"], wish)?.speed).toBe("c");
    expect(chooseRestoreSpeed(same, ["toString"], wish)).toBeNull();
  });

  it("is never one with an unknown price", () => {
    const speeds = { ...speedsOf("GLACIER"), bulk: { hours: 12, perThousand: price(0), perGb: null } };
    const wish = { sizeBytes: GB_BYTES, deadlineHours: 48 };
    expect(chooseRestoreSpeed(speeds, RESTORE_SPEEDS, wish)?.speed).toBe("standard");
    expect(chooseRestoreSpeed({ bulk: speeds.bulk }, RESTORE_SPEEDS, wish)).toBeNull();
  });
});

/** Hours after asking at which the object is looked at, up to `untilHours`. */
function looks(hours: number, untilHours: number): number[] {
  const found: number[] = [];
  for (let nowMs = 0; ;) {
    nowMs = nextRestoreLookMs({ askedMs: 0, hours }, nowMs);
    if (nowMs > untilHours * MS_PER_HOUR) return found;
    found.push(nowMs / MS_PER_HOUR);
  }
}

describe("looks at a restore", () => {
  it.each([
    [5, [2.5, 3.5, 4.5, 5.5]],
    [12, [6, 7.5, 9, 10.5, 12]],
    [48, [24, 30, 36, 42, 48]],
  ])("that may take %d h", (hours, expected) => {
    expect(looks(hours, hours + 1)).toEqual(expected);
  });

  it("of a few minutes begin soon and grow to an hour apart", () => {
    const at = looks(0.1, 10);
    expect(at.slice(0, 2)).toEqual([0.05, 0.075].map((each) => expect.closeTo(each, 9)));
    expect((at.at(-1) ?? 0) - (at.at(-2) ?? 0)).toBeCloseTo(1, 9);
    expect(at.length).toBeLessThan(25);
  });

  it("go on once after a pause, and at once after a clock that was ahead", () => {
    const askedMs = 1e12;
    const later = askedMs + 240 * MS_PER_HOUR;
    expect(nextRestoreLookMs({ askedMs, hours: 5 }, later)).toBe(later + MS_PER_HOUR);
    const earlier = askedMs - 1000 * MS_PER_HOUR;
    expect(nextRestoreLookMs({ askedMs, hours: 5 }, earlier)).toBe(earlier + 2.5 * MS_PER_HOUR);
  });

  it("always lie ahead", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.double({ min: 0.01, max: 100, noNaN: true }), (askedMs, nowMs, hours) => {
        expect(nextRestoreLookMs({ askedMs, hours }, nowMs)).toBeGreaterThan(nowMs);
      }),
    );
  });
});
