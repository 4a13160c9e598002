/** A plan's moves in order, wherever they are kept. */
import type { PlanHeader, PlannedMove } from "../../core/plan.ts";
import type { Context } from "../context.ts";

/** A move at its place in the plan. */
export interface MoveInPlan {
  readonly seq: number;
  readonly move: PlannedMove;
}

/**
 * In pages; `afterSeq` resumes.
 * @throws AstraError ASTRA_PLAN_DAMAGED where a file of the plan is not the one that was made
 */
export async function* plannedMoves(
  ctx: Pick<Context, "state" | "batch">,
  plan: PlanHeader,
  afterSeq = -1,
): AsyncGenerator<readonly MoveInPlan[]> {
  if (!plan.parts) {
    yield* ctx.state.plannedMoves(plan.id, afterSeq);
    return;
  }
  let first = 0;
  for (const part of plan.parts) {
    const end = first + part.moves;
    if (afterSeq < end - 1) {
      let seq = Math.max(first, afterSeq + 1);
      for await (const page of ctx.batch.moves(plan.id, part, seq - first - 1)) {
        const from = seq;
        yield page.map((move, index) => ({ seq: from + index, move }));
        seq += page.length;
      }
    }
    first = end;
  }
}
