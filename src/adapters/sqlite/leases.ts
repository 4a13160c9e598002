/** Leases: who may change a thing alone. Tokens only grow, so that whoever was overtaken is refused. */
import { AstraError } from "../../core/errors.ts";
import type { Lease, LeaseRequest } from "../../ports/state-store.ts";
import { numberOf, textOrNull } from "./columns.ts";
import type { Database } from "./database.ts";

const SELECT = "SELECT token, holder, until_ms FROM leases WHERE name = ?";
const TAKE = `INSERT INTO leases (name, token, holder, until_ms) VALUES (?, ?, ?, ?)
  ON CONFLICT (name) DO UPDATE SET token = excluded.token, holder = excluded.holder, until_ms = excluded.until_ms`;
const GIVE_BACK = "UPDATE leases SET holder = NULL WHERE name = ? AND token = ?";

/** To be called within a write transaction. */
export function acquireLease(
  db: Database,
  { name, holder, nowMs, ttlMs, isGone }: LeaseRequest,
): Lease | { readonly heldBy: string; readonly untilMs: number } {
  const row = db.statement(SELECT).get(name);
  const heldBy = row ? textOrNull(row, "holder") : null;
  const untilMs = row ? numberOf(row, "until_ms") : 0;
  const isMine = heldBy === holder;
  if (heldBy !== null && !isMine && untilMs > nowMs && !isGone(heldBy)) return { heldBy, untilMs };
  const newest = row ? numberOf(row, "token") : 0;
  const token = isMine ? newest : newest + 1;
  db.statement(TAKE).run(name, token, holder, nowMs + ttlMs);
  return { name, token };
}

/** To be called within a write transaction. The row stays: the next holder's token is higher. */
export function releaseLease(db: Database, { name, token }: Lease): void {
  db.statement(GIVE_BACK).run(name, token);
}

/** To be called within a write transaction, before anything is written. @throws AstraError ASTRA_LEASE_LOST */
export function requireLease(db: Database, { name, token }: Lease): void {
  const row = db.statement(SELECT).get(name);
  if (row && numberOf(row, "token") === token) return;
  throw new AstraError("ASTRA_LEASE_LOST", `${name}: another process has taken over`, { where: name });
}
