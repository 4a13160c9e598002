/** A plan by its id, as exports ask for it. */
import { AstraError } from "../../core/errors.ts";
import type { PlanHeader } from "../../core/plan.ts";
import type { Context } from "../context.ts";

/** @throws AstraError ASTRA_PLAN_INVALID where there is no such plan */
export async function planOfId(ctx: Context, id: string): Promise<PlanHeader> {
  const plan = await ctx.state.plan(id);
  if (!plan) throw new AstraError("ASTRA_PLAN_INVALID", `there is no plan ${id}`, { where: ctx.config.state.path });
  return plan;
}
