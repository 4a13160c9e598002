import fc from "fast-check";
import { expect, test } from "vitest";
import { type AccessStats, NO_ACCESS, recordReads } from "../access-stats.ts";
import { MS_PER_DAY, dayNumber } from "../units.ts";
import { type DayReads, recordDay, weightInDay } from "./day-reads.ts";

const FIRST_MS = Date.UTC(2026, 0, 1);
const KEEP_DAYS = 366;

function addedUp(times: readonly number[]): DayReads[] {
  const days = new Map<number, number[]>();
  for (const ms of times) days.set(dayNumber(ms), [...(days.get(dayNumber(ms)) ?? []), ms]);
  return [...days].map(([day, ofDay]) => ({
    day,
    reads: ofDay.length,
    weight: ofDay.reduce((sum, ms) => sum + weightInDay(ms, day), 0),
    lastMs: Math.max(...ofDay),
  }));
}

function expectAlike(a: AccessStats, b: AccessStats): void {
  expect({ ...a, decayedReads: 0, decayedReadDays: 0 }).toEqual({ ...b, decayedReads: 0, decayedReadDays: 0 });
  expect(a.decayedReads).toBeCloseTo(b.decayedReads, 9);
  expect(a.decayedReadDays).toBeCloseTo(b.decayedReadDays, 9);
}

const times = fc.array(
  fc.integer({ min: 0, max: 20 * 86_400 }).map((second) => FIRST_MS + second * 1000),
  {
    minLength: 1,
    maxLength: 60,
  },
);

test("a day's reads added up are as good as one by one", () => {
  fc.assert(
    fc.property(times, (reads) => {
      const oneByOne = reads.reduce((stats, ms) => recordReads(stats, ms, 1, KEEP_DAYS), NO_ACCESS);
      const byDay = addedUp(reads).reduce((stats, day) => recordDay(stats, day, KEEP_DAYS), NO_ACCESS);
      expectAlike(byDay, oneByOne);
    }),
  );
});

test("a late log gives the day it belongs to what it would have had in time", () => {
  fc.assert(
    fc.property(times, times, (early, late) => {
      const add = (stats: AccessStats, reads: readonly number[]) =>
        addedUp(reads).reduce((sum, day) => recordDay(sum, day, KEEP_DAYS), stats);
      expectAlike(add(add(NO_ACCESS, late), early), add(NO_ACCESS, [...early, ...late]));
    }),
  );
});

test("reads of one instant, at the ends of a day", () => {
  for (const atMs of [FIRST_MS, FIRST_MS + MS_PER_DAY - 1]) {
    const day = dayNumber(atMs);
    const many = recordDay(NO_ACCESS, { day, reads: 3, weight: 3 * weightInDay(atMs, day), lastMs: atMs }, KEEP_DAYS);
    expect(many).toMatchObject({ lifetimeReads: 3, lastAccessMs: atMs, decayedAtMs: atMs, days: [{ day, reads: 3 }] });
    expect(many.decayedReads).toBeCloseTo(3, 9);
  }
});
