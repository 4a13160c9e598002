/** Third migration of the state file: moves that can be taken up anywhere, brakes, and an audit trail that is a chain. */
import type { DatabaseSync } from "node:sqlite";
import { CHAIN_START } from "../../core/audit-chain.ts";
import { chained } from "./audit-hash.ts";
import { numberOf, textOf } from "./columns.ts";
import { recordOf } from "./json.ts";

/** `state` and `due_ms` stand in the index so that lines which only wait are passed over without a look at them. */
const JOURNAL = `
ALTER TABLE journal ADD COLUMN version_after TEXT;
ALTER TABLE journal ADD COLUMN progress TEXT;
ALTER TABLE journal ADD COLUMN due_ms INTEGER;
DROP INDEX journal_open;
CREATE INDEX journal_open ON journal (bucket, run_id, seq, state, due_ms)
  WHERE state IN ('intent', 'restoring', 'tagged', 'copied', 'verified');
ALTER TABLE runs ADD COLUMN stop_reason TEXT;
ALTER TABLE runs ADD COLUMN stop_detail TEXT;
ALTER TABLE objects ADD COLUMN promoted_ms INTEGER;
`;

/** A lease that was given back keeps its row, so that its tokens only grow. */
const BRAKES = `
CREATE TABLE leases (
  name TEXT PRIMARY KEY,
  token INTEGER NOT NULL,
  holder TEXT,
  until_ms INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE spend (
  scope TEXT PRIMARY KEY,
  fee_nanos INTEGER NOT NULL,
  objects INTEGER NOT NULL,
  bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE brake (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  is_on INTEGER NOT NULL,
  actor TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  why TEXT
);

CREATE TABLE run_orders (
  run_id TEXT PRIMARY KEY,
  ordered TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE dead_letter_marks (
  log_id TEXT NOT NULL,
  topic TEXT NOT NULL,
  partition INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (log_id, topic, partition, offset)
) WITHOUT ROWID;
`;

const AUDIT_CHAIN = `
CREATE TABLE audit_chain (
  seq INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  detail TEXT NOT NULL,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL
);
`;

/** REPLACE fires no trigger of a deletion, so an insertion may only continue the chain. */
const AUDIT_IS_KEPT = `
DROP TABLE audit;
ALTER TABLE audit_chain RENAME TO audit;
CREATE INDEX audit_action ON audit (action, seq);
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END;
CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'audit entries are never deleted'); END;
CREATE TRIGGER audit_only_grows BEFORE INSERT ON audit
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM audit)
BEGIN SELECT RAISE(ABORT, 'audit entries are never replaced or left out'); END;
`;

/** See the file's head. What was audited before it is chained in the order in which it was written. */
export function losslessMoves(db: DatabaseSync): void {
  db.exec(JOURNAL + BRAKES + AUDIT_CHAIN);
  const insert = db.prepare("INSERT INTO audit_chain VALUES (?, ?, ?, ?, ?, ?, ?)");
  let previous = { seq: 0, hash: CHAIN_START };
  for (const row of db.prepare("SELECT at_ms, actor, action, detail FROM audit ORDER BY id").iterate()) {
    const text = textOf(row, "detail");
    const record = chained(previous, {
      atMs: numberOf(row, "at_ms"),
      actor: textOf(row, "actor"),
      action: textOf(row, "action"),
      detail: recordOf(text),
    });
    const { seq, atMs, actor, action, previousHash, hash } = record;
    insert.run(seq, atMs, actor, action, text, previousHash, hash);
    previous = record;
  }
  db.exec(AUDIT_IS_KEPT);
}
