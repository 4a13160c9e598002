/** What a case is, and what it reports. */
import { type Outcome, type Phase, phaseOf } from "./outcome.ts";
import type { BenchOptions } from "./options.ts";

/** One measured round: ours, and whatever ran beside it. */
export interface Round {
  readonly phase: Phase;
  readonly rssPeakBytes: number;
  /** CPU of the whole measured process, its start included; `null` where it did more than the work. */
  readonly processCpuSeconds: number | null;
  /** Likewise, from start to exit. */
  readonly processWallSeconds?: number | null;
}

/** A round in which the process did nothing else than the work. */
export function wholeRound(outcome: Outcome, phase: string): Round {
  const { rssPeakBytes, processCpuSeconds, processWallSeconds } = outcome;
  return { phase: phaseOf(outcome, phase), rssPeakBytes, processCpuSeconds, processWallSeconds };
}

/** A line of the table. */
export interface Series {
  readonly name: string;
  readonly rounds: readonly Round[];
}

/** Somebody else's tool that could not run here. */
export interface NotRun {
  readonly name: string;
  readonly reason: string;
}

export interface CaseReport {
  /** What is counted: `event`, `object`. */
  readonly unit: string;
  /** How much of it, by the name it has on the command line: `rows`. */
  readonly amount?: Readonly<Record<string, number>>;
  /** The figure the case is about. */
  readonly main: Series;
  /** Parts or variants of it. */
  readonly parts: readonly Series[];
  readonly peers: readonly (Series | NotRun)[];
  /** What was checked, in words, and sizes that the figures depend on. */
  readonly detail: Readonly<Record<string, string | number>>;
}

export interface BenchCase {
  readonly name: string;
  readonly summary: string;
  /** @throws CheckFailed where the work's result is wrong; {@link CannotRun} where the machine lacks something. */
  run(options: BenchOptions): Promise<CaseReport>;
}

/** The machine lacks what a case needs. */
export class CannotRun extends Error {}

/** The work that was timed did not do what it should have done. */
export class CheckFailed extends Error {}

/** @throws CheckFailed */
export function check(what: string, found: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) throw new CheckFailed(`${what}: found ${a}, expected ${b}`);
}
