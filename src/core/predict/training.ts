/**
 * Learning from the past of a trace, and trying the modes out on the last part of that past.
 */
import type { ReplayInput } from "../backtest/replay.ts";
import type { Trace } from "../trace/trace.ts";
import { learned, strideFor } from "./learn.ts";
import { type Mode, Predictor, SIZES, type PredictorTerms, middleOfBucket, sizeBucket } from "./predictor.ts";
import { followObject } from "./follow-object.ts";
import { TraceHabits, usualAmount } from "./trace-habits.ts";
import { prefixProfiles, profileOfKey } from "./trace-profiles.ts";
import { type TrialInput } from "./trial.ts";

/** Days of the past from which the modes are tried, as shares of it. */
const TRIAL_SHARES = [0.5, 0.75] as const;
/** Most objects that are tried. */
const MOST_TRIED = 20_000;

/** A trace whose days before the split are past. */
type Past = Pick<ReplayInput, "trace" | "splitDay">;

/** A predictor, from the day it was learned on. */
export interface Stage {
  readonly fromDay: number;
  readonly predictor: Predictor;
  /** Profile of every object of the trace, as known on that day. */
  readonly profiles: Uint8Array;
}

/** What was learned at the days of the trial and at the split. */
export function stagesOf(past: Past, terms: PredictorTerms): Stage[] {
  const days = [...TRIAL_SHARES.map((share) => Math.floor(past.splitDay * share)), past.splitDay];
  return days.map((day) => stageAt(past, day, terms));
}

/** What was learned before `fromDay`. */
export function stageAt({ trace, splitDay }: Past, fromDay: number, terms: PredictorTerms): Stage {
  const prefixes = prefixProfiles(trace, fromDay);
  const profiles = Uint8Array.from(trace.name, (name) => profileOfKey(prefixes, name));
  const model = learned(trace, new TraceHabits(trace, usualAmount(trace, splitDay)), profiles, fromDay);
  const predictor = new Predictor({ ...terms, model, sizes: typicalSizes(trace, fromDay) });
  return { fromDay, predictor, profiles };
}

/** The geometric mean of the sizes known before `day`, by bucket. */
function typicalSizes(trace: Trace, day: number): number[] {
  const logs = new Float64Array(SIZES);
  const counts = new Float64Array(SIZES);
  for (let object = 0; object < trace.objects; object += 1) {
    if ((trace.createdDay[object] ?? 0) >= day) continue;
    const size = Math.max(1, trace.sizeBytes[object] ?? 1);
    const bucket = sizeBucket(size);
    logs[bucket] = (logs[bucket] ?? 0) + Math.log(size);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return Array.from(counts, (count, bucket) =>
    count === 0 ? middleOfBucket(bucket) : Math.round(Math.exp((logs[bucket] ?? 0) / count)),
  );
}

/** What every mode would have spent on a sample of the objects, day by day, from the first day of the trial to the end. */
export function trialOf(input: ReplayInput, stages: readonly Stage[]): TrialInput {
  const from = stages[0]?.fromDay ?? 0;
  const trial: ReplayInput = { trace: input.trace, splitDay: from, lateDay: Infinity, tariffOf: input.tariffOf };
  const spent = (mode: Mode): Float64Array => {
    const byDay = new Float64Array(input.trace.days);
    const habits = new TraceHabits(input.trace, usualAmount(input.trace, input.splitDay));
    const stride = strideFor(input.trace.objects, MOST_TRIED);
    for (let object = 0; object < input.trace.objects; object += stride) {
      followObject(trial, { object, habits, stages, modeOn: () => mode, spentByDay: byDay });
    }
    return byDay;
  };
  return {
    spending: { calm: spent("calm"), short: spent("short"), long: spent("long"), steady: spent("steady") },
    from,
    splitDay: input.splitDay,
  };
}
