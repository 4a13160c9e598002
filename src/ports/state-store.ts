/**
 * Durable state: objects, log positions, plans, runs and the journal. Every method is one transaction: when it resolves,
 * the change is durable; when it rejects, nothing of it is there. Several processes may share one store.
 *
 * Errors: ASTRA_STATE_FULL, ASTRA_STATE_BUSY, ASTRA_STATE_CORRUPT, ASTRA_STATE_UNREADABLE, ASTRA_STATE_NEWER.
 */
import type { Forecast } from "../core/forecast/forecast.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import type { HoldState, MoveFacts, ObjectState } from "../core/object-state.ts";
import type { MoveProgress } from "../core/move-progress.ts";
import type { PlanHeader, PlannedMove } from "../core/plan.ts";
import type { Spend } from "../core/spend.ts";
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

/**
 * How a run stands. `partly`: some moves failed; `interrupted`: its process was told to end; `stopped`: a brake or an
 * operator ended it. What is not `done` or `partly` can be continued.
 */
export const RUN_STATES = ["running", "done", "partly", "failed", "interrupted", "stopped"] as const;
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
  /** Which brake ended it, in the words of `core/brakes.ts`; `null` where none did. */
  readonly stopReason: string | null;
  /** That in a sentence with its numbers. */
  readonly stopDetail: string | null;
}

/** A line of the journal: one transition of one run. */
export interface JournalEntry {
  readonly runId: string;
  /** Place of the move in its plan. */
  readonly seq: number;
  readonly move: PlannedMove;
  readonly state: TransitionState;
  readonly etagAfter: string | null;
  readonly versionAfter: string | null;
  /** Reason of a skip or failure. */
  readonly reason: string | null;
  readonly updatedMs: number;
  /** What whoever takes the line up has to know; `null` where a look at the object tells all. */
  readonly progress: MoveProgress | null;
  /** A line that waits for the store is not looked at before this instant; `null` where it does not wait. */
  readonly dueMs: number | null;
}

/** Lines of one run that stand alike, added up; money in micros. */
export interface JournalTotal {
  readonly state: TransitionState;
  readonly reason: string | null;
  readonly lines: number;
  readonly bytes: number;
  readonly feeMicros: number;
  readonly savingMicrosPerMonth: number;
}

/** The right to change a thing alone, until it runs out. The token grows with every holder: an older one is refused. */
export interface Lease {
  readonly name: string;
  readonly token: number;
}

export interface LeaseRequest {
  /** `bucket:NAME` */
  readonly name: string;
  /** Who asks: {@link Presence.self}. */
  readonly holder: string;
  readonly nowMs: number;
  readonly ttlMs: number;
  /** Whether a holder whose lease still runs is known to be gone (a process of this machine that ended). */
  readonly isGone: (holder: string) => boolean;
}

/** Adds to what was spent under a name: `run:ID`, `day:2026-11-23`. Negative where a reservation is given back. */
export interface SpendChange extends Spend {
  readonly scope: string;
}

/** Intents that are written as far as the caps allow, and what they will cost, in one transaction. */
export interface BeginMoves {
  readonly lease: Lease;
  readonly entries: readonly JournalEntry[];
  /** What each entry will cost, in their order. */
  readonly spends: readonly Spend[];
  /** Names under which all of it counts. */
  readonly scopes: readonly string[];
  /** Pure. Given what was spent under each scope, how many entries from the front may begin. */
  readonly admit: (spent: readonly Spend[]) => number;
}

/** What operators have ordered of a run. */
export const RUN_ORDERS = ["run", "pause", "stop"] as const;
export type RunOrder = (typeof RUN_ORDERS)[number];

/** The kill switch, and who threw it when. */
export interface BrakeState {
  readonly isOn: boolean;
  readonly actor: string;
  readonly atMs: number;
  readonly why: string | null;
}

/** What a worker has to heed, read at once. */
export interface Orders {
  /** `null` where the switch was never thrown. */
  readonly brake: BrakeState | null;
  readonly run: RunOrder;
}

/** What became of a dead letter. */
export interface DeadLetterMark {
  readonly partition: number;
  readonly offset: bigint;
  readonly outcome: "retried" | "discarded";
  readonly atMs: number;
}

/** What a finished transition teaches about the object, written with the journal line. */
export interface ObjectMoved extends MoveFacts {
  readonly ref: ObjectRef;
}

