/** Orders a run to pause, to stop, or to go on; whichever process works on it sees that within a second. */
import { AstraError } from "../core/errors.ts";
import { requirePermission } from "../core/permission.ts";
import { OPEN_STATES, type TransitionState } from "../core/transition.ts";
import type { RunOrder, RunRecord } from "../ports/state-store.ts";
import type { Context } from "./context.ts";
import { findRun } from "./find-run.ts";

export interface OrderRunInput {
  /** Its id, or the beginning of it. */
  readonly id: string;
  /** `run`: go on. */
  readonly order: RunOrder;
}

/** @throws AstraError ASTRA_USAGE_INVALID (no such run), ASTRA_RUN_OVER, ASTRA_STATE_* */
export async function orderRun({ ctx, input }: { ctx: Context; input: OrderRunInput }): Promise<RunRecord> {
  requirePermission(ctx.actor, "run.order");
  const run = await findRun(ctx, input.id);
  if (await isOver(ctx, run)) {
    throw new AstraError("ASTRA_RUN_OVER", `run ${run.id} is over: it is ${run.state}`, {
      where: ctx.config.state.path,
    });
  }
  const { order } = input;
  const detail = { run: run.id, plan: run.planId, bucket: run.bucket, order };
  const audit = { atMs: ctx.clock.now(), actor: ctx.actor.name, action: "run.order", detail };
  await ctx.state.setRunOrder(run.id, order, audit);
  return run;
}

const OPEN: ReadonlySet<TransitionState> = new Set(OPEN_STATES);

/** A run that is through its plan may still have lines that wait for the store: orders hold for them, too. */
async function isOver(ctx: Context, { id, state }: RunRecord): Promise<boolean> {
  if (state !== "done" && state !== "partly") return false;
  return (await ctx.state.journalTotals(id)).every((total) => !OPEN.has(total.state));
}
