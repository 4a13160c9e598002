/** Reading the journal: keyset pages, each its own short read. */
import type { ObjectRef } from "../../core/object-ref.ts";
import { TRANSITION_STATES } from "../../core/transition.ts";
import type { JournalEntry } from "../../ports/state-store.ts";
import { type Row, numberOf, numberOrNull, textOf, textOrNull, wordOf } from "./columns.ts";
import type { Database } from "./database.ts";
import { moveOf, progressOf } from "./json.ts";
import { PAGE_ROWS } from "./object-queries.ts";
import { IS_OPEN } from "./state-schema.ts";

/** The inner query is answered by the index alone, however many lines only wait; the outer one reads what is due. */
export const OPEN_PAGE = `SELECT journal.* FROM
  (SELECT run_id AS run, seq AS place FROM journal
   WHERE bucket = ? AND ${IS_OPEN} AND (run_id, seq) > (?, ?) AND (due_ms IS NULL OR due_ms <= ?)
   ORDER BY run_id, seq LIMIT ?)
  CROSS JOIN journal ON run_id = run AND seq = place ORDER BY run, place`;

const RUN_PAGE = "SELECT * FROM journal WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?";
const OF_OBJECT = "SELECT * FROM journal WHERE bucket = ? AND key = ? ORDER BY updated_ms DESC, run_id DESC LIMIT ?";

/** By run and place; with `dueMs`, without lines that wait for later. */
export async function* pagesOfOpen(
  db: Database,
  bucket: string,
  dueMs: number = Infinity,
): AsyncGenerator<readonly JournalEntry[]> {
  let after = { runId: "", seq: -1 };
  for (;;) {
    const { runId, seq } = after;
    const page = await db.read(() => db.statement(OPEN_PAGE).all(bucket, runId, seq, dueMs, PAGE_ROWS).map(entryOf));
    const last = page.at(-1);
    if (!last) return;
    yield page;
    if (page.length < PAGE_ROWS) return;
    after = last;
  }
}

export async function* pagesOfRun(db: Database, runId: string): AsyncGenerator<readonly JournalEntry[]> {
  let after = -1;
  for (;;) {
    const from = after;
    const page = await db.read(() => db.statement(RUN_PAGE).all(runId, from, PAGE_ROWS).map(entryOf));
    const last = page.at(-1);
    if (!last) return;
    yield page;
    if (page.length < PAGE_ROWS) return;
    after = last.seq;
  }
}

export function entriesOfObject(db: Database, ref: ObjectRef, limit: number): JournalEntry[] {
  return db.statement(OF_OBJECT).all(ref.bucket, ref.key, limit).map(entryOf);
}

function entryOf(row: Row): JournalEntry {
  const progress = textOrNull(row, "progress");
  return {
    runId: textOf(row, "run_id"),
    seq: numberOf(row, "seq"),
    move: moveOf(textOf(row, "move")),
    state: wordOf(row, "state", TRANSITION_STATES),
    etagAfter: textOrNull(row, "etag_after"),
    versionAfter: textOrNull(row, "version_after"),
    reason: textOrNull(row, "reason"),
    updatedMs: numberOf(row, "updated_ms"),
    progress: progress === null ? null : progressOf(progress),
    dueMs: numberOrNull(row, "due_ms"),
  };
}
