/** The audit trail: written with what it tells of, never changed (the schema's triggers see to that). */
import type { AuditEntry } from "../../ports/state-store.ts";
import { numberOf, textOf } from "./columns.ts";
import type { Database } from "./database.ts";
import { recordOf } from "./json.ts";

const INSERT = "INSERT INTO audit (at_ms, actor, action, detail) VALUES (?, ?, ?, ?)";
const NEWEST = "SELECT at_ms, actor, action, detail FROM audit ORDER BY id DESC LIMIT ?";

/** To be called within the write transaction of what it tells of. */
export function writeAudit(db: Database, entry: AuditEntry): void {
  db.statement(INSERT).run(entry.atMs, entry.actor, entry.action, JSON.stringify(entry.detail));
}

export function newestAudit(db: Database, limit: number): AuditEntry[] {
  return db
    .statement(NEWEST)
    .all(limit)
    .map((row) => ({
      atMs: numberOf(row, "at_ms"),
      actor: textOf(row, "actor"),
      action: textOf(row, "action"),
      detail: recordOf(textOf(row, "detail")),
    }));
}
