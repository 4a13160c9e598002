/** Taking a run back ends it: what of it still waits for the store is left alone instead of being moved later. */
import type { PlannedMove } from "../../core/plan.ts";
import { OPEN_STATES } from "../../core/transition.ts";
import type { Context } from "../context.ts";

/** @param stopped runs that were looked at already; added to */
export async function stopUndone(ctx: Context, moves: readonly PlannedMove[], stopped: Set<string>): Promise<void> {
  for (const { bucket, undoes } of moves) {
    if (!undoes || stopped.has(undoes.runId)) continue;
    const { runId } = undoes;
    stopped.add(runId);
    const isWaiting = (await ctx.state.journalTotals(runId)).some(({ state }) =>
      OPEN_STATES.some((open) => open === state),
    );
    if (!isWaiting) continue;
    const detail = { run: runId, bucket, order: "stop", why: "taken back" };
    await ctx.state.setRunOrder(runId, "stop", {
      atMs: ctx.clock.now(),
      actor: ctx.actor.name,
      action: "run.order",
      detail,
    });
  }
}
