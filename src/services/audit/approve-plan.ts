/** Tells the audit who let a plan go ahead, and how. */
import { requirePermission } from "../../core/permission.ts";
import type { PlanHeader } from "../../core/plan.ts";
import type { Context } from "../context.ts";

export interface ApprovePlanInput {
  readonly plan: PlanHeader;
  /** `asked`: a person said yes to the totals; `yes-option`: the command line said so beforehand. */
  readonly how: "asked" | "yes-option";
}

/** @throws AstraError ASTRA_STATE_* */
export async function approvePlan({ ctx, input }: { ctx: Context; input: ApprovePlanInput }): Promise<void> {
  requirePermission(ctx.actor, "plan.apply");
  const { id, hash, bucket, priceBook, totals } = input.plan;
  const { moves, movedBytes, feeMicros, savingMicrosPerMonth } = totals;
  const detail = {
    plan: id,
    hash,
    bucket,
    how: input.how,
    priceBook,
    moves,
    movedBytes,
    feeMicros,
    savingMicrosPerMonth,
  };
  await ctx.state.audit({ atMs: ctx.clock.now(), actor: ctx.actor.name, action: "plan.approve", detail });
}
