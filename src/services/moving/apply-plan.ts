/**
 * Executes just that plan: intent first, every effect conditional, journalled in groups, resumable at any point, and never
 * past a brake.
 */
import { AstraError, isAstraError, toAstraError } from "../../core/errors.ts";
import { requirePermission } from "../../core/permission.ts";
import type { PlanHeader } from "../../core/plan.ts";
import type { RunRecord, RunState } from "../../ports/state-store.ts";
import type { Context, Progress } from "../context.ts";
import { BucketLease } from "./bucket-lease.ts";
import { recountRun } from "./recount-run.ts";
import { PlanExecution } from "./plan-execution.ts";
import { RunGuard } from "./run-guard.ts";
import { RunTally } from "./run-tally.ts";

export interface ApplyPlanInput {
  readonly planId: string;
  readonly progress?: Progress;
}

/**
 * @throws AstraError ASTRA_PLAN_INVALID (no such plan), ASTRA_PLAN_APPLIED, ASTRA_BRAKE_ON, ASTRA_WINDOW_CLOSED,
 * ASTRA_RUN_STOPPED, ASTRA_BUCKET_BUSY, and faults that concern the whole run; the run can then be taken up again by
 * applying the same plan.
 */
export async function applyPlan({ ctx, input }: { ctx: Context; input: ApplyPlanInput }): Promise<RunRecord> {
  requirePermission(ctx.actor, "plan.apply");
  const plan = await ctx.state.plan(input.planId);
  if (!plan) throw new AstraError("ASTRA_PLAN_INVALID", `there is no plan ${input.planId}`);
  await using lease = await BucketLease.take(ctx, plan.bucket);
  // Looked for with the lease in hand: another process may have carried the plan out just before.
  const earlier = await ctx.state.runOfPlan(plan.id);
  if (earlier?.state === "done" || earlier?.state === "partly") {
    throw new AstraError("ASTRA_PLAN_APPLIED", `plan ${plan.id} was carried out by run ${earlier.id}`);
  }
  const begun = { state: "running", finishedMs: null, stopReason: null, stopDetail: null } as const;
  const run: RunRecord = { ...(earlier ?? newRun(ctx, plan)), ...begun };
  const guard = new RunGuard(ctx, run.id, lease);
  await guard.refuseToBegin();
  await ctx.state.startRun(run, auditOf(ctx, earlier ? "run.resume" : "run.start", run));
  const execution = new PlanExecution(ctx, { plan, run, lease, guard, progress: input.progress });
  let state: RunState = "failed";
  let isOurs = true;
  try {
    if (earlier) await execution.resume();
    await execution.carryOut();
    state = execution.endState();
  } catch (error) {
    // Whoever has taken over may be at work on this very run, and keeps its record.
    isOurs = !isAstraError(toAstraError(error), "ASTRA_LEASE_LOST", "ASTRA_BUCKET_BUSY");
    throw error;
  } finally {
    const record = execution.record(state);
    if (isOurs) for (const id of execution.undone) await recountRun(ctx, id);
    if (isOurs) await ctx.state.finishRun(record, auditOf(ctx, "run.finish", record));
  }
  return execution.record(state);
}

function newRun(ctx: Context, plan: PlanHeader): RunRecord {
  return {
    id: ctx.random.id(),
    planId: plan.id,
    bucket: plan.bucket,
    startedMs: ctx.clock.now(),
    finishedMs: null,
    state: "running",
    ...new RunTally().counts(),
    stopReason: null,
    stopDetail: null,
  };
}

function auditOf(ctx: Context, action: string, run: RunRecord): Parameters<Context["state"]["audit"]>[0] {
  const { id, planId, bucket, state, done, failed, skipped, restoring, feeMicros, stopReason, stopDetail } = run;
  const detail = {
    run: id,
    plan: planId,
    bucket,
    state,
    done,
    failed,
    skipped,
    restoring,
    feeMicros,
    stopReason,
    stopDetail,
  };
  return { atMs: ctx.clock.now(), actor: ctx.actor.name, action, detail };
}
