/** A run's journal added up, in steps that leave the process time for other work. */
import { setImmediate as breathe } from "node:timers/promises";
import { TRANSITION_STATES } from "../../core/transition.ts";
import type { JournalTotal } from "../../ports/state-store.ts";
import { type Row, numberOf, numberOrNull, textOrNull, wordOf } from "./columns.ts";
import type { Database } from "./database.ts";

/** Lines of a step: well under 100 ms of work. */
const STEP = 10_000;

const LAST = "SELECT max(seq) AS last FROM journal WHERE run_id = ?";

/** `total` adds up as numbers do in JavaScript: past 2^53 it rounds where an integer sum could not be read. */
const TOTALS = `SELECT state, reason, count(*) AS lines, total(move ->> 'sizeBytes') AS bytes,
    total(move ->> 'feeMicros') AS fee, total(move ->> 'savingMicrosPerMonth') AS saving
  FROM journal WHERE run_id = ? AND seq >= ? AND seq < ? GROUP BY state, reason`;

/** A line that changes meanwhile counts once, as it was or as it is. */
export async function totalsOfRun(db: Database, runId: string): Promise<JournalTotal[]> {
  const last = await db.read(() => numberOrNull(db.statement(LAST).get(runId) ?? {}, "last"));
  const totals = new Map<string, JournalTotal>();
  for (let from = 0; from <= (last ?? -1); from += STEP) {
    const part = await db.read(() =>
      db
        .statement(TOTALS)
        .all(runId, from, from + STEP)
        .map(totalOf),
    );
    for (const total of part) {
      const id = JSON.stringify([total.state, total.reason]);
      const before = totals.get(id);
      totals.set(id, before ? sum(before, total) : total);
    }
    await breathe();
  }
  return [...totals.values()];
}

function totalOf(row: Row): JournalTotal {
  return {
    state: wordOf(row, "state", TRANSITION_STATES),
    reason: textOrNull(row, "reason"),
    lines: numberOf(row, "lines"),
    bytes: numberOf(row, "bytes"),
    feeMicros: numberOf(row, "fee"),
    savingMicrosPerMonth: numberOf(row, "saving"),
  };
}

function sum(a: JournalTotal, b: JournalTotal): JournalTotal {
  return {
    ...a,
    lines: a.lines + b.lines,
    bytes: a.bytes + b.bytes,
    feeMicros: a.feeMicros + b.feeMicros,
    savingMicrosPerMonth: a.savingMicrosPerMonth + b.savingMicrosPerMonth,
  };
}
