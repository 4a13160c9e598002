/**
 * Fourth migration of the state file: when objects are due to be decided anew, which telemetry was read, and a table of seen
 * events that takes half the room.
 */
import type { DatabaseSync } from "node:sqlite";
import { bytesOf, numberOf } from "./columns.ts";

/** Objects that wait for no review, or are gone, stand in no index: an object nobody looks at again costs nothing here. */
const REVIEWS = `
ALTER TABLE objects ADD COLUMN review_ms INTEGER;
CREATE INDEX objects_due ON objects (bucket, review_ms) WHERE review_ms IS NOT NULL AND deleted_ms IS NULL;
`;

const READ_SOURCES = `
CREATE TABLE read_sources (
  digest TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  first_day INTEGER,
  last_day INTEGER,
  at_ms INTEGER NOT NULL,
  listed_as TEXT
) WITHOUT ROWID;
CREATE INDEX read_sources_listed ON read_sources (listed_as) WHERE listed_as IS NOT NULL;
`;

/** `seen_sweep`: how far the search for old rows has come, the oldest it met, and until when it rests. */
const SEEN = `
CREATE TABLE seen (
  id INTEGER PRIMARY KEY,
  rest INTEGER NOT NULL,
  at_ms INTEGER NOT NULL
);
CREATE TABLE seen_sweep (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  after_id INTEGER NOT NULL,
  oldest_ms INTEGER NOT NULL,
  rest_until_ms INTEGER NOT NULL
);
INSERT INTO seen_sweep VALUES (1, -9223372036854775808, 9007199254740991, 0);
`;

/** See the file's head. */
export function reviewsAndSources(db: DatabaseSync): void {
  db.exec(REVIEWS + READ_SOURCES + SEEN);
  const insert = db.prepare("INSERT OR IGNORE INTO seen (id, rest, at_ms) VALUES (?, ?, ?)");
  for (const row of db.prepare("SELECT id, at_ms FROM seen_events").iterate()) {
    const { buffer, byteOffset, byteLength } = bytesOf(row, "id");
    const view = new DataView(buffer, byteOffset, byteLength);
    insert.run(view.getBigInt64(0, true), view.getInt32(8, true), numberOf(row, "at_ms"));
  }
  db.exec("DROP TABLE seen_events");
}
