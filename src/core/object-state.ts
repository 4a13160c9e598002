/** What Astra knows of one object, and how an event changes it. Pure: the same events give the same state. */
import { type AccessStats, NO_ACCESS, recordReads } from "./access-stats.ts";
import { type DataEvent, eventTimeMs, sequencerAfter } from "./event.ts";
import type { ObjectRef } from "./object-ref.ts";

/** A hold or lock as last seen on the object; moves leave such objects alone. */
export interface HoldState {
  readonly legalHold: boolean;
  /** Retention lock until this instant. */
  readonly retainUntilMs: number | null;
  readonly seenAtMs: number;
}

export interface ObjectState extends ObjectRef {
  readonly sizeBytes: number | null;
  readonly etag: string | null;
  readonly versionId: string | null;
  readonly storageClass: string | null;
  /** When the object entered its class, as far as known. */
  readonly classSinceMs: number | null;
  /** Creation by the user; a class change never resets it. */
  readonly createdMs: number | null;
  /** `createdMs` is only the store's LastModified. */
  readonly ageUncertain: boolean;
  /** Sequencer of the last event that changed the object itself. */
  readonly sequencer: string | null;
  readonly deletedMs: number | null;
  readonly hold: HoldState | null;
  /** When a move of ours last took it to a hotter class: it is not sent back at once. */
  readonly promotedMs: number | null;
  /** When to decide on it anew although nothing happens; `null` where the decision stands for good or it was never decided. */
  readonly reviewMs: number | null;
  readonly access: AccessStats;
}

/** An object of which nothing is known but its name. */
export function unknownObject(ref: ObjectRef): ObjectState {
  return {
    bucket: ref.bucket,
    key: ref.key,
    sizeBytes: null,
    etag: null,
    versionId: null,
    storageClass: null,
    classSinceMs: null,
    createdMs: null,
    ageUncertain: false,
    sequencer: null,
    deletedMs: null,
    hold: null,
    promotedMs: null,
    reviewMs: null,
    access: NO_ACCESS,
  };
}

export interface ObserveOptions {
  /** Days of exact counts to keep. */
  readonly keepDays: number;
  /** Principals whose reads are no accesses: crawlers, backup, Astra itself. */
  readonly excludedPrincipals: ReadonlySet<string>;
}

/** What an upload made of a `created` or `overwritten` event. */
export interface StoredFacts {
  readonly sizeBytes: number;
  readonly etag: string;
  readonly versionId: string | null;
  readonly storageClass: string;
}

/**
 * The state after an event. Late events (by sequencer) that speak of the object itself are dropped;
 * accesses are always counted, whatever their order.
 */
export function observeEvent(
  known: ObjectState | undefined,
  event: DataEvent,
  ref: ObjectRef,
  stored: StoredFacts | null,
  options: ObserveOptions,
): ObjectState {
  const state = known ?? unknownObject(ref);
  if (event.type === "astra.object.accessed") return observeAccess(state, event, options);
  const sequencer = event.data.sequencer ?? null;
  if (sequencer !== null && state.sequencer !== null && !sequencerAfter(sequencer, state.sequencer)) return state;
  const atMs = eventTimeMs(event);
  switch (event.type) {
    case "astra.object.created":
    case "astra.object.overwritten":
      return rewritten(state, event, atMs, sequencer, stored);
    case "astra.object.deleted":
      return { ...state, deletedMs: atMs, sequencer: sequencer ?? state.sequencer };
    case "astra.object.restored":
      return { ...state, sequencer: sequencer ?? state.sequencer };
  }
}

/**
 * A copy of ours changed nothing but the class, which the journal tells: only what is older than it is late from here on,
 * and what was deleted before is there again, though the event of that may come later.
 */
export function observeOwnCopy(state: ObjectState, event: DataEvent): ObjectState {
  const { sequencer } = event.data;
  if (sequencer === undefined) return state;
  if (state.sequencer !== null && !sequencerAfter(sequencer, state.sequencer)) return state;
  return { ...state, sequencer, deletedMs: null };
}

/** The write that a move of ours took as its source, told late: when it was, and nothing else, as the copy stands in its place. */
export function observeMovedSource(state: ObjectState, event: DataEvent): ObjectState {
  const { sequencer } = event.data;
  const isNewest = sequencer !== undefined && (state.sequencer === null || sequencerAfter(sequencer, state.sequencer));
  return {
    ...state,
    createdMs: eventTimeMs(event),
    ageUncertain: false,
    ...(isNewest && { sequencer }),
  };
}

/** What a finished move of ours made of an object. */
export interface MoveFacts {
  /** Of the content that was moved; a copy may change the form of it. */
  readonly etagBefore: string;
  readonly etag: string;
  readonly versionId: string | null;
  readonly sizeBytes: number;
  readonly storageClass: string;
  readonly atMs: number;
  /** Creation as the plan knew it: it holds, so that our copy does not make the object young again. */
  readonly createdMs: number | null;
  /** The class is a hotter one: the object is not sent back before a while has passed. */
  readonly isPromotion: boolean;
}

/**
 * The state after a move of ours. The plan's creation date holds: it is the state's own where the content was the one the
 * state spoke of, else the store's LastModified before our copy, which is better than the date of the copy but not certain.
 * Where the state tells of newer content already, the move is the past of what it replaced.
 */
export function observeMove(state: ObjectState, moved: MoveFacts): ObjectState {
  const isOtherContent = state.etag !== null && state.etag !== moved.etagBefore && state.etag !== moved.etag;
  const isNewer = state.createdMs !== null && (moved.createdMs === null || state.createdMs > moved.createdMs);
  if (isOtherContent && isNewer) return state;
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
    promotedMs: moved.isPromotion ? moved.atMs : state.promotedMs,
  };
}

function observeAccess(state: ObjectState, event: DataEvent, options: ObserveOptions): ObjectState {
  const principal = event.data.principal;
  if (principal !== undefined && options.excludedPrincipals.has(principal)) return state;
  const access = recordReads(state.access, eventTimeMs(event), event.data.reads ?? 1, options.keepDays);
  return { ...state, access };
}

/** New content: a new age and a new class; the reads of the name go on counting, as readers ask for names. */
function rewritten(
  state: ObjectState,
  event: DataEvent,
  atMs: number,
  sequencer: string | null,
  stored: StoredFacts | null,
): ObjectState {
  return {
    ...state,
    sizeBytes: stored?.sizeBytes ?? event.data.sizeBytes ?? null,
    etag: stored?.etag ?? event.data.etag ?? null,
    versionId: stored?.versionId ?? event.data.versionId ?? null,
    storageClass: stored?.storageClass ?? event.data.storageClass ?? null,
    classSinceMs: atMs,
    createdMs: atMs,
    ageUncertain: false,
    sequencer: sequencer ?? state.sequencer,
    deletedMs: null,
    hold: null,
    promotedMs: null,
  };
}
