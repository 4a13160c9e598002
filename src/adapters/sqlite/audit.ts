/** The audit trail: a chain, written with what it tells of, never changed (the schema's triggers see to that). */
import { CHAIN_START } from "../../core/audit-chain.ts";
import { AstraError, isAstraError } from "../../core/errors.ts";
import type { AuditEntry, AuditQuery, AuditRecord } from "../../ports/state-store.ts";
import { chained } from "./audit-hash.ts";
import { type Row, numberOf, textOf } from "./columns.ts";
import type { Database } from "./database.ts";
import { recordOf } from "./json.ts";
import { PAGE_ROWS } from "./object-queries.ts";

const NEWEST = "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1";
const INSERT = `INSERT INTO audit (seq, at_ms, actor, action, detail, previous_hash, hash)
  VALUES (?, ?, ?, ?, ?, ?, ?)`;
const TRAIL = "SELECT * FROM audit WHERE seq > ? ORDER BY seq LIMIT ?";

/** To be called within the write transaction of what it tells of: nobody else continues the chain meanwhile. */
export function writeAudit(db: Database, entry: AuditEntry): AuditRecord {
  const newest = db.statement(NEWEST).get();
  const previous = newest
    ? { seq: numberOf(newest, "seq"), hash: textOf(newest, "hash") }
    : { seq: 0, hash: CHAIN_START };
  // What is hashed is what will be read: the text's JSON, without halves of characters, which the file can't hold.
  const text = JSON.stringify(entry.detail);
  const record = chained(previous, {
    atMs: entry.atMs,
    actor: entry.actor.toWellFormed(),
    action: entry.action.toWellFormed(),
    detail: recordOf(text),
  });
  const { seq, atMs, actor, action, previousHash, hash } = record;
  db.statement(INSERT).run(seq, atMs, actor, action, text, previousHash, hash);
  return record;
}

/** Newest first. */
export function newestAudit(db: Database, query: AuditQuery): AuditRecord[] {
  const terms = ["TRUE"];
  const values: (string | number)[] = [];
  if (query.action !== undefined) {
    terms.push("action = ?");
    values.push(query.action);
  }
  if (query.actor !== undefined) {
    terms.push("actor = ?");
    values.push(query.actor);
  }
  if (query.fromMs !== undefined) {
    terms.push("at_ms >= ?");
    values.push(query.fromMs);
  }
  return db
    .statement(`SELECT * FROM audit WHERE ${terms.join(" AND ")} ORDER BY seq DESC LIMIT ?`)
    .all(...values, query.limit)
    .map(recordOfRow);
}

/** The chain from its beginning, each page its own short read. @throws AstraError ASTRA_STATE_CORRUPT naming the entry */
export async function* pagesOfAudit(db: Database): AsyncGenerator<readonly AuditRecord[]> {
  let after = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const from = after;
    const page = await db.read(() => db.statement(TRAIL).all(from, PAGE_ROWS).map(recordOfRow));
    const last = page.at(-1);
    if (!last) return;
    yield page;
    if (page.length < PAGE_ROWS) return;
    after = last.seq;
  }
}

function recordOfRow(row: Row): AuditRecord {
  const seq = numberOf(row, "seq");
  try {
    return {
      seq,
      atMs: numberOf(row, "at_ms"),
      actor: textOf(row, "actor"),
      action: textOf(row, "action"),
      detail: recordOf(textOf(row, "detail")),
      previousHash: textOf(row, "previous_hash"),
      hash: textOf(row, "hash"),
    };
  } catch (error) {
    if (!isAstraError(error)) throw error;
    throw new AstraError(error.code, `audit entry ${seq}: ${error.message}`, { where: `audit ${seq}`, cause: error });
  }
}
