/** What a scheduler calls: plan, show, finish what is open, apply. */
import type { PlanHeader } from "../../core/plan.ts";
import type { RunRecord } from "../../ports/state-store.ts";
import type { Context } from "../context.ts";
import { type MakePlanInput, makePlan } from "../make-plan.ts";
import { planDue } from "../review/plan-due.ts";
import { applyPlan } from "./apply-plan.ts";
import { type ContinueMovesResult, continueMoves } from "./continue-moves.ts";

export interface RunEngineInput extends MakePlanInput {
  readonly dryRun: boolean;
  /** Decides only what is due, unless rules, prices or limits changed. */
  readonly due?: boolean;
  /** Shown the plan before anything is moved; `false` ends it there. */
  readonly confirm: (plan: PlanHeader) => Promise<boolean>;
}

export interface RunEngineResult {
  readonly plan: PlanHeader;
  /** `null` on a dry run, where nothing was to do, or where it was not confirmed. */
  readonly run: RunRecord | null;
  readonly continued: ContinueMovesResult;
}

const NOTHING_CONTINUED: ContinueMovesResult = { done: 0, failed: 0, skipped: 0, waiting: 0 };

/** Moves that earlier runs left open were approved with those runs: they are finished unless the answer is no. */
export async function runEngine({ ctx, input }: { ctx: Context; input: RunEngineInput }): Promise<RunEngineResult> {
  const { bucket, dryRun } = input;
  const plan = input.due ? (await planDue({ ctx, input })).plan : await makePlan({ ctx, input });
  const isAsked = plan.totals.moves > 0;
  const isWanted = !dryRun && !ctx.signal.aborted && (!isAsked || (await input.confirm(plan)));
  if (!isWanted) return { plan, run: null, continued: NOTHING_CONTINUED };
  const continued = await continueMoves({ ctx, input: { bucket } });
  if (!isAsked || ctx.signal.aborted) return { plan, run: null, continued };
  const progress = input.progress && { progress: input.progress };
  const run = await applyPlan({ ctx, input: { planId: plan.id, ...progress } });
  return { plan, run, continued };
}
