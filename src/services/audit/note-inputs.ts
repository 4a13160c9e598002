/** Tells the audit of other rules, prices or limits than it last heard of, before anything is decided by them. */
import { requirePermission } from "../../core/permission.ts";
import type { AuditRecord } from "../../ports/state-store.ts";
import type { Context } from "../context.ts";
import { type NamedValues, changedWords, inputsInForce } from "./inputs-in-force.ts";

/** Changes told one by one; of more, the number. */
const TOLD_CHANGES = 50;

/**
 * Writes an entry for each of rules, prices and limits that is not as the newest entry of its kind has it.
 * @throws AstraError ASTRA_POLICY_INVALID, ASTRA_PRICES_INVALID, ASTRA_STATE_*
 */
export async function noteInputs({ ctx }: { ctx: Context }): Promise<void> {
  requirePermission(ctx.actor, "object.read");
  for (const input of inputsInForce(ctx.config, ctx.policies, ctx.prices)) {
    const [newest] = await ctx.state.auditEntries({ action: input.action, limit: 1 });
    if (newest?.detail["new"] === input.hash) continue;
    const detail = {
      old: newest?.detail["new"] ?? null,
      new: input.hash,
      changes: newest ? told(changedWords(input, valuesOf(newest))) : ["first seen"],
      values: input.values,
    };
    await ctx.state.audit({ atMs: ctx.clock.now(), actor: ctx.actor.name, action: input.action, detail });
  }
}

function told(words: readonly string[]): readonly string[] {
  const more = words.length - TOLD_CHANGES;
  return more > 0 ? [...words.slice(0, TOLD_CHANGES), `and ${more} more`] : words;
}

function valuesOf({ detail }: AuditRecord): NamedValues {
  const { values } = detail;
  if (typeof values !== "object" || values === null) return {};
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
  );
}
