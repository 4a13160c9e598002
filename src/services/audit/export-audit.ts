/** The whole audit trail, as it is stored. */
import { requirePermission } from "../../core/permission.ts";
import type { AuditRecord } from "../../ports/state-store.ts";
import type { Context } from "../context.ts";

/** Oldest first, in pages. @throws AstraError ASTRA_STATE_* */
export async function* exportAudit({ ctx }: { ctx: Context }): AsyncGenerator<readonly AuditRecord[]> {
  requirePermission(ctx.actor, "audit.read");
  yield* ctx.state.auditTrail();
}
