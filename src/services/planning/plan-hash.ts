/** The hash that names exactly one plan. */
import { createHash } from "node:crypto";
import type { PlanHeader, PlannedMove } from "../../core/plan.ts";
import type { Context } from "../context.ts";

/** Over every move in order, then the header. */
export class PlanHash {
  readonly #sum = createHash("sha256");

  add(move: PlannedMove): void {
    this.#sum.update(JSON.stringify(move));
  }

  /** The moves of parts are in the header by the hashes of their files. */
  signed(head: Omit<PlanHeader, "hash">): PlanHeader {
    return { ...head, hash: this.#sum.copy().update(JSON.stringify(head)).digest("hex") };
  }
}

/**
 * Of a plan as it is stored now.
 * @throws AstraError ASTRA_PLAN_DAMAGED where a file of the plan is not the one that was made
 */
export async function storedHash(ctx: Context, plan: PlanHeader): Promise<string> {
  const { hash: _, ...head } = plan;
  const sum = new PlanHash();
  if (head.parts) {
    // The first page is given only after the whole file was found to be the one named.
    for (const part of head.parts) await ctx.batch.moves(head.id, part, part.moves)[Symbol.asyncIterator]().next();
  } else {
    for await (const page of ctx.state.plannedMoves(head.id)) for (const { move } of page) sum.add(move);
  }
  return sum.signed(head).hash;
}
