/** What was spent under the caps, and what they still allow. */
import type { Config } from "../config/schema.ts";
import { type Caps, remaining } from "../core/budget.ts";
import { NO_SPEND, dayScope, runScope, spentMicros } from "../core/spend.ts";
import { MICROS_PER_DOLLAR } from "../core/units.ts";
import type { Context } from "./context.ts";

/** Fees under a cap, reserved ones included; money in micros. */
export interface Budget {
  readonly spentMicros: number;
  readonly capMicros: number;
  /** Never below nothing, also where the cap was lowered since. */
  readonly leftMicros: number;
}

export interface RunBudget extends Budget {
  readonly objects: number;
  readonly objectsLeft: number;
  readonly bytes: number;
  /** `null`: no cap. */
  readonly bytesLeft: number | null;
}

/** The configured caps. */
export function capsOf({ brakes }: Pick<Config, "brakes">): Caps {
  return {
    feePerRunMicros: brakes.fee_per_run_usd * MICROS_PER_DOLLAR,
    feePerDayMicros: brakes.fee_per_day_usd * MICROS_PER_DOLLAR,
    objectsPerRun: brakes.objects_per_run,
    bytesPerRun: brakes.bytes_per_run ?? null,
  };
}

/** Of a run, and of this day (UTC) with all its runs. @throws AstraError ASTRA_STATE_* */
export async function budgetsOf(
  ctx: Context,
  runId: string,
): Promise<{ readonly run: RunBudget; readonly day: Budget }> {
  const [run = NO_SPEND, day = NO_SPEND] = await ctx.state.spent([runScope(runId), dayScope(ctx.clock.now())]);
  const caps = capsOf(ctx.config);
  const left = remaining({ run, day }, caps);
  return {
    run: {
      spentMicros: spentMicros(run),
      capMicros: caps.feePerRunMicros,
      leftMicros: left.runMicros,
      objects: run.objects,
      objectsLeft: left.objects,
      bytes: run.bytes,
      bytesLeft: left.bytes,
    },
    day: { spentMicros: spentMicros(day), capMicros: caps.feePerDayMicros, leftMicros: left.dayMicros },
  };
}
