/** What a mean object of a cohort costs from month to month, left where it is and under the decisions of Astra. */
import type { ReadRate } from "../access-stats.ts";
import { monthlyBill } from "../pricing/bill.ts";
import { type DecideContext, type Decision, type KnownHold, decide } from "../decide.ts";
import { laterView } from "./forecast-cohorts.ts";
import type { ObjectView } from "../strategy.ts";
import { DAYS_PER_MONTH, MS_PER_DAY } from "../units.ts";

/** A month, or what is left of the present one. */
export interface ForecastStep {
  /** `2026-12`. */
  readonly month: string;
  /** Days from now to its begin. */
  readonly fromDays: number;
  readonly days: number;
  /** Share of a calendar month that it is: a GB-month costs the same in every one. */
  readonly share: number;
}

/** One object in one step; micro-dollars. */
export interface StepCost {
  readonly storageClass: string;
  /** Rent and monitoring. */
  readonly rentMicros: number;
  /** Requests and retrieval of the reads expected. */
  readonly readsMicros: number;
  /** Of the move into this class, if the step begins with one. */
  readonly feeMicros: number;
  /** The rule in charge. */
  readonly policy: string;
}

/** The same object left alone and under Astra, step by step. */
export interface ForecastPath {
  readonly without: readonly StepCost[];
  readonly with: readonly StepCost[];
}

export interface PathOptions {
  readonly steps: readonly ForecastStep[];
  readonly deciding: DecideContext;
  /** Share of an object's read rate left after a month. */
  readonly quietDecay: number;
  readonly windowDays: number;
  /** Read rate at a day from now, where it is known otherwise than by the view's own rate and its decay. */
  readonly rateAt?: (days: number) => ReadRate;
}

/** The name of what decides: the policy's rule, else the strategy's. */
export function policyOf(decision: Decision): string {
  const { policy } = decision;
  return policy.orderedBy ?? policy.rules[0] ?? decision.proposal?.rule ?? "none";
}

/** @returns `null` where a price is unknown. */
export function forecastPath(view: ObjectView, hold: KnownHold, options: PathOptions): ForecastPath | null {
  const left: StepCost[] = [];
  const moved: StepCost[] = [];
  let storageClass = view.storageClass;
  let classFromDays = -view.daysInClass;
  for (const step of options.steps) {
    const then = viewAt(view, step, options);
    const seen = { ...then, storageClass, daysInClass: step.fromDays - classFromDays };
    const decision = decide(seen, hold, options.deciding);
    const policy = policyOf(decision);
    let feeMicros = 0;
    if (decision.kind === "move") {
      feeMicros = decision.sums.fee.totalMicros;
      storageClass = decision.proposal.storageClass;
      classFromDays = step.fromDays;
    }
    const stays = stepCost(then, view.storageClass, step, options);
    const moves = stepCost(then, storageClass, step, options);
    if (!stays || !moves) return null;
    left.push({ ...stays, feeMicros: 0, policy });
    moved.push({ ...moves, feeMicros, policy });
  }
  return { without: left, with: moved };
}

/** At the step's begin, with the reads of its middle. */
function viewAt(view: ObjectView, step: ForecastStep, options: PathOptions): ObjectView {
  const { windowDays, quietDecay, rateAt } = options;
  const middle = step.fromDays + step.days / 2;
  if (rateAt) return laterView({ ...view, rate: rateAt(middle) }, { days: step.fromDays, rateLeft: 1, windowDays });
  return laterView(view, { days: step.fromDays, rateLeft: quietDecay ** (middle / DAYS_PER_MONTH), windowDays });
}

type Priced = Pick<StepCost, "storageClass" | "rentMicros" | "readsMicros">;

function stepCost(view: ObjectView, storageClass: string, step: ForecastStep, options: PathOptions): Priced | null {
  const use = { sizeBytes: view.sizeBytes, ...view.rate };
  const bill = monthlyBill(options.deciding.prices, storageClass, use);
  if (!bill) return null;
  return {
    storageClass,
    rentMicros: (bill.storageMicros + bill.monitoringMicros) * step.share,
    readsMicros: ((bill.requestsMicros + bill.retrievalMicros) * step.days) / DAYS_PER_MONTH,
  };
}

/** What is left of the present month, and the calendar months after it. */
export function forecastSteps(nowMs: number, months: number): readonly ForecastStep[] {
  const now = new Date(nowMs);
  const at = (index: number): number => Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + index, 1);
  return Array.from({ length: months + 1 }, (_, index) => {
    const fromMs = Math.max(nowMs, at(index));
    const days = (at(index + 1) - fromMs) / MS_PER_DAY;
    return {
      month: new Date(at(index)).toISOString().slice(0, 7),
      fromDays: (fromMs - nowMs) / MS_PER_DAY,
      days,
      share: (at(index + 1) - fromMs) / (at(index + 1) - at(index)),
    };
  });
}

/** The life of what is born at an even pace within a month: half of that month, then whole ones. */
export function newbornSteps(steps: number): readonly ForecastStep[] {
  const half = DAYS_PER_MONTH / 2;
  return Array.from({ length: steps }, (_, index) => ({
    month: "",
    fromDays: index === 0 ? 0 : half + (index - 1) * DAYS_PER_MONTH,
    days: index === 0 ? half : DAYS_PER_MONTH,
    share: index === 0 ? 1 / 2 : 1,
  }));
}

/** Share of today's bytes that is left in the middle of a step. */
export function survival(step: ForecastStep, deletedPerMonth: number): number {
  return (1 - deletedPerMonth) ** ((step.fromDays + step.days / 2) / DAYS_PER_MONTH);
}

/** Share of a month's new objects that is left after so many months. */
export function bornSurvival(months: number, deletedPerMonth: number): number {
  return (1 - deletedPerMonth) ** months;
}
