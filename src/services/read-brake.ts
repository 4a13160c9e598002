/** How the kill switch stands, and what the day still allows to be spent. */
import { requirePermission } from "../core/permission.ts";
import { dayScope, spentMicros } from "../core/spend.ts";
import { MICROS_PER_DOLLAR } from "../core/units.ts";
import type { BrakeState } from "../ports/state-store.ts";
import type { Context } from "./context.ts";

/** What was spent under a cap; money in micros. */
export interface Budget {
  readonly spentMicros: number;
  readonly capMicros: number;
  /** Never below nothing, also where the cap was lowered since. */
  readonly leftMicros: number;
}

export interface ReadBrakeResult {
  /** `null` where the switch was never thrown. */
  readonly brake: BrakeState | null;
  /** Fees of all runs of this day (UTC), reserved ones included. */
  readonly day: Budget;
}

/** @throws AstraError ASTRA_STATE_* */
export async function readBrake({ ctx }: { ctx: Context }): Promise<ReadBrakeResult> {
  requirePermission(ctx.actor, "object.read");
  const scope = dayScope(ctx.clock.now());
  // Orders are asked of a run; the brake is the same for all of them.
  const [{ brake }, [spent]] = await Promise.all([ctx.state.orders(""), ctx.state.spent([scope])]);
  return { brake, day: budgetOf(spent ? spentMicros(spent) : 0, ctx.config.brakes.fee_per_day_usd) };
}

/** @param capUsd dollars, as configured */
export function budgetOf(spent: number, capUsd: number): Budget {
  const capMicros = capUsd * MICROS_PER_DOLLAR;
  return { spentMicros: spent, capMicros, leftMicros: Math.max(0, capMicros - spent) };
}
