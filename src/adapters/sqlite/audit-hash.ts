/** The next entry of the audit chain. */
import { hash } from "node:crypto";
import { chainText } from "../../core/audit-chain.ts";
import type { AuditEntry, AuditRecord } from "../../ports/state-store.ts";

/**
 * @param previous the entry before; seq 0 with `CHAIN_START` where there is none
 * @param entry as it will be read back: `detail` out of JSON
 */
export function chained(previous: Pick<AuditRecord, "seq" | "hash">, entry: AuditEntry): AuditRecord {
  const seq = previous.seq + 1;
  return { ...entry, seq, previousHash: previous.hash, hash: hash("sha256", chainText(previous.hash, seq, entry)) };
}
