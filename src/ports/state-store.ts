/**
 * Durable state: objects, log positions, plans, runs and the journal. Every method is one transaction: when it resolves,
 * the change is durable; when it rejects, nothing of it is there. Several processes may share one store.
 *
 * Errors: ASTRA_STATE_FULL, ASTRA_STATE_BUSY, ASTRA_STATE_CORRUPT, ASTRA_STATE_UNREADABLE, ASTRA_STATE_NEWER.
 */
import type { Forecast } from "../core/forecast/forecast.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import type { HoldState, ObjectState } from "../core/object-state.ts";
import type { PlanHeader, PlannedMove } from "../core/plan.ts";
import type { TransitionState } from "../core/transition.ts";

/** One event's effect on one object, at its place in the log. */
export interface Effect {
  readonly offset: bigint;
  readonly ref: ObjectRef;
  /** CloudEvents `source` and `id`: the same pair within the window is one event. */
  readonly source: string;
  readonly eventId: string;
  /** Pure. `undefined` in: the object is not known yet. Returning the argument itself writes nothing. */
  readonly apply: (known: ObjectState | undefined) => ObjectState;
}

export interface EffectBatch {
  readonly logId: string;
  readonly topic: string;
  readonly partition: number;
  /** First offset of the batch and one past its last record, dead-lettered ones included. */
  readonly firstOffset: bigint;
  readonly nextOffset: bigint;
  readonly effects: readonly Effect[];
  readonly nowMs: number;
}

export interface EffectResult {
  readonly applied: number;
  /** Positions the state already held. */
  readonly alreadyApplied: number;
  /** Same (source, id) seen at another position within the window. */
  readonly duplicates: number;
}

/** What part of a partition the state holds: [first, next). */
export interface AppliedRange {
  readonly partition: number;
  readonly first: bigint;
  readonly next: bigint;
}

/** Which objects; a field left out does not narrow. */
export interface ObjectQuery {
  readonly bucket?: string;
  readonly keyPrefix?: string;
  readonly storageClasses?: readonly string[];
  /** Objects that are no more: left out by default. */
  readonly deleted?: "include" | "only";
}

/** How a run stands. `partly`: some moves failed; `interrupted`: it was stopped and can be continued. */
export const RUN_STATES = ["running", "done", "partly", "failed", "interrupted"] as const;
export type RunState = (typeof RUN_STATES)[number];

export interface RunRecord {
  readonly id: string;
  readonly planId: string;
  readonly bucket: string;
  readonly startedMs: number;
  readonly finishedMs: number | null;
  readonly state: RunState;
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  readonly restoring: number;
  readonly movedBytes: number;
  /** Fees of the moves done, as planned. */
  readonly feeMicros: number;
  readonly savingMicrosPerMonth: number;
  readonly reasons: Readonly<Record<string, number>>;
}

/** A line of the journal: one transition of one run. */
export interface JournalEntry {
  readonly runId: string;
  /** Place of the move in its plan. */
  readonly seq: number;
  readonly move: PlannedMove;
  readonly state: TransitionState;
  readonly etagAfter: string | null;
  /** Reason of a skip or failure. */
  readonly reason: string | null;
  readonly updatedMs: number;
}

/** What a finished transition teaches about the object, written with the journal line. */
export interface ObjectMoved {
  readonly ref: ObjectRef;
  readonly etag: string;
  readonly versionId: string | null;
  readonly sizeBytes: number;
  readonly storageClass: string;
  readonly atMs: number;
  /** Creation as the plan knew it: it holds, so that our copy does not make the object young again. */
  readonly createdMs: number | null;
}

/** Journal lines and what they teach, written in one transaction. */
export interface JournalUpdate {
  readonly entries: readonly JournalEntry[];
  readonly moved?: readonly ObjectMoved[];
  readonly holds?: readonly { readonly ref: ObjectRef; readonly hold: HoldState }[];
}

/** Who did what, and when. */
export interface AuditEntry {
  readonly atMs: number;
  readonly actor: string;
  readonly action: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface StateStore extends AsyncDisposable {
  /**
   * Applies a batch's effects in order and moves the position, once: offsets the state already holds and repeated
   * (source, id) pairs of the last 7 days change nothing.
   * @throws AstraError ASTRA_LOG_POSITION_GAP when the batch does not touch the range the state holds.
   */
  applyEffects(batch: EffectBatch): Promise<EffectResult>;
  /** For each (source, id), whether an event of that name was applied within the last 7 days. */
  seenEvents(
    events: readonly { readonly source: string; readonly id: string }[],
    nowMs: number,
  ): Promise<readonly boolean[]>;
  /** Ranges held of a log's topic. */
  appliedRanges(logId: string, topic: string): Promise<readonly AppliedRange[]>;

  object(ref: ObjectRef): Promise<ObjectState | undefined>;
  /** Objects of a bucket with firstKey ≤ key ≤ lastKey by UTF-8 bytes, ascending, deleted ones included. */
  objectsBetween(bucket: string, firstKey: string, lastKey: string): Promise<readonly ObjectState[]>;
  /** Objects in key order, in pages; live ones where the query does not say otherwise. */
  objects(query: ObjectQuery): AsyncIterable<readonly ObjectState[]>;
  /** Inserts or replaces. */
  putObjects(states: readonly ObjectState[], audit?: AuditEntry): Promise<void>;

  /** Stores header and moves; the header comes last because its totals are known last. */
  putPlan(
    planId: string,
    moves: AsyncIterable<readonly PlannedMove[]>,
    header: () => PlanHeader,
    audit: AuditEntry,
  ): Promise<PlanHeader>;
  plan(id: string): Promise<PlanHeader | undefined>;
  /** Moves in plan order, in pages; `afterSeq` resumes. */
  plannedMoves(
    planId: string,
    afterSeq?: number,
  ): AsyncIterable<readonly { readonly seq: number; readonly move: PlannedMove }[]>;

  startRun(run: RunRecord, audit: AuditEntry): Promise<void>;
  finishRun(run: RunRecord, audit: AuditEntry): Promise<void>;
  /** Newest first. */
  runs(limit: number): Promise<readonly RunRecord[]>;
  runOfPlan(planId: string): Promise<RunRecord | undefined>;

  /** Journal lines, and what they teach of the objects, together. */
  writeJournal(update: JournalUpdate): Promise<void>;
  /** Lines in an open state: what a crash left, or a restore holds up. */
  openJournal(bucket: string): Promise<readonly JournalEntry[]>;
  journalOfRun(runId: string): AsyncIterable<readonly JournalEntry[]>;
  /** Lines about one object, newest first. */
  journalOfObject(ref: ObjectRef, limit: number): Promise<readonly JournalEntry[]>;

  /** Kept to be compared with what comes true. */
  putForecast(forecast: Forecast, audit: AuditEntry): Promise<void>;
  /** Newest first. */
  forecasts(bucket: string, limit: number): Promise<readonly Forecast[]>;

  audit(entry: AuditEntry): Promise<void>;
  /** Newest first. */
  auditEntries(limit: number): Promise<readonly AuditEntry[]>;
  close(): Promise<void>;
}
