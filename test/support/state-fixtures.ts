/** Values for tests of the state store. */
import { NO_ACCESS, recordReads } from "../../src/core/access-stats.ts";
import type { ObjectRef } from "../../src/core/object-ref.ts";
import type { MoveProgress } from "../../src/core/move-progress.ts";
import { type ObjectState, unknownObject } from "../../src/core/object-state.ts";
import type { PlanHeader, PlannedMove } from "../../src/core/plan.ts";
import type { TransitionState } from "../../src/core/transition.ts";
import type { AuditEntry, Effect, EffectBatch, JournalEntry, RunRecord } from "../../src/ports/state-store.ts";

export const BUCKET = "photos";
export const NOW_MS = Date.UTC(2026, 0, 15, 12);
export const LOG_ID = "6a1f0a52-log";
export const TOPIC = "data-events";

export function ref(key: string, bucket = BUCKET): ObjectRef {
  return { bucket, key };
}

/** An object with every field set. */
export function fullObject(key: string, bucket = BUCKET): ObjectState {
  return {
    bucket,
    key,
    sizeBytes: 5_000_000_000_000,
    etag: '"9b2cf535f27731c974343645a3985328-12"',
    versionId: "3HL4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY",
    storageClass: "STANDARD_IA",
    classSinceMs: NOW_MS - 40_000,
    createdMs: NOW_MS - 90_000,
    ageUncertain: true,
    sequencer: "0055AED6DCD90281E5",
    deletedMs: null,
    hold: { legalHold: true, retainUntilMs: NOW_MS + 1_000, seenAtMs: NOW_MS },
    promotedMs: NOW_MS - 50_000,
    reviewMs: NOW_MS + 3_600_000,
    access: [3, 200, 1, 5_000_000_000].reduce(
      (stats, reads, index) => recordReads(stats, NOW_MS - index * 86_400_000 * 3, reads, 90),
      NO_ACCESS,
    ),
  };
}

/** One read of the object at `atMs`. */
export function readEffect(offset: bigint, target: ObjectRef, eventId = `event-${offset}`, atMs = NOW_MS): Effect {
  return {
    offset,
    ref: target,
    source: `s3://${target.bucket}`,
    eventId,
    apply: (known) => {
      const state = known ?? unknownObject(target);
      return { ...state, access: recordReads(state.access, atMs, 1, 90) };
    },
  };
}

/** A batch whose effects stand at consecutive offsets from the first one's. */
export function batchOf(effects: readonly Effect[], over: Partial<EffectBatch> = {}): EffectBatch {
  const firstOffset = over.firstOffset ?? effects[0]?.offset ?? 0n;
  return {
    logId: LOG_ID,
    topic: TOPIC,
    partition: 0,
    firstOffset,
    nextOffset: firstOffset + BigInt(effects.length),
    nowMs: NOW_MS,
    effects,
    ...over,
  };
}

export function plannedMove(key: string, bucket = BUCKET): PlannedMove {
  return {
    bucket,
    key,
    sizeBytes: 123_456_789,
    etag: '"abc"',
    from: "STANDARD",
    to: "GLACIER",
    toTier: "cold",
    mechanism: "copy",
    rule: "matrix",
    why: "age 100 days, 0 reads",
    createdMs: NOW_MS - 8_640_000_000,
    feeMicros: 35.25,
    savingMicrosPerMonth: 2_345.125,
    breakEvenMs: NOW_MS + 86_400_000,
    worstCaseMicros: 3_456,
  };
}

export function planHeader(id: string, over: Partial<PlanHeader> = {}): PlanHeader {
  return {
    id,
    bucket: BUCKET,
    createdMs: NOW_MS,
    strategy: "matrix",
    priceBook: "aws-us-east-1 2026-01-01",
    totals: {
      objectsSeen: 3,
      bytesSeen: 300,
      objectsStaying: 1,
      moves: 2,
      movedBytes: 200,
      feeMicros: 70.5,
      savingMicrosPerMonth: 4_690.25,
      refusals: { payback: { objects: 1, bytes: 9, savingMicrosPerMonth: -1.5, feeMicros: 3 } },
      classes: { STANDARD: { objects: 3, bytes: 300 } },
    },
    hash: "00ff",
    ...over,
  };
}

export function runRecord(id: string, over: Partial<RunRecord> = {}): RunRecord {
  return {
    id,
    planId: `plan-of-${id}`,
    bucket: BUCKET,
    startedMs: NOW_MS,
    finishedMs: null,
    state: "running",
    done: 0,
    failed: 0,
    skipped: 0,
    restoring: 0,
    movedBytes: 0,
    feeMicros: 0,
    savingMicrosPerMonth: 0,
    reasons: {},
    stopReason: null,
    stopDetail: null,
    ...over,
  };
}

/** A journal line that waits for nothing and knows nothing yet. */
export function journalEntry(
  runId: string,
  seq: number,
  key: string,
  state: TransitionState,
  over: Partial<JournalEntry> = {},
): JournalEntry {
  return {
    runId,
    seq,
    move: plannedMove(key),
    state,
    etagAfter: null,
    versionAfter: null,
    reason: null,
    updatedMs: NOW_MS,
    progress: null,
    dueMs: null,
    ...over,
  };
}

/** All that a line can know of a move under way. */
export const FULL_PROGRESS: MoveProgress = {
  spendDay: "day:2026-01-15",
  before: {
    metadata: { owner: "ann", "x-ünï": "1" },
    contentHeaders: { "content-type": "image/png", "cache-control": "no-store" },
    websiteRedirect: "/elsewhere",
    tagCount: 3,
    encryption: { algorithm: "aws:kms", kmsKeyId: "key", bucketKey: true },
    checksum: { algorithm: "SHA256", value: "c2hh", type: "FULL_OBJECT" },
    versionId: "v1",
    grants: ["id ann FULL_CONTROL"],
  },
  uploadId: "upload",
  restore: { speed: "bulk", askedMs: NOW_MS - 5, asks: 1 },
  tag: { ruleId: "rule", setMs: NOW_MS - 9 },
};

export function auditEntry(action: string, atMs = NOW_MS): AuditEntry {
  return { atMs, actor: "ann@example.com", action, detail: { about: action, nested: { list: [1, "two", null] } } };
}

/** Everything an iterable of pages yields, in one list. */
export async function collect<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const items: T[] = [];
  for await (const page of pages) items.push(...page);
  return items;
}

/** The list in pages of `size`. */
export async function* inPages<T>(items: readonly T[], size: number): AsyncGenerator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield Promise.resolve(items.slice(at, at + size));
}
