/** The state store in one SQLite file. */
import type { Forecast } from "../../core/forecast/forecast.ts";
import type { ObjectRef } from "../../core/object-ref.ts";
import type { ObjectState } from "../../core/object-state.ts";
import type { PlanHeader, PlannedMove } from "../../core/plan.ts";
import type { Spend } from "../../core/spend.ts";
import type {
  AppliedRange,
  AuditEntry,
  AuditQuery,
  AuditRecord,
  BeginMoves,
  BrakeState,
  DeadLetterMark,
  DueObject,
  EffectBatch,
  EffectResult,
  JournalEntry,
  JournalTotal,
  JournalUpdate,
  Lease,
  LeaseRequest,
  ObjectQuery,
  Orders,
  ReadSourceTotals,
  ReadsBatch,
  RunOrder,
  RunRecord,
  StateStore,
} from "../../ports/state-store.ts";
import { newestAudit, pagesOfAudit, writeAudit } from "./audit.ts";
import { type Database, type DatabaseOptions, openDatabase } from "./database.ts";
import { deadLetterMarks, markDeadLetters } from "./dead-letter-marks.ts";
import { EffectQueue } from "./effect-queue.ts";
import { rangesOf } from "./effects.ts";
import { newestForecasts, writeForecast } from "./forecasts.ts";
import { beginMoves, markRestoresReady, writeJournal } from "./journal.ts";
import { entriesOfObject, pagesOfOpen, pagesOfRun } from "./journal-queries.ts";
import { totalsOfRun } from "./journal-totals.ts";
import { acquireLease, releaseLease } from "./leases.ts";
import { objectsBetween, pagesOfObjects } from "./object-queries.ts";
import { loadObject, storeObject } from "./object-rows.ts";
import { ordersOf, setBrake, setRunOrder } from "./orders.ts";
import { type StoredMove, pagesOfMoves, planHeader, putPlan } from "./plans.ts";
import { applyReads, isKnownSource, sourceTotals } from "./read-sources.ts";
import { type Review, objectsDue, setReviews } from "./reviews.ts";
import { newestRuns, runOfId, runOfPlan, writeRun } from "./runs.ts";
import { areSeen } from "./seen-events.ts";
import { spentUnder } from "./spend.ts";
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
  readonly #effects: EffectQueue;

  constructor(db: Database) {
    this.#db = db;
    this.#effects = new EffectQueue(db);
  }

  applyEffects(batch: EffectBatch): Promise<EffectResult> {
    return this.#effects.apply(batch);
  }

  appliedRanges(logId: string, topic: string): Promise<readonly AppliedRange[]> {
    return this.#db.read(() => rangesOf(this.#db, logId, topic));
  }

  async seenEvents(
    events: readonly { readonly source: string; readonly id: string }[],
    nowMs: number,
  ): Promise<readonly boolean[]> {
    return this.#db.read(() => areSeen(this.#db, events, nowMs));
  }

  applyReads(batch: ReadsBatch): Promise<readonly string[]> {
    return this.#db.write(() => applyReads(this.#db, batch));
  }

  knownReadSources(digests: readonly string[]): Promise<readonly boolean[]> {
    return this.#db.read(() => digests.map((digest) => isKnownSource(this.#db, digest)));
  }

  readSourceTotals(): Promise<readonly ReadSourceTotals[]> {
    return this.#db.read(() => sourceTotals(this.#db));
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

  objectsDue(bucket: string, atMs: number, limit: number, after?: DueObject): Promise<readonly ObjectState[]> {
    return this.#db.read(() => objectsDue(this.#db, bucket, atMs, limit, after));
  }

  setReviews(reviews: readonly Review[]): Promise<void> {
    return this.#db.write(() => setReviews(this.#db, reviews));
  }

  putObjects(states: readonly ObjectState[], audit?: AuditEntry): Promise<void> {
    return this.#audited(audit, () => {
      for (const state of states) storeObject(this.#db, state);
    });
  }

  putPlan(
    planId: string,
    moves: AsyncIterable<readonly PlannedMove[]>,
    header: () => PlanHeader,
    audit: (header: PlanHeader) => AuditEntry,
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
    return this.#audited(audit, () => writeRun(this.#db, run));
  }

  finishRun(run: RunRecord, audit?: AuditEntry): Promise<void> {
    return this.#audited(audit, () => writeRun(this.#db, run));
  }

  run(id: string): Promise<RunRecord | undefined> {
    return this.#db.read(() => runOfId(this.#db, id));
  }

  runs(limit: number): Promise<readonly RunRecord[]> {
    return this.#db.read(() => newestRuns(this.#db, limit));
  }

  runOfPlan(planId: string): Promise<RunRecord | undefined> {
    return this.#db.read(() => runOfPlan(this.#db, planId));
  }

  beginMoves(input: BeginMoves): Promise<number> {
    return this.#db.write(() => beginMoves(this.#db, input));
  }

  writeJournal(update: JournalUpdate): Promise<void> {
    return this.#db.write(() => writeJournal(this.#db, update));
  }

  openJournal(bucket: string, dueMs?: number): AsyncIterable<readonly JournalEntry[]> {
    return pagesOfOpen(this.#db, bucket, dueMs);
  }

  journalOfRun(runId: string): AsyncIterable<readonly JournalEntry[]> {
    return pagesOfRun(this.#db, runId);
  }

  journalTotals(runId: string): Promise<readonly JournalTotal[]> {
    return totalsOfRun(this.#db, runId);
  }

  restoresReady(refs: readonly ObjectRef[], atMs: number): Promise<void> {
    return this.#db.write(() => markRestoresReady(this.#db, refs, atMs));
  }

  journalOfObject(ref: ObjectRef, limit: number): Promise<readonly JournalEntry[]> {
    return this.#db.read(() => entriesOfObject(this.#db, ref, limit));
  }

  putForecast(forecast: Forecast, audit: AuditEntry): Promise<void> {
    return this.#audited(audit, () => writeForecast(this.#db, forecast));
  }

  forecasts(bucket: string, limit: number): Promise<readonly Forecast[]> {
    return this.#db.read(() => newestForecasts(this.#db, bucket, limit));
  }

  acquireLease(request: LeaseRequest): Promise<Lease | { readonly heldBy: string; readonly untilMs: number }> {
    return this.#db.write(() => acquireLease(this.#db, request));
  }

  releaseLease(lease: Lease): Promise<void> {
    return this.#db.write(() => releaseLease(this.#db, lease));
  }

  spent(scopes: readonly string[]): Promise<readonly Spend[]> {
    return this.#db.read(() => spentUnder(this.#db, scopes));
  }

  setBrake(brake: BrakeState, audit: AuditEntry): Promise<void> {
    return this.#audited(audit, () => setBrake(this.#db, brake));
  }

  setRunOrder(runId: string, order: RunOrder, audit: AuditEntry): Promise<void> {
    return this.#audited(audit, () => setRunOrder(this.#db, runId, order));
  }

  orders(runId: string): Promise<Orders> {
    return this.#db.read(() => ordersOf(this.#db, runId));
  }

  markDeadLetters(logId: string, topic: string, marks: readonly DeadLetterMark[], audit: AuditEntry): Promise<void> {
    return this.#audited(audit, () => markDeadLetters(this.#db, logId, topic, marks));
  }

  deadLetterMarks(logId: string, topic: string): Promise<readonly DeadLetterMark[]> {
    return this.#db.read(() => deadLetterMarks(this.#db, logId, topic));
  }

  audit(entry: AuditEntry): Promise<AuditRecord> {
    return this.#db.write(() => writeAudit(this.#db, entry));
  }

  auditEntries(query: AuditQuery): Promise<readonly AuditRecord[]> {
    return this.#db.read(() => newestAudit(this.#db, query));
  }

  auditTrail(): AsyncIterable<readonly AuditRecord[]> {
    return pagesOfAudit(this.#db);
  }

  async close(): Promise<void> {
    await this.#effects.idle();
    await this.#db.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** A change and the entry that tells of it, in one transaction. */
  #audited(audit: AuditEntry | undefined, change: () => void): Promise<void> {
    return this.#db.write(() => {
      change();
      if (audit) writeAudit(this.#db, audit);
    });
  }
}
