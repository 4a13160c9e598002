/** Reads of one object, added up by day: as good as one by one for everything that is remembered of them. */
import { type AccessStats, RATE_HALF_LIFE_DAYS, recordReads } from "../access-stats.ts";
import type { ObjectRef } from "../object-ref.ts";
import { MS_PER_DAY } from "../units.ts";

const HALF_LIFE_MS = RATE_HALF_LIFE_DAYS * MS_PER_DAY;

/** Reads of one object on one day (UTC). */
export interface DayReads {
  /** Days since 1970-01-01 UTC. */
  readonly day: number;
  readonly reads: number;
  /** Sum of {@link weightInDay} of the reads. */
  readonly weight: number;
  /** Instant of the last of them, epoch ms. */
  readonly lastMs: number;
}

/** Reads of one object on one day, and who made them. */
export interface ReadsOfDay extends ObjectRef, DayReads {
  /** The reader, where a rule may exclude him for some objects; all others stand together under `null`. */
  readonly principal: string | null;
}

/** What a read weighs in the decayed counts beside one at the first instant of its day: between 1 and 1.024. */
export function weightInDay(timeMs: number, day: number): number {
  return 2 ** ((timeMs - day * MS_PER_DAY) / HALF_LIFE_MS);
}

/**
 * Adds a day's reads. The last stands for itself; the others are taken together at the instant at which as many reads weigh
 * as much as they do, so that every count is that of the reads one by one.
 */
export function recordDay(stats: AccessStats, { day, reads, weight, lastMs }: DayReads, keepDays: number): AccessStats {
  if (reads === 1) return recordReads(stats, lastMs, 1, keepDays);
  const others = reads - 1;
  const meanWeight = (weight - weightInDay(lastMs, day)) / others;
  const meanMs = day * MS_PER_DAY + HALF_LIFE_MS * Math.log2(meanWeight);
  // Rounding must not make the others later than the last, nor of the day before.
  const atMs = Math.max(day * MS_PER_DAY, Math.min(meanMs, lastMs));
  return recordReads(recordReads(stats, atMs, others, keepDays), lastMs, 1, keepDays);
}
