/** Whether plans that the audit trail tells of are still as they were made. */
import { isAstraError } from "../../core/errors.ts";
import type { PlanHeader } from "../../core/plan.ts";
import type { AuditRecord } from "../../ports/state-store.ts";
import type { Context } from "../context.ts";
import { storedHash } from "../planning/plan-hash.ts";

/** Plans by id, each with the hash that an entry vouches for; `null` where none does. */
export class NamedPlans {
  readonly #hashes = new Map<string, string | null>();

  add({ action, detail }: AuditRecord): void {
    const { plan, hash } = detail;
    if (!action.startsWith("plan.") || typeof plan !== "string") return;
    this.#hashes.set(plan, typeof hash === "string" ? hash : (this.#hashes.get(plan) ?? null));
  }

  get size(): number {
    return this.#hashes.size;
  }

  /** The first plan that is not as it was, in a sentence. */
  async fault(ctx: Context): Promise<string | null> {
    for (const [id, vouched] of this.#hashes) {
      const found = await planFault(ctx, id, vouched);
      if (found !== null) return found;
    }
    return null;
  }
}

async function planFault(ctx: Context, id: string, vouched: string | null): Promise<string | null> {
  const plan = await ctx.state.plan(id);
  if (!plan) return `plan ${id} is gone`;
  if (!(await isWhole(ctx, plan))) return `plan ${id} was changed after it was made`;
  if (vouched !== null && vouched !== plan.hash) return `plan ${id} is not the one that was made and approved`;
  return null;
}

async function isWhole(ctx: Context, plan: PlanHeader): Promise<boolean> {
  try {
    return (await storedHash(ctx, plan)) === plan.hash;
  } catch (error) {
    if (isAstraError(error, "ASTRA_PLAN_DAMAGED")) return false;
    throw error;
  }
}
