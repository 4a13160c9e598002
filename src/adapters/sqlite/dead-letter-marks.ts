/** What became of dead letters, by their place in the log. */
import type { DeadLetterMark } from "../../ports/state-store.ts";
import { bigintOf, wordOf } from "./columns.ts";
import type { Database } from "./database.ts";

const OUTCOMES = ["retried", "discarded"] as const satisfies readonly DeadLetterMark["outcome"][];

const MARK = `INSERT INTO dead_letter_marks (log_id, topic, partition, offset, outcome, at_ms) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (log_id, topic, partition, offset) DO UPDATE SET outcome = excluded.outcome, at_ms = excluded.at_ms`;
const MARKS = `SELECT partition, offset, outcome, at_ms FROM dead_letter_marks WHERE log_id = ? AND topic = ?
  ORDER BY partition, offset`;

/** To be called within a write transaction. The latest mark of a letter counts. */
export function markDeadLetters(db: Database, logId: string, topic: string, marks: readonly DeadLetterMark[]): void {
  for (const { partition, offset, outcome, atMs } of marks) {
    db.statement(MARK).run(logId, topic, partition, offset, outcome, atMs);
  }
}

/** By partition and offset. */
export function deadLetterMarks(db: Database, logId: string, topic: string): DeadLetterMark[] {
  return db
    .statement(MARKS, "bigints")
    .all(logId, topic)
    .map((row) => ({
      partition: Number(bigintOf(row, "partition")),
      offset: bigintOf(row, "offset"),
      outcome: wordOf(row, "outcome", OUTCOMES),
      atMs: Number(bigintOf(row, "at_ms")),
    }));
}
