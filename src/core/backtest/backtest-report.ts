/** What a backtest finds: the figures of every policy, and where the one that was looked at closely lost. */
import type { ReplayedPolicy } from "./backtest.ts";
import { bootstrapRatios } from "./bootstrap.ts";
import type { DailyBill } from "./daily-bill.ts";
import { type Regret, regretOf } from "./regret.ts";
import type { Trace } from "../trace/trace.ts";
import { DAYS_PER_MONTH } from "../units.ts";

/** One policy on the charged days. Money in dollars. */
export interface PolicyFigures {
  readonly policy: string;
  readonly cost: number;
  /** cost ÷ optimum, each summed over objects. */
  readonly ratio: number;
  /** Of the ratio, 95 %, by resampling objects. */
  readonly low: number;
  readonly high: number;
  /** Days on which a reader waited. */
  readonly restoreDays: number;
  readonly dollarsPerMonth: number;
  /** The last 30 % of the trace's days apart: what was charged on them, and that ÷ what the optimum was charged on them. */
  readonly lateCost: number;
  readonly lateRatio: number | null;
  readonly bill: DailyBill;
}

/** The figures of a backtest, and where the regret sits. */
export interface BacktestFigures {
  readonly policies: readonly PolicyFigures[];
  readonly objects: number;
  /** Objects of which at least one day was charged. */
  readonly chargedObjects: number;
  /** Day 0, as days since 1970-01-01 UTC. */
  readonly originDay: number;
  /** Days of the trace; `splitDay` is the first one charged, `lateDay` the first of the last 30 %. */
  readonly days: number;
  readonly splitDay: number;
  readonly lateDay: number;
  /** Dollars nobody could have gone below with these classes. */
  readonly optimum: number;
  /** The policy whose regret is broken down. */
  readonly regretOf: string;
  readonly regret: Regret;
}

/** Looked at closely: the first of these that was replayed, else the first policy. */
const LOOKED_AT = ["predictive", "cost", "matrix", "standard"];

/**
 * @param replayed with the optimum among them
 * @param shown names to report; the optimum is a yardstick even where it isn't among them
 */
export function backtestFigures(replayed: readonly ReplayedPolicy[], shown: ReadonlySet<string>): BacktestFigures {
  const optimal = replayed.find(({ policy }) => policy === "optimal");
  if (!optimal) throw new RangeError("the optimum was not replayed");
  const { trace, splitDay, lateDay } = optimal.input;
  const listed = replayed.filter(({ policy }) => shown.has(policy));
  const best = optimal.result.costs;
  const intervals = bootstrapRatios(
    listed.map(({ result }) => result.costs),
    best,
  );
  const optimum = sum(best);
  const months = (trace.days - splitDay) / DAYS_PER_MONTH;
  const lateOptimum = sum(optimal.result.lateCosts);
  const policies = listed.map(({ policy, result }, index): PolicyFigures => {
    const cost = sum(result.costs);
    const lateCost = sum(result.lateCosts);
    return {
      policy,
      cost,
      ratio: cost / optimum,
      low: intervals[index]?.low ?? Number.NaN,
      high: intervals[index]?.high ?? Number.NaN,
      restoreDays: result.bill.restoreDays,
      dollarsPerMonth: cost / months,
      lateCost,
      lateRatio: lateOptimum > 0 ? lateCost / lateOptimum : null,
      bill: result.bill,
    };
  });
  const near = LOOKED_AT.map((name) => listed.find(({ policy }) => policy === name)).find((each) => each) ?? listed[0];
  return {
    policies,
    objects: trace.objects,
    chargedObjects: chargedObjects(trace, splitDay),
    originDay: trace.originDay,
    days: trace.days,
    splitDay,
    lateDay,
    optimum,
    regretOf: near?.policy ?? optimal.policy,
    regret: regretOf(trace, (near ?? optimal).result.costs, best),
  };
}

/** Objects with at least one day that is charged. */
function chargedObjects(trace: Trace, splitDay: number): number {
  let count = 0;
  for (let object = 0; object < trace.objects; object += 1) {
    const first = Math.max(trace.createdDay[object] ?? 0, splitDay);
    if (first <= Math.min(trace.endDay[object] ?? 0, trace.days - 1)) count += 1;
  }
  return count;
}

/** Neumaier's sum: a million small dollars lose nothing. */
function sum(values: Float64Array): number {
  let total = 0;
  let lost = 0;
  for (const value of values) {
    const next = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  return total + lost;
}
