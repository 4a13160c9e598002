/** The state store in one SQLite file. */
import type { Forecast } from "../../core/forecast/forecast.ts";
import type { ObjectRef } from "../../core/object-ref.ts";
import type { ObjectState } from "../../core/object-state.ts";
import type { PlanHeader, PlannedMove } from "../../core/plan.ts";
import type {
  AppliedRange,
  AuditEntry,
  EffectBatch,
  EffectResult,
  JournalEntry,
  JournalUpdate,
  ObjectQuery,
  RunRecord,
  StateStore,
} from "../../ports/state-store.ts";
import { newestAudit, writeAudit } from "./audit.ts";
import { type Database, type DatabaseOptions, openDatabase } from "./database.ts";
import { applyBatch, isSeen, rangesOf } from "./effects.ts";
import { newestForecasts, writeForecast } from "./forecasts.ts";
import { entriesOfObject, openEntries, pagesOfRun, writeJournal } from "./journal.ts";
import { objectsBetween, pagesOfObjects } from "./object-queries.ts";
import { loadObject, storeObject } from "./object-rows.ts";
import { type StoredMove, pagesOfMoves, planHeader, putPlan } from "./plans.ts";
import { newestRuns, runOfPlan, writeRun } from "./runs.ts";
import { STATE_SCHEMA } from "./state-schema.ts";

/**
 * Opens the state file, creating it where it is missing.
 * @throws AstraError ASTRA_STATE_UNREADABLE, ASTRA_STATE_CORRUPT, ASTRA_STATE_NEWER, ASTRA_STATE_BUSY, ASTRA_STATE_FULL
 */
export function openSqliteState(options: DatabaseOptions): StateStore {
  return new SqliteStateStore(openDatabase(options, STATE_SCHEMA));
}

class SqliteStateStore implements StateStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  applyEffects(batch: EffectBatch): Promise<EffectResult> {
    return this.#db.write(() => applyBatch(this.#db, batch));
  }

  appliedRanges(logId: string, topic: string): Promise<readonly AppliedRange[]> {
    return this.#db.read(() => rangesOf(this.#db, logId, topic));
  }

  async seenEvents(
    events: readonly { readonly source: string; readonly id: string }[],
    nowMs: number,
  ): Promise<readonly boolean[]> {
    return this.#db.read(() => events.map(({ source, id }) => isSeen(this.#db, source, id, nowMs)));
  }

  object(ref: ObjectRef): Promise<ObjectState | undefined> {
    return this.#db.read(() => loadObject(this.#db, ref));
  }

  objectsBetween(bucket: string, firstKey: string, lastKey: string): Promise<readonly ObjectState[]> {
    return this.#db.read(() => objectsBetween(this.#db, bucket, firstKey, lastKey));
  }

  objects(query: ObjectQuery): AsyncIterable<readonly ObjectState[]> {
    return pagesOfObjects(this.#db, query);
  }

  putObjects(states: readonly ObjectState[], audit?: AuditEntry): Promise<void> {
    return this.#db.write(() => {
      for (const state of states) storeObject(this.#db, state);
      if (audit) writeAudit(this.#db, audit);
    });
  }

  putPlan(
    planId: string,
    moves: AsyncIterable<readonly PlannedMove[]>,
    header: () => PlanHeader,
    audit: AuditEntry,
  ): Promise<PlanHeader> {
    return putPlan(this.#db, planId, moves, header, audit);
  }

  plan(id: string): Promise<PlanHeader | undefined> {
    return this.#db.read(() => planHeader(this.#db, id));
  }

  plannedMoves(planId: string, afterSeq = -1): AsyncIterable<readonly StoredMove[]> {
    return pagesOfMoves(this.#db, planId, afterSeq);
  }

  startRun(run: RunRecord, audit: AuditEntry): Promise<void> {
    return this.#writeRun(run, audit);
  }

  finishRun(run: RunRecord, audit: AuditEntry): Promise<void> {
    return this.#writeRun(run, audit);
  }

  runs(limit: number): Promise<readonly RunRecord[]> {
    return this.#db.read(() => newestRuns(this.#db, limit));
  }

  runOfPlan(planId: string): Promise<RunRecord | undefined> {
    return this.#db.read(() => runOfPlan(this.#db, planId));
  }

  writeJournal(update: JournalUpdate): Promise<void> {
    return this.#db.write(() => writeJournal(this.#db, update));
  }

  openJournal(bucket: string): Promise<readonly JournalEntry[]> {
    return this.#db.read(() => openEntries(this.#db, bucket));
  }

  journalOfRun(runId: string): AsyncIterable<readonly JournalEntry[]> {
    return pagesOfRun(this.#db, runId);
  }

  journalOfObject(ref: ObjectRef, limit: number): Promise<readonly JournalEntry[]> {
    return this.#db.read(() => entriesOfObject(this.#db, ref, limit));
  }

  putForecast(forecast: Forecast, audit: AuditEntry): Promise<void> {
    return this.#db.write(() => {
      writeForecast(this.#db, forecast);
      writeAudit(this.#db, audit);
    });
  }

  forecasts(bucket: string, limit: number): Promise<readonly Forecast[]> {
    return this.#db.read(() => newestForecasts(this.#db, bucket, limit));
  }

  audit(entry: AuditEntry): Promise<void> {
    return this.#db.write(() => writeAudit(this.#db, entry));
  }

  auditEntries(limit: number): Promise<readonly AuditEntry[]> {
    return this.#db.read(() => newestAudit(this.#db, limit));
  }

  close(): Promise<void> {
    return this.#db.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #writeRun(run: RunRecord, audit: AuditEntry): Promise<void> {
    return this.#db.write(() => {
      writeRun(this.#db, run);
      writeAudit(this.#db, audit);
    });
  }
}
