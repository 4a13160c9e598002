/** The objects table: rows to states and back. Rows come as arrays: named columns cost more than reading the row. */
import type { ObjectRef } from "../../core/object-ref.ts";
import type { HoldState, ObjectState } from "../../core/object-state.ts";
import { type Cells, byteCell, cellsOf, numberCell, numberCellOrNull, textCell, textCellOrNull } from "./columns.ts";
import type { Database } from "./database.ts";
import { decodeDays, encodeDays } from "./day-counts.ts";

/** In the order in which {@link objectOf} reads them and {@link storeObject} writes them. */
export const OBJECT_COLUMNS = `bucket, key, size_bytes, etag, version_id, storage_class, class_since_ms, created_ms,
  age_uncertain, sequencer, deleted_ms, hold_legal, hold_until_ms, hold_seen_ms, lifetime_reads, last_access_ms,
  decayed_reads, decayed_read_days, decayed_at_ms, days, promoted_ms, review_ms`;

const SELECT = `SELECT ${OBJECT_COLUMNS} FROM objects WHERE bucket = ? AND key = ?`;
const REPLACE = `REPLACE INTO objects (${OBJECT_COLUMNS})
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
/** Touches no index, unlike {@link REPLACE}, and {@link SET_REVIEWED} only the one of reviews. */
const SET_ACCESS = setAccess("");
const SET_REVIEWED = setAccess(", review_ms = ?");

function setAccess(more: string): string {
  return `UPDATE objects SET lifetime_reads = ?, last_access_ms = ?, decayed_reads = ?, decayed_read_days = ?,
  decayed_at_ms = ?, days = ?${more} WHERE bucket = ? AND key = ?`;
}

export function loadObject(db: Database, ref: ObjectRef): ObjectState | undefined {
  const row = db.statement(SELECT, "arrays").get(ref.bucket, ref.key);
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
    state.reviewMs,
  );
}

/** Writes what `after` has otherwise than the stored `before`. */
export function storeChange(db: Database, before: ObjectState, after: ObjectState): void {
  if (!hasOnlyNewReads(before, after)) {
    storeObject(db, after);
    return;
  }
  const { bucket, key, access, reviewMs } = after;
  const { lifetimeReads, lastAccessMs, decayedReads, decayedReadDays, decayedAtMs } = access;
  const counts = [lifetimeReads, lastAccessMs, decayedReads, decayedReadDays, decayedAtMs, encodeDays(access.days)];
  if (reviewMs === before.reviewMs) db.statement(SET_ACCESS).run(...counts, bucket, key);
  else db.statement(SET_REVIEWED).run(...counts, reviewMs, bucket, key);
}

/** And perhaps another review. */
function hasOnlyNewReads(a: ObjectState, b: ObjectState): boolean {
  return (
    a.bucket === b.bucket &&
    a.key === b.key &&
    a.sizeBytes === b.sizeBytes &&
    a.etag === b.etag &&
    a.versionId === b.versionId &&
    a.storageClass === b.storageClass &&
    a.classSinceMs === b.classSinceMs &&
    a.createdMs === b.createdMs &&
    a.ageUncertain === b.ageUncertain &&
    a.sequencer === b.sequencer &&
    a.deletedMs === b.deletedMs &&
    a.hold === b.hold &&
    a.promotedMs === b.promotedMs
  );
}

/** @param row the {@link OBJECT_COLUMNS} as an array, of a statement made to give arrays */
export function objectOf(row: object): ObjectState {
  const cells = cellsOf(row);
  return {
    bucket: textCell(cells, 0, "bucket"),
    key: textCell(cells, 1, "key"),
    sizeBytes: numberCellOrNull(cells, 2, "size_bytes"),
    etag: textCellOrNull(cells, 3, "etag"),
    versionId: textCellOrNull(cells, 4, "version_id"),
    storageClass: textCellOrNull(cells, 5, "storage_class"),
    classSinceMs: numberCellOrNull(cells, 6, "class_since_ms"),
    createdMs: numberCellOrNull(cells, 7, "created_ms"),
    ageUncertain: numberCell(cells, 8, "age_uncertain") === 1,
    sequencer: textCellOrNull(cells, 9, "sequencer"),
    deletedMs: numberCellOrNull(cells, 10, "deleted_ms"),
    hold: holdOf(cells),
    promotedMs: numberCellOrNull(cells, 20, "promoted_ms"),
    reviewMs: numberCellOrNull(cells, 21, "review_ms"),
    access: {
      lifetimeReads: numberCell(cells, 14, "lifetime_reads"),
      lastAccessMs: numberCellOrNull(cells, 15, "last_access_ms"),
      decayedReads: numberCell(cells, 16, "decayed_reads"),
      decayedReadDays: numberCell(cells, 17, "decayed_read_days"),
      decayedAtMs: numberCell(cells, 18, "decayed_at_ms"),
      days: decodeDays(byteCell(cells, 19, "days")),
    },
  };
}

function holdOf(cells: Cells): HoldState | null {
  const legalHold = numberCellOrNull(cells, 11, "hold_legal");
  if (legalHold === null) return null;
  return {
    legalHold: legalHold === 1,
    retainUntilMs: numberCellOrNull(cells, 12, "hold_until_ms"),
    seenAtMs: numberCell(cells, 13, "hold_seen_ms"),
  };
}
