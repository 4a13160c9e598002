/** How the kill switch stands, and what the day still allows to be spent. */
import { requirePermission } from "../core/permission.ts";
import type { BrakeState } from "../ports/state-store.ts";
import { type Budget, budgetsOf } from "./budgets.ts";
import type { Context } from "./context.ts";

export interface ReadBrakeResult {
  /** `null` where the switch was never thrown. */
  readonly brake: BrakeState | null;
  /** Fees of all runs of this day (UTC). */
  readonly day: Budget;
}

/** Orders and budgets are asked of a run; brake and day are the same for all of them. */
const NO_RUN = "";

/** @throws AstraError ASTRA_STATE_* */
export async function readBrake({ ctx }: { ctx: Context }): Promise<ReadBrakeResult> {
  requirePermission(ctx.actor, "object.read");
  const { brake } = await ctx.state.orders(NO_RUN);
  const { day } = await budgetsOf(ctx, NO_RUN);
  return { brake, day };
}
