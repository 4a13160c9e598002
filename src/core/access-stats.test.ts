import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AccessStats,
  NO_ACCESS,
  RATE_HALF_LIFE_DAYS,
  readRate,
  readsInWindow,
  recordReads,
} from "./access-stats.ts";
import { MS_PER_DAY, MS_PER_HOUR } from "./units.ts";

const DAY_0 = 20_000 * MS_PER_DAY;
const KEEP_DAYS = 400;

interface Access {
  readonly atMs: number;
  readonly reads: number;
}

function recordAll(accesses: readonly Access[], keepDays = KEEP_DAYS): AccessStats {
  return accesses.reduce((stats, { atMs, reads }) => recordReads(stats, atMs, reads, keepDays), NO_ACCESS);
}

const access = fc.record({
  atMs: fc.integer({ min: 0, max: 365 * MS_PER_DAY }).map((offset) => DAY_0 + offset),
  reads: fc.integer({ min: 1, max: 1000 }),
});

describe("recording reads", () => {
  it("gives the same statistics in whatever order the events come", () => {
    const shuffled = fc
      .array(access, { minLength: 1, maxLength: 30 })
      .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
    fc.assert(
      fc.property(shuffled, ([inOrder, anyOrder]) => {
        const a = recordAll(inOrder);
        const b = recordAll(anyOrder);
        expect(b.days).toEqual(a.days);
        expect(b.lifetimeReads).toBe(a.lifetimeReads);
        expect(b.lastAccessMs).toBe(a.lastAccessMs);
        expect(b.decayedAtMs).toBe(a.decayedAtMs);
        expect(b.decayedReads / a.decayedReads).toBeCloseTo(1, 9);
        expect(b.decayedReadDays / a.decayedReadDays).toBeCloseTo(1, 9);
      }),
    );
  });

  it("counts every read, and each day once", () => {
    fc.assert(
      fc.property(fc.array(access, { maxLength: 30 }), (accesses) => {
        const stats = recordAll(accesses);
        const total = accesses.reduce((sum, each) => sum + each.reads, 0);
        expect(stats.lifetimeReads).toBe(total);
        expect(stats.days.reduce((sum, each) => sum + each.reads, 0)).toBe(total);
        const days = stats.days.map((each) => each.day);
        expect(days).toEqual([...new Set(days)].toSorted((a, b) => a - b));
      }),
    );
  });

  it("drops days older than the kept ones from the window, never from the lifetime count", () => {
    const stats = recordAll(
      [
        { atMs: DAY_0, reads: 3 },
        { atMs: DAY_0 + 10 * MS_PER_DAY, reads: 4 },
      ],
      10,
    );
    expect(stats.days).toEqual([{ day: 20_010, reads: 4 }]);
    expect(stats.lifetimeReads).toBe(7);
    expect(
      recordAll(
        [
          { atMs: DAY_0, reads: 3 },
          { atMs: DAY_0 + 9 * MS_PER_DAY, reads: 4 },
        ],
        10,
      ).days,
    ).toHaveLength(2);
  });

  it("does not count a day twice when late reads of it arrive after it left the window", () => {
    const late = { atMs: DAY_0, reads: 1 };
    const once = recordAll([{ atMs: DAY_0 + 100 * MS_PER_DAY, reads: 1 }, late], 10);
    const twice = recordAll([{ atMs: DAY_0 + 100 * MS_PER_DAY, reads: 1 }, late, late], 10);
    expect(twice.decayedReadDays).toBe(once.decayedReadDays);
    expect(twice.lifetimeReads).toBe(3);
  });

  it("halves a decayed count per half-life", () => {
    const later = DAY_0 + RATE_HALF_LIFE_DAYS * MS_PER_DAY;
    expect(
      recordAll([
        { atMs: DAY_0, reads: 8 },
        { atMs: later, reads: 1 },
      ]).decayedReads,
    ).toBeCloseTo(5, 12);
    expect(
      recordAll([
        { atMs: later, reads: 1 },
        { atMs: DAY_0, reads: 8 },
      ]).decayedReads,
    ).toBeCloseTo(5, 12);
  });
});

describe("the window", () => {
  const stats = recordAll([{ atMs: DAY_0 + 13 * MS_PER_HOUR, reads: 5 }]);

  it.each([
    { daysLater: 0, reads: 5 },
    { daysLater: 1, reads: 5 },
    { daysLater: 89, reads: 5 },
    { daysLater: 90, reads: 0 },
    { daysLater: 91, reads: 0 },
  ])("of 90 days holds $reads reads $daysLater days later", ({ daysLater, reads }) => {
    expect(readsInWindow(stats, DAY_0 + daysLater * MS_PER_DAY, 90)).toBe(reads);
    expect(readsInWindow(stats, DAY_0 + (daysLater + 1) * MS_PER_DAY - 1, 90)).toBe(reads);
  });

  it("of one day is today", () => {
    expect(readsInWindow(stats, DAY_0 + MS_PER_DAY - 1, 1)).toBe(5);
    expect(readsInWindow(stats, DAY_0 + MS_PER_DAY, 1)).toBe(0);
  });

  it("leaves reads of a day to come out", () => {
    expect(readsInWindow(stats, DAY_0 - 1, 90)).toBe(0);
  });
});

describe("the read rate", () => {
  it("of an object never read is zero", () => {
    expect(readRate(NO_ACCESS, null, DAY_0)).toEqual({ readsPerMonth: 0, readDaysPerMonth: 0 });
  });

  it("finds a steady rate again", () => {
    const accesses = Array.from({ length: 360 }, (_, day) => ({ atMs: DAY_0 + day * MS_PER_DAY, reads: 2 }));
    const rate = readRate(recordAll(accesses), DAY_0, DAY_0 + 360 * MS_PER_DAY);
    expect(rate.readsPerMonth / (2 * 30.4375)).toBeCloseTo(1, 1);
    expect(rate.readDaysPerMonth / 30.4375).toBeCloseTo(1, 1);
  });

  it("does not take a young object's short past for a low rate", () => {
    const accesses = Array.from({ length: 5 }, (_, day) => ({ atMs: DAY_0 + day * MS_PER_DAY, reads: 1 }));
    const rate = readRate(recordAll(accesses), DAY_0, DAY_0 + 5 * MS_PER_DAY);
    expect(rate.readsPerMonth).toBeGreaterThan(28);
    expect(rate.readsPerMonth).toBeLessThan(33);
  });

  it("halves when nothing is read for a half-life", () => {
    const stats = recordAll([{ atMs: DAY_0, reads: 100 }]);
    const before = readRate(stats, null, DAY_0).readsPerMonth;
    const after = readRate(stats, null, DAY_0 + RATE_HALF_LIFE_DAYS * MS_PER_DAY).readsPerMonth;
    expect(after).toBeCloseTo(before / 2, 9);
  });

  it("never reads a future access as growth", () => {
    const stats = recordAll([{ atMs: DAY_0 + MS_PER_DAY, reads: 10 }]);
    expect(readRate(stats, null, DAY_0)).toEqual(readRate(stats, null, DAY_0 + MS_PER_DAY));
  });
});
