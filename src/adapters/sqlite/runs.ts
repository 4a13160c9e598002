/** Runs: one execution of a plan each. */
import { RUN_STATES, type RunRecord } from "../../ports/state-store.ts";
import { type Row, numberOf, numberOrNull, textOf, textOrNull, wordOf } from "./columns.ts";
import type { Database } from "./database.ts";
import { countsOf } from "./json.ts";

const UPSERT = `INSERT INTO runs (id, plan_id, bucket, started_ms, finished_ms, state, done, failed, skipped,
    restoring, moved_bytes, fee_micros, saving_micros_per_month, reasons, stop_reason,
    stop_detail)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET plan_id = excluded.plan_id, bucket = excluded.bucket,
    started_ms = excluded.started_ms, finished_ms = excluded.finished_ms, state = excluded.state, done = excluded.done,
    failed = excluded.failed, skipped = excluded.skipped, restoring = excluded.restoring,
    moved_bytes = excluded.moved_bytes, fee_micros = excluded.fee_micros,
    saving_micros_per_month = excluded.saving_micros_per_month, reasons = excluded.reasons,
    stop_reason = excluded.stop_reason, stop_detail = excluded.stop_detail`;

/** To be called within a write transaction. */
export function writeRun(db: Database, run: RunRecord): void {
  db.statement(UPSERT).run(
    run.id,
    run.planId,
    run.bucket,
    run.startedMs,
    run.finishedMs,
    run.state,
    run.done,
    run.failed,
    run.skipped,
    run.restoring,
    run.movedBytes,
    run.feeMicros,
    run.savingMicrosPerMonth,
    JSON.stringify(run.reasons),
    run.stopReason,
    run.stopDetail,
  );
}

export function runOfId(db: Database, id: string): RunRecord | undefined {
  const row = db.statement("SELECT * FROM runs WHERE id = ?").get(id);
  return row && runOf(row);
}

export function newestRuns(db: Database, limit: number): RunRecord[] {
  return db.statement("SELECT * FROM runs ORDER BY started_ms DESC, n DESC LIMIT ?").all(limit).map(runOf);
}

export function runOfPlan(db: Database, planId: string): RunRecord | undefined {
  const row = db.statement("SELECT * FROM runs WHERE plan_id = ? ORDER BY n DESC LIMIT 1").get(planId);
  return row && runOf(row);
}

function runOf(row: Row): RunRecord {
  return {
    id: textOf(row, "id"),
    planId: textOf(row, "plan_id"),
    bucket: textOf(row, "bucket"),
    startedMs: numberOf(row, "started_ms"),
    finishedMs: numberOrNull(row, "finished_ms"),
    state: wordOf(row, "state", RUN_STATES),
    done: numberOf(row, "done"),
    failed: numberOf(row, "failed"),
    skipped: numberOf(row, "skipped"),
    restoring: numberOf(row, "restoring"),
    movedBytes: numberOf(row, "moved_bytes"),
    feeMicros: numberOf(row, "fee_micros"),
    savingMicrosPerMonth: numberOf(row, "saving_micros_per_month"),
    reasons: countsOf(textOf(row, "reasons")),
    stopReason: textOrNull(row, "stop_reason"),
    stopDetail: textOrNull(row, "stop_detail"),
  };
}
