/** What a scheduler calls: finish what is open, plan, show, apply. */
import type { PlanHeader } from "../../core/plan.ts";
import type { RunRecord } from "../../ports/state-store.ts";
import { applyPlan } from "./apply-plan.ts";
import type { Context, Progress } from "../context.ts";
import { type ContinueMovesResult, continueMoves } from "./continue-moves.ts";
import { makePlan } from "../make-plan.ts";

export interface RunEngineInput {
  readonly bucket: string;
  readonly prefix?: string;
  readonly dryRun: boolean;
  /** Shown the plan before anything is moved; `false` ends it there. */
  readonly confirm: (plan: PlanHeader) => Promise<boolean>;
  readonly progress?: Progress;
}

export interface RunEngineResult {
  readonly plan: PlanHeader;
  /** `null` on a dry run, where nothing was to do, or where it was not confirmed. */
  readonly run: RunRecord | null;
  readonly continued: ContinueMovesResult;
}

const NOTHING_CONTINUED: ContinueMovesResult = { done: 0, failed: 0, skipped: 0, waiting: 0 };

export async function runEngine({ ctx, input }: { ctx: Context; input: RunEngineInput }): Promise<RunEngineResult> {
  const { bucket, dryRun } = input;
  const continued = dryRun ? NOTHING_CONTINUED : await continueMoves({ ctx, input: { bucket } });
  const plan = await makePlan({ ctx, input });
  const isWanted = !dryRun && plan.totals.moves > 0 && !ctx.signal.aborted && (await input.confirm(plan));
  const progress = input.progress && { progress: input.progress };
  const run = isWanted ? await applyPlan({ ctx, input: { planId: plan.id, ...progress } }) : null;
  return { plan, run, continued };
}
