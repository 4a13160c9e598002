/** A plan named on the command line: a file, or an id. */
import { AstraError } from "../../core/errors.ts";
import type { PlanHeader } from "../../core/plan.ts";
import type { Context } from "../../services/context.ts";

const PLAN_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** @throws AstraError ASTRA_PLAN_INVALID */
export async function planOf(ctx: Context, named: string): Promise<PlanHeader> {
  if (PLAN_ID.test(named)) {
    const plan = await ctx.state.plan(named);
    if (!plan)
      throw new AstraError("ASTRA_PLAN_INVALID", `there is no plan ${named}`, { where: ctx.config.state.path });
    return plan;
  }
  const [{ readJson }, { importPlan }] = await Promise.all([
    import("./files.ts"),
    import("../../services/plan-file.ts"),
  ]);
  return importPlan({ ctx, input: { json: await readJson(named, "ASTRA_PLAN_INVALID"), where: named } });
}
