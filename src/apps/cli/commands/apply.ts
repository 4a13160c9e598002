import { AstraError, EXIT } from "../../../core/errors.ts";
import type { PlanHeader } from "../../../core/plan.ts";
import type { Context } from "../../../services/context.ts";
import { firstArgument } from "../call.ts";
import type { CommandSpec } from "../command.ts";
import { counted } from "../output/size.ts";

export const apply: CommandSpec = {
  name: "apply",
  group: "Decide and move",
  summary: "Carry out just the plan that was made.",
  details: "Objects that changed since are skipped. Applying an interrupted plan again goes on where it stood.",
  arguments: [{ form: "<plan>", summary: "File written by `astra plan --out`, or a plan's id." }],
  options: [{ flags: "--yes", summary: "Do not ask; needed where there is no terminal." }],
  examples: [
    ["astra apply plan.json", "shows the totals, asks, and moves"],
    ["astra apply plan.json --yes --json", "for scripts: moves, and reports on one line"],
  ],
  async run(call) {
    const named = firstArgument(call, "plan");
    const [{ applyPlan }, { approvePlan }, { planSummary, runView }] = await Promise.all([
      import("../../../services/moving/apply-plan.ts"),
      import("../../../services/audit/approve-plan.ts"),
      import("../output/run-view.ts"),
    ]);
    const { terminal } = call;
    await using ctx = await call.context();
    const plan = await planOf(ctx, named);
    if (!terminal.isJson && !terminal.isQuiet) await terminal.write(`${planSummary(plan)}\n`);
    if (plan.totals.moves > 0 && !call.has("yes")) {
      const isWanted = await terminal.confirm(`Move ${counted(plan.totals.moves, "object")}`, call.signal);
      if (!isWanted) return EXIT.done;
    }
    const how = call.has("yes") ? "yes-option" : "asked";
    if (plan.totals.moves > 0) await approvePlan({ ctx, input: { plan, how } });
    const progress = terminal.progress();
    const run = await applyPlan({ ctx, input: { planId: plan.id, progress: progress.report } }).finally(() =>
      progress.clear(),
    );
    await terminal.show(runView(run));
    return run.state === "done" ? EXIT.done : EXIT.partlyApplied;
  },
};

const PLAN_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

async function planOf(ctx: Context, named: string): Promise<PlanHeader> {
  if (PLAN_ID.test(named)) {
    const plan = await ctx.state.plan(named);
    if (!plan)
      throw new AstraError("ASTRA_PLAN_INVALID", `there is no plan ${named}`, { where: ctx.config.state.path });
    return plan;
  }
  const [{ readJson }, { importPlan }] = await Promise.all([
    import("../files.ts"),
    import("../../../services/plan-file.ts"),
  ]);
  return importPlan({ ctx, input: { json: await readJson(named, "ASTRA_PLAN_INVALID"), where: named } });
}
