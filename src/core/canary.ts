/** The first slice of a run, moved and judged before the rest: a wrong rule shows in it while it is still cheap. */
import type { PlannedMove } from "./plan.ts";
import { type PriceBook, managedClass } from "./pricing/price-book.ts";
import { DAYS_PER_MONTH, MICROS_PER_DOLLAR, MS_PER_DAY } from "./units.ts";

/** How large the slice is. */
export interface CanaryShare {
  /** Of the plan's moves, 0 to 100. */
  readonly percent: number;
  readonly atLeast: number;
}

/** Moves in the slice: min(moves, max(atLeast, ⌈moves × percent ÷ 100⌉)). */
export function canarySize(moves: number, { percent, atLeast }: CanaryShare): number {
  // 7 % of 100 is 7, although the product lies a little above it.
  return Math.min(moves, Math.max(atLeast, Math.ceil((moves * percent) / 100 - 1e-9)));
}

/** How one move of the slice stands when it is judged. `waiting`: asked for, and up to the store. */
export interface CanaryMove {
  readonly move: Pick<
    PlannedMove,
    "to" | "rule" | "policy" | "orderedByPolicy" | "feeMicros" | "savingMicrosPerMonth" | "worstCaseMicros" | "undoes"
  >;
  readonly state: "done" | "waiting" | "failed" | "skipped";
  /** Of a skip or failure. */
  readonly reason: string | null;
  /** Newest read of the object that is known of, from before or after its move; `null` where none is. */
  readonly lastAccessMs: number | null;
}

/** Limits of the judgement. */
export interface CanaryLimits {
  /** Days within which the slice must have saved its fees: `engine.max_payback_days`. */
  readonly paybackDays: number;
  /** The owner has accepted that the moves lose money. */
  readonly acceptLoss: boolean;
  readonly nowMs: number;
}

/** What the slice showed; money in micros. */
export interface CanarySums {
  readonly moves: number;
  readonly done: number;
  readonly waiting: number;
  readonly failed: number;
  readonly skipped: number;
  /** Skipped because the object is another one than the plan saw, or is gone. */
  readonly changed: number;
  /** Of moves done or waiting, as planned. */
  readonly feeMicros: number;
  /** What those save within the payback limit. */
  readonly savingMicros: number;
  /** Objects read within the last day that now have to be restored before they are read again. */
  readonly readAgain: number;
  /** One more full read of each of those; `null` where a price of that is unknown. */
  readonly readAgainMicros: number | null;
}

/** Whether the rest may follow. */
export interface CanaryVerdict {
  readonly isClean: boolean;
  /** One sentence with the numbers. */
  readonly why: string;
  readonly sums: CanarySums;
}

/** More of the slice than this changed since the plan: the plan speaks of a bucket that is no more. */
const MOST_CHANGED = 0.1;
const CHANGED_REASONS: ReadonlySet<string> = new Set(["changed", "missing"]);

/**
 * Judges the slice when all its moves have ended or wait for the store. It is clean where no move failed, at most a tenth
 * changed since the plan, and the money is as promised: what the moves save within the payback limit reaches their fees and,
 * for objects read within the last day that went where reading needs a restore, one more full read. Moves that take back
 * others are left out of the money: they were ordered one by one.
 */
export function judgeCanary(slice: readonly CanaryMove[], prices: PriceBook, limits: CanaryLimits): CanaryVerdict {
  const sums = sumsOf(slice, prices, limits);
  const fault = faultOf(slice, sums, limits);
  return { isClean: fault === null, why: fault ?? `the first ${sums.moves} moves ended as the plan promised`, sums };
}

