/** The journal's lines: intents as far as they are let in, what follows them, and what each teaches of its object. */
import type { ObjectRef } from "../../core/object-ref.ts";
import { type ObjectState, observeMove, unknownObject } from "../../core/object-state.ts";
import { NO_SPEND, plusSpend } from "../../core/spend.ts";
import type { BeginMoves, JournalEntry, JournalUpdate } from "../../ports/state-store.ts";
import type { Database } from "./database.ts";
import { requireLease } from "./leases.ts";
import { loadObject, storeObject } from "./object-rows.ts";
import { addSpend, spentUnder } from "./spend.ts";

const UPSERT = `INSERT INTO journal (run_id, seq, bucket, key, state, move, etag_after, version_after, reason, updated_ms,
    progress, due_ms)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (run_id, seq) DO UPDATE SET bucket = excluded.bucket, key = excluded.key, state = excluded.state,
    move = excluded.move, etag_after = excluded.etag_after, version_after = excluded.version_after,
    reason = excluded.reason, updated_ms = excluded.updated_ms, progress = excluded.progress, due_ms = excluded.due_ms`;

const ADVANCE = `UPDATE journal SET state = ?, etag_after = ?, version_after = ?, reason = ?, updated_ms = ?, progress = ?,
  due_ms = ? WHERE run_id = ? AND seq = ?`;

/** Only brings the instant forward: what does not wait, or is due already, stays as it is. */
const READY = `UPDATE journal SET due_ms = ?3
  WHERE bucket = ?1 AND key = ?2 AND state = 'restoring' AND due_ms > ?3`;

/** To be called within a write transaction. @returns how many entries, from the front, were written. */
export function beginMoves(db: Database, { lease, entries, spends, scopes, admit }: BeginMoves): number {
  requireLease(db, lease);
  const admitted = admit(spentUnder(db, scopes));
  if (!Number.isInteger(admitted) || admitted < 0 || admitted > entries.length || spends.length !== entries.length) {
    throw new RangeError(`${admitted} of ${entries.length} moves with ${spends.length} costs cannot begin`);
  }
  if (admitted === 0) return 0;
  for (const entry of entries.slice(0, admitted)) writeEntry(db, entry);
  const total = spends.slice(0, admitted).reduce(plusSpend, NO_SPEND);
  for (const scope of scopes) addSpend(db, { scope, ...total });
  return admitted;
}

/** The reason of a failed line whose object was moved nevertheless stays with it. */
const UNDO = "UPDATE journal SET state = 'undone', updated_ms = ? WHERE run_id = ? AND seq = ?";

/** To be called within a write transaction. */
export function writeJournal(db: Database, { lease, entries, moved, holds, spends, undone }: JournalUpdate): void {
  if (lease) requireLease(db, lease);
  for (const entry of entries) {
    if (!advanceEntry(db, entry)) writeEntry(db, entry);
  }
  for (const each of moved ?? []) storeObject(db, observeMove(known(db, each.ref), each));
  for (const { ref, hold } of holds ?? []) storeObject(db, { ...known(db, ref), hold });
  for (const spend of spends ?? []) addSpend(db, spend);
  for (const { runId, seq, atMs } of undone ?? []) db.statement(UNDO).run(atMs, runId, seq);
}

/** To be called within a write transaction. */
export function markRestoresReady(db: Database, refs: readonly ObjectRef[], atMs: number): void {
  for (const { bucket, key } of refs) db.statement(READY).run(bucket, key, atMs);
}

function writeEntry(db: Database, entry: JournalEntry): void {
  const { move, runId, seq, state, etagAfter, versionAfter, reason, updatedMs, dueMs } = entry;
  db.statement(UPSERT).run(
    runId,
    seq,
    move.bucket,
    move.key,
    state,
    JSON.stringify(move),
    etagAfter,
    versionAfter,
    reason,
    updatedMs,
    progressText(entry),
    dueMs,
  );
}

/** A line's move never changes, so what follows its intent writes only what does. @returns whether the line was there */
function advanceEntry(db: Database, entry: JournalEntry): boolean {
  const { runId, seq, state, etagAfter, versionAfter, reason, updatedMs, dueMs } = entry;
  const { changes } = db
    .statement(ADVANCE)
    .run(state, etagAfter, versionAfter, reason, updatedMs, progressText(entry), dueMs, runId, seq);
  return changes === 1;
}

function progressText({ progress }: JournalEntry): string | null {
  return progress && JSON.stringify(progress);
}

function known(db: Database, ref: ObjectRef): ObjectState {
  return loadObject(db, ref) ?? unknownObject(ref);
}
