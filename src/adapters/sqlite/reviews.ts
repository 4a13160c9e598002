/** When objects are to be decided anew: the index of due objects is the timer wheel. */
import type { ObjectRef } from "../../core/object-ref.ts";
import type { ObjectState } from "../../core/object-state.ts";
import type { DueObject } from "../../ports/state-store.ts";
import type { Database } from "./database.ts";
import { OBJECT_COLUMNS, objectOf } from "./object-rows.ts";

/** A review moved from one instant to another. */
export interface Review {
  readonly ref: ObjectRef;
  readonly from: number | null;
  readonly to: number | null;
}

/** Spells the condition of the partial index `objects_due`. */
export const DUE = `SELECT ${OBJECT_COLUMNS} FROM objects
  WHERE bucket = ? AND review_ms <= ? AND (review_ms, key) > (?, ?) AND review_ms IS NOT NULL AND deleted_ms IS NULL
  ORDER BY review_ms, key LIMIT ?`;
/** `IS`, not `=`: an object without a review may be given one. */
const SET = "UPDATE objects SET review_ms = ? WHERE bucket = ? AND key = ? AND review_ms IS ?";

/** Before every place. */
const FIRST: DueObject = { reviewMs: Number.MIN_SAFE_INTEGER, key: "" };

export function objectsDue(
  db: Database,
  bucket: string,
  atMs: number,
  limit: number,
  after: DueObject = FIRST,
): ObjectState[] {
  return db.statement(DUE, "arrays").all(bucket, atMs, after.reviewMs, after.key, limit).map(objectOf);
}

/** To be called within a write transaction. */
export function setReviews(db: Database, reviews: readonly Review[]): void {
  const set = db.statement(SET);
  for (const { ref, from, to } of reviews) set.run(to, ref.bucket, ref.key, from);
}
