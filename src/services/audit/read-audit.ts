/** The newest entries of the audit trail. */
import { requirePermission } from "../../core/permission.ts";
import type { AuditQuery, AuditRecord } from "../../ports/state-store.ts";
import type { Context } from "../context.ts";

/** Newest first. @throws AstraError ASTRA_STATE_* */
export async function readAudit({ ctx, input }: { ctx: Context; input: AuditQuery }): Promise<readonly AuditRecord[]> {
  requirePermission(ctx.actor, "audit.read");
  return ctx.state.auditEntries(input);
}
