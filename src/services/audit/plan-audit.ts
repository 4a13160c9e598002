/** What the audit keeps of a plan: all decisions by its hash, what they came to, and what was considered and refused. */
import type { PlanHeader } from "../../core/plan.ts";
import type { AuditEntry } from "../../ports/state-store.ts";
import type { Context } from "../context.ts";

/**
 * Each decision stands in the plan, which the hash covers: object, classes, rule, reason, sums and way. The rules, prices
 * and limits behind them are in the trail's newest entries of their own.
 */
export function planAudit(
  ctx: Context,
  action: string,
  more: Readonly<Record<string, unknown>> = {},
): (header: PlanHeader) => AuditEntry {
  return ({ id: plan, hash, bucket, strategy, priceBook, totals }) => {
    const { objectsSeen, objectsStaying, moves, movedBytes, feeMicros, savingMicrosPerMonth, refusals } = totals;
    const sums = { objectsSeen, objectsStaying, moves, movedBytes, feeMicros, savingMicrosPerMonth };
    const refused = Object.fromEntries(
      Object.entries(refusals).map(([reason, { objects, savingMicrosPerMonth: saving, feeMicros: fee }]) => [
        reason,
        { objects, savingMicrosPerMonth: saving, feeMicros: fee },
      ]),
    );
    const detail = { plan, hash, bucket, strategy, priceBook, ...sums, refused, ...more };
    return { atMs: ctx.clock.now(), actor: ctx.actor.name, action, detail };
  };
}
