/**
 * What is remembered of an object's reads: the lifetime count, exact counts per day within a window,
 * and exponentially decayed counts for rates. Adding is commutative within the kept window, so late events give the same
 * result there; later still, they only miss `decayedReadDays`, since a day forgotten can't be told from a new one.
 */
import { MS_PER_DAY, dayNumber } from "./units.ts";

/** Half-life of the decayed counts, in days (design: intelligence, `s` of the predictor). */
export const RATE_HALF_LIFE_DAYS = 30;

export interface DayReads {
  /** Days since 1970-01-01 UTC. */
  readonly day: number;
  readonly reads: number;
}

export interface AccessStats {
  readonly lifetimeReads: number;
  readonly lastAccessMs: number | null;
  /** Reads, each weighted 2^(-age / half-life) as of `decayedAtMs`. */
  readonly decayedReads: number;
  /** Days with at least one read, weighted likewise, each from its first instant. */
  readonly decayedReadDays: number;
  readonly decayedAtMs: number;
  /** Ascending by day, one entry a day with reads, within the kept window. */
  readonly days: readonly DayReads[];
}

/** Of an object never read. */
export const NO_ACCESS: AccessStats = {
  lifetimeReads: 0,
  lastAccessMs: null,
  decayedReads: 0,
  decayedReadDays: 0,
  decayedAtMs: 0,
  days: [],
};

/** The weight left of a count after `elapsedMs`. */
function decay(elapsedMs: number): number {
  return 2 ** (-elapsedMs / (RATE_HALF_LIFE_DAYS * MS_PER_DAY));
}

/**
 * Adds `reads` at `atMs`. Days older than `keepDays` before the newest known day are dropped from the window,
 * never from the lifetime count.
 */
export function recordReads(stats: AccessStats, atMs: number, reads: number, keepDays: number): AccessStats {
  const decayedAtMs = Math.max(stats.decayedAtMs, atMs);
  const oldWeight = stats.decayedAtMs === 0 ? 0 : decay(decayedAtMs - stats.decayedAtMs);
  const newWeight = decay(decayedAtMs - atMs);
  const day = dayNumber(atMs);
  const oldestDay = dayNumber(decayedAtMs) - keepDays;
  const isNewDay = day > oldestDay && !stats.days.some((entry) => entry.day === day);
  // From the day's first instant: the weight must not depend on which of the day's reads came first.
  const dayWeight = isNewDay ? decay(decayedAtMs - day * MS_PER_DAY) : 0;
  return {
    lifetimeReads: stats.lifetimeReads + reads,
    lastAccessMs: Math.max(stats.lastAccessMs ?? atMs, atMs),
    decayedReads: stats.decayedReads * oldWeight + reads * newWeight,
    decayedReadDays: stats.decayedReadDays * oldWeight + dayWeight,
    decayedAtMs,
    days: withDay(stats.days, day, reads, oldestDay),
  };
}

function withDay(days: readonly DayReads[], day: number, reads: number, oldest: number): DayReads[] {
  const kept: DayReads[] = [];
  let placed = false;
  for (const entry of days) {
    if (!placed && entry.day >= day) {
      kept.push({ day, reads: entry.day === day ? entry.reads + reads : reads });
      placed = true;
      if (entry.day === day) continue;
    }
    kept.push(entry);
  }
  if (!placed) kept.push({ day, reads });
  return kept.filter((entry) => entry.day > oldest);
}

/** Reads on the last `windowDays` days, today included: days in (today − windowDays, today]. */
export function readsInWindow(stats: AccessStats, nowMs: number, windowDays: number): number {
  const today = dayNumber(nowMs);
  let reads = 0;
  for (const entry of stats.days) if (entry.day > today - windowDays && entry.day <= today) reads += entry.reads;
  return reads;
}

/** Expected reads, per month of 30.4375 days. */
export interface ReadRate {
  readonly readsPerMonth: number;
  readonly readDaysPerMonth: number;
}

/**
 * The object's own decayed rate as of `nowMs`. A steady rate of λ reads a day keeps a decayed count of
 * λ × half-life / ln 2, less what an object younger than that has not had the time to gather.
 */
export function readRate(stats: AccessStats, createdMs: number | null, nowMs: number): ReadRate {
  if (stats.decayedAtMs === 0) return { readsPerMonth: 0, readDaysPerMonth: 0 };
  const weight = decay(Math.max(0, nowMs - stats.decayedAtMs));
  const perMonth = (30.4375 * weight) / watchedDays(createdMs === null ? null : (nowMs - createdMs) / MS_PER_DAY);
  return { readsPerMonth: stats.decayedReads * perMonth, readDaysPerMonth: stats.decayedReadDays * perMonth };
}

/** Days that the decayed counts of an object of that age stand for, each weighted like a count of that day. */
export function watchedDays(ageDays: number | null): number {
  const memoryDays = RATE_HALF_LIFE_DAYS / Math.LN2;
  return memoryDays * (1 - forgottenShare(ageDays));
}

/** Of the last age asked for: a decision asks for that of its object several times, and powers are slow. */
let lastAge: number | null = null;
let lastForgotten = 0;

/** What the decayed counts keep of a count as old as the object, which is taken to be a day old at least; 0 for `null`. */
export function forgottenShare(ageDays: number | null): number {
  if (ageDays !== lastAge) {
    lastAge = ageDays;
    lastForgotten = ageDays === null ? 0 : 2 ** (-Math.max(1, ageDays) / RATE_HALF_LIFE_DAYS);
  }
  return lastForgotten;
}

/** Days with reads, each weighted by its age, as of `nowMs`. */
export function decayedReadDaysAt(stats: AccessStats, nowMs: number): number {
  return stats.decayedAtMs === 0 ? 0 : stats.decayedReadDays * decay(Math.max(0, nowMs - stats.decayedAtMs));
}
