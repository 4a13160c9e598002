/** The objects table: rows to states and back. */
import type { ObjectRef } from "../../core/object-ref.ts";
import type { HoldState, ObjectState } from "../../core/object-state.ts";
import { type Row, bytesOf, numberOf, numberOrNull, textOf, textOrNull } from "./columns.ts";
import type { Database } from "./database.ts";
import { decodeDays, encodeDays } from "./day-counts.ts";

const SELECT = "SELECT * FROM objects WHERE bucket = ? AND key = ?";
const REPLACE = `REPLACE INTO objects (bucket, key, size_bytes, etag, version_id, storage_class, class_since_ms,
  created_ms, age_uncertain, sequencer, deleted_ms, hold_legal, hold_until_ms, hold_seen_ms, lifetime_reads,
  last_access_ms, decayed_reads, decayed_read_days, decayed_at_ms, days, promoted_ms)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

export function loadObject(db: Database, ref: ObjectRef): ObjectState | undefined {
  const row = db.statement(SELECT).get(ref.bucket, ref.key);
  return row && objectOf(row);
}

/** Inserts or replaces. Sorting the states first keeps the pages touched together. */
export function storeObject(db: Database, state: ObjectState): void {
  const { hold, access } = state;
  db.statement(REPLACE).run(
    state.bucket,
    state.key,
    state.sizeBytes,
    state.etag,
    state.versionId,
    state.storageClass,
    state.classSinceMs,
    state.createdMs,
    state.ageUncertain ? 1 : 0,
    state.sequencer,
    state.deletedMs,
    hold === null ? null : hold.legalHold ? 1 : 0,
    hold === null ? null : hold.retainUntilMs,
    hold === null ? null : hold.seenAtMs,
    access.lifetimeReads,
    access.lastAccessMs,
    access.decayedReads,
    access.decayedReadDays,
    access.decayedAtMs,
    encodeDays(access.days),
    state.promotedMs,
  );
}

export function objectOf(row: Row): ObjectState {
  return {
    bucket: textOf(row, "bucket"),
    key: textOf(row, "key"),
    sizeBytes: numberOrNull(row, "size_bytes"),
    etag: textOrNull(row, "etag"),
    versionId: textOrNull(row, "version_id"),
    storageClass: textOrNull(row, "storage_class"),
    classSinceMs: numberOrNull(row, "class_since_ms"),
    createdMs: numberOrNull(row, "created_ms"),
    ageUncertain: numberOf(row, "age_uncertain") === 1,
    sequencer: textOrNull(row, "sequencer"),
    deletedMs: numberOrNull(row, "deleted_ms"),
    hold: holdOf(row),
    promotedMs: numberOrNull(row, "promoted_ms"),
    access: {
      lifetimeReads: numberOf(row, "lifetime_reads"),
      lastAccessMs: numberOrNull(row, "last_access_ms"),
      decayedReads: numberOf(row, "decayed_reads"),
      decayedReadDays: numberOf(row, "decayed_read_days"),
      decayedAtMs: numberOf(row, "decayed_at_ms"),
      days: decodeDays(bytesOf(row, "days")),
    },
  };
}

function holdOf(row: Row): HoldState | null {
  const legalHold = numberOrNull(row, "hold_legal");
  if (legalHold === null) return null;
  return {
    legalHold: legalHold === 1,
    retainUntilMs: numberOrNull(row, "hold_until_ms"),
    seenAtMs: numberOf(row, "hold_seen_ms"),
  };
}
