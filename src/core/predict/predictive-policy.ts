/**
 * The predictive strategy on a trace: it learns from the past, tries itself on the last part of that past, and works on the
 * rest in the mode that this warrants. Nothing of a day or later is known to a decision on that day.
 */
import { type ReplayInput, type ReplayPolicy, type ReplayResult, ReplayTally } from "../backtest/replay.ts";
import { followObject } from "./follow-object.ts";
import type { PredictorTerms } from "./predictor.ts";
import { TraceHabits, usualAmount } from "./trace-habits.ts";
import { stagesOf, trialOf } from "./training.ts";
import { modeTimeline } from "./trial.ts";

/** @param terms the price book in the setting's classes, and the guards */
export function predictivePolicy(terms: PredictorTerms): ReplayPolicy {
  return {
    name: "predictive",
    replay(input: ReplayInput): ReplayResult {
      const stages = stagesOf(input, terms);
      const { modeOn } = modeTimeline(trialOf(input, stages));
      const tally = new ReplayTally(input.trace.objects);
      const habits = new TraceHabits(input.trace, usualAmount(input.trace, input.splitDay));
      for (let object = 0; object < input.trace.objects; object += 1) {
        const account = followObject(input, { object, habits, stages, modeOn });
        if (account) tally.close(object, account);
      }
      return tally;
    },
  };
}
