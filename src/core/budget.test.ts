import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Caps, admitted, capPassed, remaining } from "./budget.ts";
import { NO_SPEND, type Spend, plusSpend, spendOf } from "./spend.ts";
import { MICROS_PER_DOLLAR } from "./units.ts";

const NO_CAPS: Caps = { feePerRunMicros: 1e9, feePerDayMicros: 1e9, objectsPerRun: 1e9, bytesPerRun: null };
const NOTHING = { run: NO_SPEND, day: NO_SPEND };

const moves = (count: number, feeMicros: number, sizeBytes = 1): Spend[] =>
  Array.from({ length: count }, () => spendOf({ feeMicros, sizeBytes }));

describe("caps", () => {
  it.each<[string, Partial<Caps>, number]>([
    ["fee_per_run", { feePerRunMicros: 30 }, 3],
    ["fee_per_day", { feePerDayMicros: 39.9999 }, 3],
    ["objects_per_run", { objectsPerRun: 4 }, 4],
    ["bytes_per_run", { bytesPerRun: 200 }, 2],
    ["fee_per_run", { feePerRunMicros: 0, objectsPerRun: 0, bytesPerRun: 0 }, 0],
    ["objects_per_run", { objectsPerRun: 0 }, 0],
  ])("%s stops what would pass it, not what reaches it", (stopReason, caps, count) => {
    expect(admitted(moves(5, 10, 100), NOTHING, { ...NO_CAPS, ...caps })).toEqual({ count, stopReason });
  });

  it("let everything begin that fits, and name none then", () => {
    expect(admitted(moves(5, 10), NOTHING, { ...NO_CAPS, feePerRunMicros: 50 })).toEqual({
      count: 5,
      stopReason: null,
    });
    expect(admitted([], NOTHING, { ...NO_CAPS, feePerRunMicros: 0 })).toEqual({ count: 0, stopReason: null });
  });

  it("count what other runs of the day spent against the day only", () => {
    const spent = { run: NO_SPEND, day: plusSpend(NO_SPEND, { feeNanos: 25_000, objects: 9, bytes: 9 }) };
    const caps = { ...NO_CAPS, feePerRunMicros: 100, feePerDayMicros: 45, objectsPerRun: 5 };
    expect(admitted(moves(5, 10), spent, caps)).toEqual({ count: 2, stopReason: "fee_per_day" });
  });

  it("of 0 let free moves begin", () => {
    expect(admitted(moves(3, 0), NOTHING, { ...NO_CAPS, feePerRunMicros: 0 })).toEqual({ count: 3, stopReason: null });
  });

  it("hold back what stands behind a move that does not fit", () => {
    const spends = [...moves(1, 10), ...moves(1, 100), ...moves(1, 1)];
    expect(admitted(spends, NOTHING, { ...NO_CAPS, feePerRunMicros: 50 }).count).toBe(1);
  });

  it("given in cents are those cents, and fractions of a nano are cut off", () => {
    for (let cents = 0; cents <= 5000; cents += 1) {
      const nanos = cents * 10_000_000;
      const caps = { ...NO_CAPS, feePerRunMicros: (cents / 100) * MICROS_PER_DOLLAR };
      const at = (feeNanos: number) => capPassed({ run: { ...NO_SPEND, feeNanos }, day: NO_SPEND }, caps);
      expect([at(nanos), at(nanos + 1)], `${cents} cents`).toEqual([null, "fee_per_run"]);
    }
    const caps = { ...NO_CAPS, feePerRunMicros: 0.0019 };
    expect(remaining(NOTHING, caps).runMicros).toBe(0.001);
  });
});

const amounts = fc.record({
  feeNanos: fc.integer({ min: 0, max: 1_000_000 }),
  objects: fc.constant(1),
  bytes: fc.integer({ min: 0, max: 1000 }),
});
const caps = fc.record({
  feePerRunMicros: fc.double({ min: 0, max: 5000, noNaN: true }),
  feePerDayMicros: fc.double({ min: 0, max: 5000, noNaN: true }),
  objectsPerRun: fc.nat(30),
  bytesPerRun: fc.option(fc.nat(10_000)),
});
const spends = fc.array(amounts, { maxLength: 30 });
const spent = fc.record({ run: amounts, day: amounts }).map(({ run, day }) => ({ run, day: plusSpend(run, day) }));

const after = (before: { run: Spend; day: Spend }, begun: readonly Spend[]) => ({
  run: begun.reduce(plusSpend, before.run),
  day: begun.reduce(plusSpend, before.day),
});

describe("whatever is asked and spent", () => {
  it("no cap is passed, and what stops would pass the cap that is named", () => {
    fc.assert(
      fc.property(spends, spent, caps, (asked, before, limits) => {
        const { count, stopReason } = admitted(asked, before, limits);
        if (count > 0) {
          const { run, day } = after(before, asked.slice(0, count));
          expect(run.feeNanos).toBeLessThanOrEqual(limits.feePerRunMicros * 1000);
          expect(day.feeNanos).toBeLessThanOrEqual(limits.feePerDayMicros * 1000);
          expect(run.objects).toBeLessThanOrEqual(limits.objectsPerRun);
          expect(run.bytes).toBeLessThanOrEqual(limits.bytesPerRun ?? Infinity);
        }
        if (stopReason === null) expect(count).toBe(asked.length);
        else expect(capPassed(after(before, asked.slice(0, count + 1)), limits)).toBe(stopReason);
      }),
      { numRuns: 2000 },
    );
  });

  it("asking in parts admits the same as asking at once", () => {
    fc.assert(
      fc.property(spends, spent, caps, fc.nat(30), (asked, before, limits, cut) => {
        const whole = admitted(asked, before, limits);
        const first = admitted(asked.slice(0, cut), before, limits);
        const rest =
          first.stopReason === null
            ? admitted(asked.slice(cut), after(before, asked.slice(0, cut)), limits)
            : { count: 0, stopReason: first.stopReason };
        expect({ count: first.count + rest.count, stopReason: rest.stopReason }).toEqual(whole);
      }),
      { numRuns: 2000 },
    );
  });

  it("what remains is what one more move may be", () => {
    fc.assert(
      fc.property(spent, amounts, fc.nat(1_000_000), (before, left, moreOfDay) => {
        const limits = {
          feePerRunMicros: (before.run.feeNanos + left.feeNanos) / 1000,
          feePerDayMicros: (before.day.feeNanos + left.feeNanos + moreOfDay) / 1000,
          objectsPerRun: before.run.objects + left.objects,
          bytesPerRun: before.run.bytes + left.bytes,
        };
        const { runMicros, dayMicros, objects, bytes } = remaining(before, limits);
        expect([runMicros, dayMicros]).toEqual([left.feeNanos / 1000, (left.feeNanos + moreOfDay) / 1000]);
        expect([objects, bytes]).toEqual([left.objects, left.bytes]);
        expect(admitted([left], before, limits)).toEqual({ count: 1, stopReason: null });
        for (const field of ["feeNanos", "objects", "bytes"] as const) {
          expect(admitted([{ ...left, [field]: left[field] + 1 }], before, limits).count).toBe(0);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("nothing remains below 0", () => {
    const run = { feeNanos: 5000, objects: 7, bytes: 8 };
    const limits = { feePerRunMicros: 1, feePerDayMicros: 2, objectsPerRun: 3, bytesPerRun: 4 };
    expect(remaining({ run, day: run }, limits)).toEqual({ runMicros: 0, dayMicros: 0, objects: 0, bytes: 0 });
    expect(remaining({ run, day: run }, NO_CAPS).bytes).toBeNull();
  });
});
