/**
 * Plans. Moves are written page by page while they are still being found, under a row without a header: a draft, which
 * nobody sees. The header makes it a plan, in one last transaction.
 */
import { AstraError } from "../../core/errors.ts";
import type { PlanHeader, PlannedMove } from "../../core/plan.ts";
import { MS_PER_DAY } from "../../core/units.ts";
import type { AuditEntry } from "../../ports/state-store.ts";
import { writeAudit } from "./audit.ts";
import { numberOf, textOf, textOrNull } from "./columns.ts";
import type { Database } from "./database.ts";
import { headerOf, moveOf } from "./json.ts";
import { PAGE_ROWS } from "./object-queries.ts";

/** A draft untouched for this long (by the wall's clock) was left by a process that died. */
const STALE_DRAFT_MS = MS_PER_DAY;
/** Moves of an abandoned draft deleted in one transaction. */
const DELETE_STEP = 10_000;

export interface StoredMove {
  readonly seq: number;
  readonly move: PlannedMove;
}

export async function putPlan(
  db: Database,
  id: string,
  moves: AsyncIterable<readonly PlannedMove[]>,
  header: () => PlanHeader,
  audit: (header: PlanHeader) => AuditEntry,
): Promise<PlanHeader> {
  await removeDrafts(db, id);
  const draft = await db.write(() => beginDraft(db, id));
  try {
    let seq = 0;
    for await (const page of moves) {
      const first = seq;
      await db.write(() => writeMoves(db, draft, first, page));
      seq += page.length;
    }
    const stored = header();
    await db.write(() => {
      db.statement("UPDATE plans SET header = ? WHERE n = ?").run(JSON.stringify(stored), draft);
      writeAudit(db, audit(stored));
    });
    return stored;
  } catch (error) {
    await removeDrafts(db, id);
    throw error;
  }
}

export function planHeader(db: Database, id: string): PlanHeader | undefined {
  const row = db.statement("SELECT header FROM plans WHERE id = ? AND header IS NOT NULL").get(id);
  return row && headerOf(textOf(row, "header"));
}

export async function* pagesOfMoves(
  db: Database,
  planId: string,
  afterSeq: number,
): AsyncGenerator<readonly StoredMove[]> {
  let after = afterSeq;
  for (;;) {
    const from = after;
    const page = await db.read(() => movesAfter(db, planId, from));
    const last = page.at(-1);
    if (!last) return;
    yield page;
    if (page.length < PAGE_ROWS) return;
    after = last.seq;
  }
}

function movesAfter(db: Database, planId: string, afterSeq: number): StoredMove[] {
  return db
    .statement(
      `SELECT seq, move FROM planned_moves
       WHERE plan = (SELECT n FROM plans WHERE id = ? AND header IS NOT NULL) AND seq > ? ORDER BY seq LIMIT ?`,
    )
    .all(planId, afterSeq, PAGE_ROWS)
    .map((row) => ({ seq: numberOf(row, "seq"), move: moveOf(textOf(row, "move")) }));
}

function beginDraft(db: Database, id: string): number {
  const known = db.statement("SELECT header FROM plans WHERE id = ?").get(id);
  if (known && textOrNull(known, "header") !== null) {
    throw new AstraError("ASTRA_INTERNAL", `a plan ${id} is already stored`, { where: id });
  }
  const { lastInsertRowid } = db.statement("INSERT INTO plans (id, draft_ms) VALUES (?, ?)").run(id, Date.now());
  return Number(lastInsertRowid);
}

function writeMoves(db: Database, draft: number, firstSeq: number, page: readonly PlannedMove[]): void {
  db.statement("UPDATE plans SET draft_ms = ? WHERE n = ?").run(Date.now(), draft);
  const insert = db.statement("INSERT INTO planned_moves (plan, seq, move) VALUES (?, ?, ?)");
  for (const [index, move] of page.entries()) insert.run(draft, firstSeq + index, JSON.stringify(move));
}

/** Removes the draft of this id and abandoned ones, in steps, so that no other writer waits long. */
async function removeDrafts(db: Database, id: string): Promise<void> {
  const drafts = await db.read(() =>
    db
      .statement("SELECT n FROM plans WHERE header IS NULL AND (id = ? OR draft_ms < ?)")
      .all(id, Date.now() - STALE_DRAFT_MS)
      .map((row) => numberOf(row, "n")),
  );
  for (const draft of drafts) {
    while ((await db.write(() => deleteSomeMoves(db, draft))) === DELETE_STEP);
    await db.write(() => db.statement("DELETE FROM plans WHERE n = ? AND header IS NULL").run(draft));
  }
}

function deleteSomeMoves(db: Database, draft: number): number {
  const { changes } = db
    .statement(
      `DELETE FROM planned_moves WHERE plan = ?1 AND seq IN
       (SELECT seq FROM planned_moves WHERE plan = ?1 ORDER BY seq LIMIT ${DELETE_STEP})`,
    )
    .run(draft);
  return Number(changes);
}