function sumsOf(slice: readonly CanaryMove[], prices: PriceBook, limits: CanaryLimits): CanarySums {
  const count = (state: CanaryMove["state"]) => slice.filter((each) => each.state === state).length;
  const moved = slice.filter(hasMoney);
  const again = moved.filter((each) => mayBeReadAgain(each, prices, limits.nowMs));
  const readCosts = again.map(({ move }) =>
    move.worstCaseMicros === null ? null : move.worstCaseMicros - move.feeMicros,
  );
  return {
    moves: slice.length,
    done: count("done"),
    waiting: count("waiting"),
    failed: count("failed"),
    skipped: count("skipped"),
    changed: slice.filter(({ state, reason }) => state === "skipped" && CHANGED_REASONS.has(reason ?? "")).length,
    feeMicros: sum(moved.map(({ move }) => move.feeMicros)),
    savingMicros: sum(moved.map((each) => savingOf(each, limits))),
    readAgain: again.length,
    readAgainMicros: readCosts.some((cost) => cost === null) ? null : sum(readCosts.map((cost) => cost ?? 0)),
  };
}

function hasMoney({ move, state }: CanaryMove): boolean {
  return !move.undoes && (state === "done" || state === "waiting");
}

function savingOf({ move }: CanaryMove, { paybackDays }: CanaryLimits): number {
  return (move.savingMicrosPerMonth * paybackDays) / DAYS_PER_MONTH;
}

function mayBeReadAgain({ move, lastAccessMs }: CanaryMove, prices: PriceBook, nowMs: number): boolean {
  const isRecent = lastAccessMs !== null && nowMs - lastAccessMs < MS_PER_DAY;
  return isRecent && managedClass(prices, move.to)?.latency !== "instant";
}

/** @returns what is wrong, in a sentence, or `null` */
function faultOf(slice: readonly CanaryMove[], sums: CanarySums, limits: CanaryLimits): string | null {
  const { moves, failed, changed, feeMicros, savingMicros, readAgain, readAgainMicros } = sums;
  if (failed > 0) return `${failed} of the first ${moves} moves failed`;
  if (changed > moves * MOST_CHANGED) {
    return `${changed} of the first ${moves} objects changed since the plan was made: make a new one`;
  }
  if (limits.acceptLoss) return null;
  if (readAgainMicros === null) {
    return `${readAgain} of the first ${moves} objects were read within the last day, and what reading them again costs is not known`;
  }
  const costs = feeMicros + readAgainMicros;
  if (!isBelow(savingMicros, costs)) return null;
  const reads = readAgain === 0 ? "" : ` and ${dollars(readAgainMicros)} for reading ${readAgain} of them again`;
  return (
    `the first ${moves} moves save ${dollars(savingMicros)} in ${limits.paybackDays} days, ` +
    `but cost ${dollars(feeMicros)} in fees${reads}; ${worstRule(slice, limits)} loses most`
  );
}

/** Sums of doubles: what differs by a billionth is equal. */
function isBelow(saving: number, costs: number): boolean {
  return costs - saving > 1e-9 * Math.max(Math.abs(saving), costs);
}

function worstRule(slice: readonly CanaryMove[], limits: CanaryLimits): string {
  const gains = new Map<string, number>();
  for (const each of slice.filter(hasMoney)) {
    const { rule, policy, orderedByPolicy, feeMicros } = each.move;
    const name = orderedByPolicy && policy ? `policy ${policy}` : `rule ${rule}`;
    gains.set(name, (gains.get(name) ?? 0) + savingOf(each, limits) - feeMicros);
  }
  return [...gains].reduce((worst, next) => (next[1] < worst[1] ? next : worst), ["", Infinity])[0];
}

function sum(micros: readonly number[]): number {
  return micros.reduce((total, each) => total + each, 0);
}

const DOLLARS = new Intl.NumberFormat("en-US", {
  style: "currency",
  currency: "USD",
  maximumFractionDigits: 2,
  maximumSignificantDigits: 2,
  roundingPriority: "morePrecision",
});

function dollars(micros: number): string {
  return DOLLARS.format(micros / MICROS_PER_DOLLAR);
}
