/** Tables of the state file. */
import { OPEN_STATES } from "../../core/transition.ts";
import type { Schema } from "./migrate.ts";
import { losslessMoves } from "./state-schema-moves.ts";
import { reviewsAndSources } from "./state-schema-reviews.ts";

/** The partial index `journal_open` and every query that wants it must spell the condition alike. */
export const IS_OPEN = `state IN (${OPEN_STATES.map((state) => `'${state}'`).join(", ")})`;

const OBJECTS = `
CREATE TABLE objects (
  bucket TEXT NOT NULL,
  key TEXT NOT NULL,
  size_bytes INTEGER,
  etag TEXT,
  version_id TEXT,
  storage_class TEXT,
  class_since_ms INTEGER,
  created_ms INTEGER,
  age_uncertain INTEGER NOT NULL,
  sequencer TEXT,
  deleted_ms INTEGER,
  hold_legal INTEGER,
  hold_until_ms INTEGER,
  hold_seen_ms INTEGER,
  lifetime_reads INTEGER NOT NULL,
  last_access_ms INTEGER,
  decayed_reads REAL NOT NULL,
  decayed_read_days REAL NOT NULL,
  decayed_at_ms INTEGER NOT NULL,
  days BLOB NOT NULL,
  PRIMARY KEY (bucket, key)
) WITHOUT ROWID;

CREATE TABLE positions (
  log_id TEXT NOT NULL,
  topic TEXT NOT NULL,
  partition INTEGER NOT NULL,
  first_offset INTEGER NOT NULL,
  next_offset INTEGER NOT NULL,
  PRIMARY KEY (log_id, topic, partition)
) WITHOUT ROWID;

CREATE TABLE seen_events (
  id BLOB PRIMARY KEY,
  at_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX seen_events_age ON seen_events (at_ms);
`;

const PLANS = `
CREATE TABLE plans (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  header TEXT,
  draft_ms INTEGER NOT NULL
);
CREATE TABLE planned_moves (
  plan INTEGER NOT NULL REFERENCES plans (n) ON DELETE CASCADE,
  seq INTEGER NOT NULL,
  move TEXT NOT NULL,
  PRIMARY KEY (plan, seq)
) WITHOUT ROWID;
`;

const RUNS = `
CREATE TABLE runs (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  plan_id TEXT NOT NULL,
  bucket TEXT NOT NULL,
  started_ms INTEGER NOT NULL,
  finished_ms INTEGER,
  state TEXT NOT NULL,
  done INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  skipped INTEGER NOT NULL,
  restoring INTEGER NOT NULL,
  moved_bytes INTEGER NOT NULL,
  fee_micros REAL NOT NULL,
  saving_micros_per_month REAL NOT NULL,
  reasons TEXT NOT NULL
);
CREATE INDEX runs_started ON runs (started_ms, n);
CREATE INDEX runs_plan ON runs (plan_id, n);

CREATE TABLE journal (
  run_id TEXT NOT NULL REFERENCES runs (id),
  seq INTEGER NOT NULL,
  bucket TEXT NOT NULL,
  key TEXT NOT NULL,
  state TEXT NOT NULL,
  move TEXT NOT NULL,
  etag_after TEXT,
  reason TEXT,
  updated_ms INTEGER NOT NULL,
  PRIMARY KEY (run_id, seq)
) WITHOUT ROWID;
CREATE INDEX journal_open ON journal (bucket, run_id, seq) WHERE state IN ('intent', 'restoring', 'copied', 'verified');
CREATE INDEX journal_object ON journal (bucket, key, updated_ms);
`;

const AUDIT = `
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  detail TEXT NOT NULL
);
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END;
CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'audit entries are never deleted'); END;
`;

const FORECASTS = `
CREATE TABLE forecasts (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  bucket TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  forecast TEXT NOT NULL
);
CREATE INDEX forecasts_bucket ON forecasts (bucket, created_ms, n);
`;

export const STATE_SCHEMA: Schema = {
  name: "state file",
  // "asst"
  applicationId: 0x61_73_73_74,
  migrations: [OBJECTS + PLANS + RUNS + AUDIT, FORECASTS, losslessMoves, reviewsAndSources],
};
