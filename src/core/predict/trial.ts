/**
 * Which mode a bucket is worked in. All modes are replayed side by side; a bold one is used only where it has clearly
 * paid of late, and given up as soon as it has cost. A decision on a day looks at earlier days only.
 */
import { MODES, type Mode } from "./predictor.ts";

/** Days of evidence looked at, and how often. */
const EVIDENCE_DAYS = 270;
const REVIEW_DAYS = 28;
/** Least evidence, in days. */
const LEAST_DAYS = 28;
const BOLD: readonly Mode[] = MODES.filter((mode) => mode !== "calm");
/** A bold mode must have cost at most this share of the calm one. */
const CLEARLY = 0.97;
/** It is given up when it has cost this share of the calm mode's spending since the split more than that. */
const TOLERANCE = 0.01;

/** Dollars by day of every mode, from the day `from` of the trial on. */
export interface TrialInput {
  readonly spending: Readonly<Record<Mode, Float64Array>>;
  readonly from: number;
  readonly splitDay: number;
}

/** The mode of every day from the split on. */
export interface ModeTimeline {
  readonly modeOn: (day: number) => Mode;
}

/** Works the modes out, review by review. */
export function modeTimeline(input: TrialInput): ModeTimeline {
  const { spending, splitDay } = input;
  const modes: Mode[] = [];
  let mode: Mode = "calm";
  let excess = 0;
  let calmSpent = 0;
  for (let day = splitDay; day < spending.calm.length; day += 1) {
    const isCostly = excess > TOLERANCE * calmSpent && day - splitDay >= REVIEW_DAYS;
    if (mode !== "calm" && isCostly && isWorseOfLate(input, mode, day)) mode = "calm";
    else if ((day - splitDay) % REVIEW_DAYS === 0) mode = bestMode(input, mode, day);
    modes.push(mode);
    excess += (spending[mode][day] ?? 0) - (spending.calm[day] ?? 0);
    calmSpent += spending.calm[day] ?? 0;
  }
  return { modeOn: (day) => modes[day - splitDay] ?? "calm" };
}

/** The mode after a trial of which every day is past. */
export function modeNow(input: TrialInput): Mode {
  return bestMode(input, "calm", input.spending.calm.length);
}

/** The cheapest of late, where that is clear. */
function bestMode(input: TrialInput, present: Mode, day: number): Mode {
  const { spending, from } = input;
  const first = Math.max(from, day - EVIDENCE_DAYS);
  if (day - first < LEAST_DAYS) return "calm";
  const spent = (mode: Mode): number => sum(spending[mode], first, day);
  const bold = BOLD.filter((mode) => spent(mode) < CLEARLY * spent("calm") && !isWorseOfLate(input, mode, day));
  const best = bold.toSorted((a, b) => spent(a) - spent(b))[0];
  if (best === undefined) return "calm";
  return bold.includes(present) && spent(best) > CLEARLY * spent(present) ? present : best;
}

/** A bucket whose last weeks cost more in a bold mode is not brought into it, however good it was before. */
function isWorseOfLate({ spending, from }: TrialInput, mode: Mode, day: number): boolean {
  const first = Math.max(from, day - REVIEW_DAYS);
  return sum(spending[mode], first, day) > sum(spending.calm, first, day);
}

function sum(values: Float64Array, from: number, until: number): number {
  let total = 0;
  for (let index = from; index < until; index += 1) total += values[index] ?? 0;
  return total;
}