/** Journal lines and what they teach, written in one transaction. */
export interface JournalUpdate {
  readonly entries: readonly JournalEntry[];
  readonly moved?: readonly ObjectMoved[];
  readonly holds?: readonly { readonly ref: ObjectRef; readonly hold: HoldState }[];
  readonly spends?: readonly SpendChange[];
  /** Finished lines that this update takes back: they become `undone`. */
  readonly undone?: readonly { readonly runId: string; readonly seq: number; readonly atMs: number }[];
  /** Refused with ASTRA_LEASE_LOST, and nothing written, where it is no longer the newest of its name. */
  readonly lease?: Lease;
}

/** Who did what, and when. */
export interface AuditEntry {
  readonly atMs: number;
  readonly actor: string;
  readonly action: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** An entry at its place in the chain. */
export interface AuditRecord extends AuditEntry {
  /** 1 for the first, without gaps. */
  readonly seq: number;
  /** Hash of the entry before; of the first, {@link CHAIN_START} of `core/audit-chain.ts`. */
  readonly previousHash: string;
  /** SHA-256, hex, over `chainText` of `core/audit-chain.ts`. */
  readonly hash: string;
}

/** Which entries; a field left out does not narrow. */
export interface AuditQuery {
  readonly limit: number;
  readonly action?: string;
  readonly actor?: string;
  /** At or after. */
  readonly fromMs?: number;
}

/** A file of telemetry (an access log, a trail) that was read to its end. */
export interface ReadSource {
  /** Where it was found: `s3://logs/prefix/2026-11-…`, or a path. */
  readonly name: string;
  /** Fingerprint of its content: the same content under another name is the same source. */
  readonly digest: string;
  /** What a listing tells of it (name, ETag, size) in one text: it is known by that too, without being read. */
  readonly listedAs?: string;
  /** Which telemetry: two kinds that tell of the same reads would count them twice. */
  readonly kind: "access-log" | "cloudtrail";
  readonly sizeBytes: number;
  readonly lines: number;
  /** First and last day (days since 1970-01-01 UTC) its reads are of; `null` where it told of none. */
  readonly days: { readonly first: number; readonly last: number } | null;
}

/** What sources tell of objects' reads, added up by object; sources and effects are one transaction. */
export interface ReadsBatch {
  readonly sources: readonly ReadSource[];
  /** One an object. Pure, as {@link Effect.apply}. */
  readonly effects: readonly Pick<Effect, "ref" | "apply">[];
  readonly nowMs: number;
}

/** A place among the objects due. */
export type DueObject = Pick<ObjectState, "key" | "reviewMs">;

/** What is known of the sources of reads of one kind. */
export interface ReadSourceTotals {
  readonly kind: ReadSource["kind"];
  readonly sources: number;
  readonly sizeBytes: number;
  readonly lines: number;
  readonly days: ReadSource["days"];
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
  /**
   * Applies reads and remembers their sources for good, once.
   * @returns the digests that were known already; where there are any, nothing was written.
   */
  applyReads(batch: ReadsBatch): Promise<readonly string[]>;
  /** For each digest, or {@link ReadSource.listedAs}, whether its source was applied. */
  knownReadSources(digests: readonly string[]): Promise<readonly boolean[]>;
  /** Sources applied so far, by kind. */
  readSourceTotals(): Promise<readonly ReadSourceTotals[]>;
  /** Ranges held of a log's topic. */
  appliedRanges(logId: string, topic: string): Promise<readonly AppliedRange[]>;

  object(ref: ObjectRef): Promise<ObjectState | undefined>;
  /** Objects of a bucket with firstKey ≤ key ≤ lastKey by UTF-8 bytes, ascending, deleted ones included. */
  objectsBetween(bucket: string, firstKey: string, lastKey: string): Promise<readonly ObjectState[]>;
  /** Objects in key order, in pages; live ones where the query does not say otherwise. */
  objects(query: ObjectQuery): AsyncIterable<readonly ObjectState[]>;
  /**
   * Live objects of a bucket whose `reviewMs` is at or before `atMs`, the longest due first. Found by an index: the cost is
   * that of the objects found, not of the bucket. `after` goes on behind an object found before.
   */
  objectsDue(bucket: string, atMs: number, limit: number, after?: DueObject): Promise<readonly ObjectState[]>;
  /** Sets `reviewMs` of objects that still have the one stated; others were changed meanwhile and keep theirs. */
  setReviews(
    reviews: readonly { readonly ref: ObjectRef; readonly from: number | null; readonly to: number | null }[],
  ): Promise<void>;
  /** Inserts or replaces. */
  putObjects(states: readonly ObjectState[], audit?: AuditEntry): Promise<void>;

