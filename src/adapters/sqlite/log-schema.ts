/** Tables of the log file. */
import type { Schema } from "./migrate.ts";

const RECORDS = `
CREATE TABLE log (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  id TEXT NOT NULL
);

CREATE TABLE topics (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
);

CREATE TABLE partitions (
  id INTEGER PRIMARY KEY,
  topic INTEGER NOT NULL REFERENCES topics (id),
  number INTEGER NOT NULL,
  first_offset INTEGER NOT NULL DEFAULT 0,
  end_offset INTEGER NOT NULL DEFAULT 0,
  last_ms INTEGER NOT NULL DEFAULT 0,
  UNIQUE (topic, number)
);

CREATE TABLE records (
  partition INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  timestamp_ms INTEGER NOT NULL,
  key TEXT,
  headers TEXT,
  value BLOB NOT NULL,
  PRIMARY KEY (partition, offset)
) WITHOUT ROWID;
`;

/**
 * `revision` grows with every change that other members have to look at; `since` is the revision at which the owner took
 * the partition, so that a partition lost and taken again is not mistaken for one that was kept. Times are the wall's.
 */
const GROUPS = `
CREATE TABLE consumer_groups (
  id INTEGER PRIMARY KEY,
  topic INTEGER NOT NULL REFERENCES topics (id),
  name TEXT NOT NULL,
  revision INTEGER NOT NULL DEFAULT 0,
  UNIQUE (topic, name)
);

CREATE TABLE members (
  consumer_group INTEGER NOT NULL REFERENCES consumer_groups (id),
  id TEXT NOT NULL,
  lease_until_ms INTEGER NOT NULL,
  PRIMARY KEY (consumer_group, id)
) WITHOUT ROWID;

CREATE TABLE owners (
  consumer_group INTEGER NOT NULL,
  partition INTEGER NOT NULL REFERENCES partitions (id),
  member TEXT NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (consumer_group, partition),
  FOREIGN KEY (consumer_group, member) REFERENCES members (consumer_group, id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX owners_member ON owners (consumer_group, member);

CREATE TABLE committed (
  consumer_group INTEGER NOT NULL REFERENCES consumer_groups (id),
  partition INTEGER NOT NULL REFERENCES partitions (id),
  next_offset INTEGER NOT NULL,
  PRIMARY KEY (consumer_group, partition)
) WITHOUT ROWID;
`;

export const LOG_SCHEMA: Schema = {
  name: "event log",
  // "aslg"
  applicationId: 0x61_73_6c_67,
  migrations: [RECORDS + GROUPS],
};
