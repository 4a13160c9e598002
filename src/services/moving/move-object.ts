/**
 * Moves one object by a conditional copy to itself, and verifies it. Every effect is conditional on what was planned;
 * run again on the same journal line, it finishes what a crash left or finds it finished.
 */
import { isAstraError, toAstraError } from "../../core/errors.ts";
import { objectUri } from "../../core/object-ref.ts";
import type { HoldState } from "../../core/object-state.ts";
import type { PlannedMove } from "../../core/plan.ts";
import { type TransitionState, nextState } from "../../core/transition.ts";
import { AstraError } from "../../core/errors.ts";
import type { ObjectHead, ObjectStore } from "../../ports/object-store.ts";
import type { ObjectMoved } from "../../ports/state-store.ts";
import type { Context } from "../context.ts";
import { differenceAfterMove } from "./verify-move.ts";

export interface MoveOutcome {
  readonly state: TransitionState;
  readonly etagAfter: string | null;
  /** Why it was skipped or failed: a refusal, or an error code. */
  readonly reason: string | null;
  readonly moved: ObjectMoved | null;
  readonly hold: HoldState | null;
}

/** Faults that no other object of the run would be spared: they end the run instead of failing an object. */
const RUN_FAULTS = [
  "ASTRA_STORE_AUTHENTICATION",
  "ASTRA_STORE_BUCKET_MISSING",
  "ASTRA_STORE_UNREACHABLE",
  "ASTRA_STORE_FORBIDDEN",
] as const;

/**
 * @param resumed the line was open before this process: the copy may have been made already.
 * @throws AstraError only for faults that concern the whole run.
 */
export async function moveObject(
  ctx: Context,
  store: ObjectStore,
  move: PlannedMove,
  resumed: boolean,
): Promise<MoveOutcome> {
  try {
    return await attempt(ctx, store, move, resumed);
  } catch (error) {
    if (isAstraError(error, ...RUN_FAULTS)) throw error;
    if (isAstraError(error, "ASTRA_OBJECT_CHANGED")) return skipped("changed");
    if (isAstraError(error, "ASTRA_OBJECT_MISSING")) return skipped("missing");
    const fault = toAstraError(error);
    ctx.logger.warn({ object: objectUri(move), code: fault.code, error: fault.message }, "a move failed");
    return { ...skipped(fault.code), state: nextState("intent", "fail") };
  }
}

async function attempt(ctx: Context, store: ObjectStore, move: PlannedMove, resumed: boolean): Promise<MoveOutcome> {
  const nowMs = ctx.clock.now();
  const head = await store.head(move.key);
  if (resumed && head.storageClass === move.to && head.sizeBytes === move.sizeBytes) return finished(move, head, nowMs);
  if (head.etag !== move.etag || head.storageClass !== move.from || head.sizeBytes !== move.sizeBytes)
    return skipped("changed");
  const hold = holdOf(head, nowMs);
  if (hold) return { ...skipped(hold.legalHold ? "legal_hold" : "retention_lock"), hold };
  if (head.replicationStatus === "PENDING") return skipped("replication_pending");
  const mustRestore = ctx.prices.classes[move.from]?.restore !== undefined;
  if (mustRestore && !isReadable(head, nowMs)) return restoring(ctx, store, move);
  await store.changeClass({ head, storageClass: move.to });
  const after = await store.head(move.key);
  const difference = differenceAfterMove(head, after, move.to);
  if (difference)
    throw new AstraError("ASTRA_STORE_INTEGRITY", `after the move ${difference}`, { where: objectUri(move) });
  return finished(move, after, nowMs);
}

function isReadable(head: ObjectHead, nowMs: number): boolean {
  if (!head.restore || head.restore.ongoing) return false;
  return head.restore.expiresMs === null || head.restore.expiresMs > nowMs;
}

/** Out of an archive: ask for a readable copy; the move goes on when it is there. */
async function restoring(ctx: Context, store: ObjectStore, move: PlannedMove): Promise<MoveOutcome> {
  await store.restore({ key: move.key, days: ctx.config.engine.restore_days, speed: "standard" });
  return { state: nextState("intent", "restore"), etagAfter: null, reason: null, moved: null, hold: null };
}

function holdOf(head: ObjectHead, nowMs: number): HoldState | null {
  const retainUntilMs = head.retention && head.retention.untilMs > nowMs ? head.retention.untilMs : null;
  if (!head.legalHold && retainUntilMs === null) return null;
  return { legalHold: head.legalHold, retainUntilMs, seenAtMs: nowMs };
}

function skipped(reason: string): MoveOutcome {
  return { state: nextState("intent", "skip"), etagAfter: null, reason, moved: null, hold: null };
}

function finished(move: PlannedMove, after: ObjectHead, atMs: number): MoveOutcome {
  return {
    state: nextState(nextState(nextState("intent", "copy"), "verify"), "finish"),
    etagAfter: after.etag,
    reason: null,
    hold: null,
    moved: {
      ref: { bucket: move.bucket, key: move.key },
      etag: after.etag,
      versionId: after.versionId,
      sizeBytes: after.sizeBytes,
      storageClass: after.storageClass,
      atMs,
      createdMs: move.createdMs,
    },
  };
}