  /** Stores header and moves; the header comes last because its totals are known last. */
  putPlan(
    planId: string,
    moves: AsyncIterable<readonly PlannedMove[]>,
    header: () => PlanHeader,
    audit: (header: PlanHeader) => AuditEntry,
  ): Promise<PlanHeader>;
  plan(id: string): Promise<PlanHeader | undefined>;
  /** Moves in plan order, in pages; `afterSeq` resumes. */
  plannedMoves(
    planId: string,
    afterSeq?: number,
  ): AsyncIterable<readonly { readonly seq: number; readonly move: PlannedMove }[]>;

  startRun(run: RunRecord, audit: AuditEntry): Promise<void>;
  /** Without an audit entry: counts of a run that go on changing after its end (restores, an undo). */
  finishRun(run: RunRecord, audit?: AuditEntry): Promise<void>;
  run(id: string): Promise<RunRecord | undefined>;
  /** Newest first. */
  runs(limit: number): Promise<readonly RunRecord[]>;
  runOfPlan(planId: string): Promise<RunRecord | undefined>;

  /**
   * Writes intents from the front as far as `admit` lets in. @returns how many.
   * @throws AstraError ASTRA_LEASE_LOST
   */
  beginMoves(input: BeginMoves): Promise<number>;
  /** Journal lines, and what they teach of the objects, together. @throws AstraError ASTRA_LEASE_LOST */
  writeJournal(update: JournalUpdate): Promise<void>;
  /**
   * Lines in an open state, by run and place: what a crash left, or a restore holds up. With `dueMs`, of those that wait
   * only the ones due by then. Lines may be written while the pages are walked.
   */
  openJournal(bucket: string, dueMs?: number): AsyncIterable<readonly JournalEntry[]>;
  journalOfRun(runId: string): AsyncIterable<readonly JournalEntry[]>;
  /** The run's lines added up by state and reason. */
  journalTotals(runId: string): Promise<readonly JournalTotal[]>;
  /** Lines that wait for a restore of these objects become due. Repeating it is harmless. */
  restoresReady(refs: readonly ObjectRef[], atMs: number): Promise<void>;
  /** Lines about one object, newest first. */
  journalOfObject(ref: ObjectRef, limit: number): Promise<readonly JournalEntry[]>;

  /** Kept to be compared with what comes true. */
  putForecast(forecast: Forecast, audit: AuditEntry): Promise<void>;
  /** Newest first. */
  forecasts(bucket: string, limit: number): Promise<readonly Forecast[]>;

  /**
   * Takes or renews a lease: a holder that has it gets it again with the same token.
   * @returns the present holder's name where another has it.
   */
  acquireLease(request: LeaseRequest): Promise<Lease | { readonly heldBy: string; readonly untilMs: number }>;
  /** Gives it back; harmless where it is no longer the newest. */
  releaseLease(lease: Lease): Promise<void>;
  /** What was spent under each name, in their order; nothing where it is unknown. */
  spent(scopes: readonly string[]): Promise<readonly Spend[]>;

  setBrake(brake: BrakeState, audit: AuditEntry): Promise<void>;
  setRunOrder(runId: string, order: RunOrder, audit: AuditEntry): Promise<void>;
  /** Cheap enough to be asked several times a second. */
  orders(runId: string): Promise<Orders>;

  markDeadLetters(logId: string, topic: string, marks: readonly DeadLetterMark[], audit: AuditEntry): Promise<void>;
  deadLetterMarks(logId: string, topic: string): Promise<readonly DeadLetterMark[]>;

  /** Appends to the chain, in one transaction with nothing else; other verbs' entries go with what they tell of. */
  audit(entry: AuditEntry): Promise<AuditRecord>;
  /** Newest first. */
  auditEntries(query: AuditQuery): Promise<readonly AuditRecord[]>;
  /** The whole chain as it is stored, in its order, in pages; nothing is checked. */
  auditTrail(): AsyncIterable<readonly AuditRecord[]>;
  close(): Promise<void>;
}
