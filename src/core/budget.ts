/** How much of what is to be moved the caps let begin. Sums in whole nanos: nothing is passed by what rounding hides. */
import type { StopReason } from "./brakes.ts";
import { NANOS_PER_MICRO, type Spend, plusSpend } from "./spend.ts";

/** The most a run, and all runs of a day, may cost. A cap of 0 lets only what is free begin. */
export interface Caps {
  /** Micro-dollars. */
  readonly feePerRunMicros: number;
  /** Micro-dollars; the day is that of UTC. */
  readonly feePerDayMicros: number;
  readonly objectsPerRun: number;
  /** `null`: no cap. */
  readonly bytesPerRun: number | null;
}

/** What was spent so far, reservations included. */
export interface Spent {
  readonly run: Spend;
  readonly day: Spend;
}

/** How many of the entries begin, and the cap that the next one would pass; `null` where all of them begin. */
export interface Admission {
  readonly count: number;
  readonly stopReason: StopReason | null;
}

/**
 * Counts the entries from the front that fit under every cap; reaching one exactly is allowed. What stands behind an entry
 * that does not fit waits, even where it is smaller, so that a plan is carried out in its order.
 */
export function admitted(spends: readonly Spend[], spent: Spent, caps: Caps): Admission {
  let { run, day } = spent;
  for (const [count, spend] of spends.entries()) {
    run = plusSpend(run, spend);
    day = plusSpend(day, spend);
    const stopReason = capPassed({ run, day }, caps);
    if (stopReason !== null) return { count, stopReason };
  }
  return { count: spends.length, stopReason: null };
}

/** The first cap that the sums lie above, or `null`. */
export function capPassed({ run, day }: Spent, caps: Caps): StopReason | null {
  if (run.feeNanos > capNanos(caps.feePerRunMicros)) return "fee_per_run";
  if (day.feeNanos > capNanos(caps.feePerDayMicros)) return "fee_per_day";
  if (run.objects > caps.objectsPerRun) return "objects_per_run";
  return caps.bytesPerRun !== null && run.bytes > caps.bytesPerRun ? "bytes_per_run" : null;
}

/** What is left under each cap, never below 0; money in micros. */
export interface Remaining {
  readonly runMicros: number;
  readonly dayMicros: number;
  readonly objects: number;
  /** `null`: no cap. */
  readonly bytes: number | null;
}

/** What may still be spent. */
export function remaining({ run, day }: Spent, caps: Caps): Remaining {
  return {
    runMicros: Math.max(0, capNanos(caps.feePerRunMicros) - run.feeNanos) / NANOS_PER_MICRO,
    dayMicros: Math.max(0, capNanos(caps.feePerDayMicros) - day.feeNanos) / NANOS_PER_MICRO,
    objects: Math.max(0, caps.objectsPerRun - run.objects),
    bytes: caps.bytesPerRun === null ? null : Math.max(0, caps.bytesPerRun - run.bytes),
  };
}

/**
 * A cap in whole nanos, rounded down. A product such as 0.29 × 1,000,000 may come out a few units of the last place below
 * the number that was written: what is that near a whole number is that number.
 */
function capNanos(micros: number): number {
  const nanos = micros * NANOS_PER_MICRO;
  const nearest = Math.round(nanos);
  return Math.abs(nanos - nearest) <= 4 * Number.EPSILON * nearest ? nearest : Math.floor(nanos);
}
