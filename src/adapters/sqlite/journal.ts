/** The journal: one line per transition of a run, and what each teaches of its object. */
import type { ObjectRef } from "../../core/object-ref.ts";
import { type ObjectState, unknownObject } from "../../core/object-state.ts";
import { TRANSITION_STATES } from "../../core/transition.ts";
import type { JournalEntry, JournalUpdate, ObjectMoved } from "../../ports/state-store.ts";
import { type Row, numberOf, textOf, textOrNull, wordOf } from "./columns.ts";
import type { Database } from "./database.ts";
import { moveOf } from "./json.ts";
import { PAGE_ROWS } from "./object-queries.ts";
import { loadObject, storeObject } from "./object-rows.ts";
import { IS_OPEN } from "./state-schema.ts";

const UPSERT = `INSERT INTO journal (run_id, seq, bucket, key, state, move, etag_after, reason, updated_ms)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (run_id, seq) DO UPDATE SET bucket = excluded.bucket, key = excluded.key, state = excluded.state,
    move = excluded.move, etag_after = excluded.etag_after, reason = excluded.reason, updated_ms = excluded.updated_ms`;

const ADVANCE = `UPDATE journal SET state = ?, etag_after = ?, reason = ?, updated_ms = ? WHERE run_id = ? AND seq = ?`;

/** To be called within a write transaction. */
export function writeJournal(db: Database, update: JournalUpdate): void {
  for (const entry of update.entries) writeEntry(db, entry);
  for (const moved of update.moved ?? []) storeObject(db, movedObject(known(db, moved.ref), moved));
  for (const { ref, hold } of update.holds ?? []) storeObject(db, { ...known(db, ref), hold });
}

export function openEntries(db: Database, bucket: string): JournalEntry[] {
  return db
    .statement(`SELECT * FROM journal WHERE bucket = ? AND ${IS_OPEN} ORDER BY run_id, seq`)
    .all(bucket)
    .map(entryOf);
}

export function entriesOfObject(db: Database, ref: ObjectRef, limit: number): JournalEntry[] {
  return db
    .statement("SELECT * FROM journal WHERE bucket = ? AND key = ? ORDER BY updated_ms DESC, run_id DESC LIMIT ?")
    .all(ref.bucket, ref.key, limit)
    .map(entryOf);
}

export async function* pagesOfRun(db: Database, runId: string): AsyncGenerator<readonly JournalEntry[]> {
  let after = -1;
  for (;;) {
    const from = after;
    const page = await db.read(() =>
      db
        .statement("SELECT * FROM journal WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?")
        .all(runId, from, PAGE_ROWS)
        .map(entryOf),
    );
    const last = page.at(-1);
    if (!last) return;
    yield page;
    if (page.length < PAGE_ROWS) return;
    after = last.seq;
  }
}

/** A line's move never changes, so what follows its intent writes only what does. */
function writeEntry(db: Database, entry: JournalEntry): void {
  const { move, runId, seq, state, etagAfter, reason, updatedMs } = entry;
  if (state !== "intent") {
    const { changes } = db.statement(ADVANCE).run(state, etagAfter, reason, updatedMs, runId, seq);
    if (changes === 1) return;
  }
  db.statement(UPSERT).run(
    runId,
    seq,
    move.bucket,
    move.key,
    state,
    JSON.stringify(move),
    etagAfter,
    reason,
    updatedMs,
  );
}

function known(db: Database, ref: ObjectRef): ObjectState {
  return loadObject(db, ref) ?? unknownObject(ref);
}

/**
 * The plan's creation date holds: it is the state's own where the content was the one the state spoke of, else the store's
 * LastModified before our copy, which is better than the date of the copy but not certain.
 */
function movedObject(state: ObjectState, moved: ObjectMoved): ObjectState {
  const isLearned = moved.createdMs !== null && moved.createdMs !== state.createdMs;
  return {
    ...state,
    sizeBytes: moved.sizeBytes,
    etag: moved.etag,
    versionId: moved.versionId,
    storageClass: moved.storageClass,
    classSinceMs: moved.atMs,
    createdMs: moved.createdMs ?? state.createdMs,
    ageUncertain: state.ageUncertain || isLearned,
    hold: null,
  };
}

function entryOf(row: Row): JournalEntry {
  return {
    runId: textOf(row, "run_id"),
    seq: numberOf(row, "seq"),
    move: moveOf(textOf(row, "move")),
    state: wordOf(row, "state", TRANSITION_STATES),
    etagAfter: textOrNull(row, "etag_after"),
    reason: textOrNull(row, "reason"),
    updatedMs: numberOf(row, "updated_ms"),
  };
}
