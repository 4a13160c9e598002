/** Asks for what was not approved by `--yes`, tells the audit, applies the plan and shows the run. */
import { EXIT } from "../../core/errors.ts";
import type { PlanHeader } from "../../core/plan.ts";
import type { Context } from "../../services/context.ts";
import type { Call } from "./call.ts";

/** @returns the exit status. @throws AstraError as `applyPlan` does, and ASTRA_CONFIRMATION_MISSING */
export async function applyApproved(
  call: Call,
  ctx: Context,
  plan: PlanHeader,
  { question }: { readonly question: string },
): Promise<number> {
  const [{ applyPlan }, { approvePlan }, { runView }] = await Promise.all([
    import("../../services/moving/apply-plan.ts"),
    import("../../services/audit/approve-plan.ts"),
    import("./output/run-view.ts"),
  ]);
  const { terminal } = call;
  if (plan.totals.moves > 0) {
    const isApproved = call.has("yes");
    if (!isApproved && !(await terminal.confirm(question, call.signal))) return EXIT.done;
    await approvePlan({ ctx, input: { plan, how: isApproved ? "yes-option" : "asked" } });
  }
  const progress = terminal.progress();
  const run = await applyPlan({ ctx, input: { planId: plan.id, progress: progress.report } }).finally(() =>
    progress.clear(),
  );
  await terminal.show(runView(run));
  return run.state === "done" ? EXIT.done : EXIT.partlyApplied;
}
