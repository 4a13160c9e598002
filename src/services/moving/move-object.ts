/**
 * Moves one object, and verifies it. Every effect is conditional on what was planned; run again on the same journal line, it
 * finishes what a crash left or finds it finished.
 */
import { isAstraError, toAstraError } from "../../core/errors.ts";
import { objectUri } from "../../core/object-ref.ts";
import type { HoldState } from "../../core/object-state.ts";
import { STORE_SKEW_MS } from "../../core/own-copy.ts";
import type { ObjectHead } from "../../ports/object-store.ts";
import type { JournalEntry } from "../../ports/state-store.ts";
import { copyObject, finishCopy, isOurCopy } from "./copy-object.ts";
import { type Mover, MoveLine } from "./move-line.ts";
import type { MoveOutcome } from "./move-outcome.ts";
import { restoreObject } from "./restore-object.ts";
import { MoveHeld } from "./run-guard.ts";
import { tagObject } from "./tag-object.ts";

/**
 * `fresh`: the line was begun by this process; `resumed`: it was open before, so that its effect may have happened;
 * `settle`: as `resumed`, but nothing new is begun.
 */
export type MoveMode = "fresh" | "resumed" | "settle";

/** Faults that no other object of the run would be spared: they end the run instead of failing an object. */
const RUN_FAULTS = [
  "ASTRA_STORE_AUTHENTICATION",
  "ASTRA_STORE_BUCKET_MISSING",
  "ASTRA_STORE_UNREACHABLE",
  "ASTRA_STORE_FORBIDDEN",
  "ASTRA_BUCKET_BUSY",
  "ASTRA_LEASE_LOST",
  "ASTRA_STATE_FULL",
  "ASTRA_STATE_BUSY",
  "ASTRA_STATE_CORRUPT",
  "ASTRA_STATE_UNREADABLE",
] as const;

/** @throws AstraError only for faults that concern the whole run. */
export async function moveObject(mover: Mover, entry: JournalEntry, mode: MoveMode): Promise<MoveOutcome> {
  const line = new MoveLine(mover, entry);
  try {
    return await attempt(line, mode);
  } catch (error) {
    if (error instanceof MoveHeld) return line.deferred();
    if (isAstraError(error, ...RUN_FAULTS)) throw error;
    if (isAstraError(error, "ASTRA_OBJECT_MISSING")) return line.skipped("missing");
    // Once it has landed, it was moved: what fails afterwards is a failure of the move.
    if (!line.landed && isAstraError(error, "ASTRA_OBJECT_CHANGED")) return line.skipped("changed");
    if (!line.landed && isAstraError(error, "ASTRA_OBJECT_ARCHIVED")) return line.skipped("archived");
    const fault = toAstraError(error);
    // Copied, and not looked at to the end: open, as after a crash, so that somebody does.
    if (line.landed && fault.retryable) return line.deferred();
    mover.ctx.logger.warn({ object: objectUri(entry.move), code: fault.code, error: fault.message }, "a move failed");
    return line.failed(fault.code);
  }
}

async function attempt(line: MoveLine, mode: MoveMode): Promise<MoveOutcome> {
  const { move, mover, progress } = line;
  await mover.guard.paced(move.key);
  if (mode !== "fresh") await abortLeftUploads(line);
  // Until it is seen to be as planned, an effect of an earlier process may have been paid for.
  line.isSpent = mode !== "fresh";
  line.looks += 1;
  const head = await mover.store.head(move.key);
  if (progress.tag) return tagObject(line, head, mode);
  if (mode !== "fresh" && head.storageClass === move.to && head.sizeBytes === move.sizeBytes) {
    const mayBeOurs = line.entry.state === "intent" || progress.before !== undefined;
    const isOurs = mayBeOurs && !(await isOtherLines(line, head)) && (await isOurCopy(line, head));
    return isOurs ? finishCopy(line, head) : line.skipped("changed");
  }
  if (head.etag !== move.etag || head.storageClass !== move.from || head.sizeBytes !== move.sizeBytes)
    return line.skipped("changed");
  line.isSpent = false;
  if (mode === "settle") return line.skipped("stopped");
  const held = heldBack(line, head);
  if (held) return held;
  if (!isReadable(line, head)) return restoreObject(line, head);
  if (move.mechanism === "tag") return tagObject(line, head, mode);
  return copyObject(line, head);
}

/** Objects that are left alone whatever was planned. */
function heldBack(line: MoveLine, head: ObjectHead): MoveOutcome | null {
  const hold = holdOf(head, line.mover.ctx.clock.now());
  if (hold) return line.skipped(hold.legalHold ? "legal_hold" : "retention_lock", hold);
  if (head.replicationStatus === "PENDING") return line.skipped("replication_pending");
  if (line.mover.bucket.defaultRetention && line.move.mechanism === "copy") return line.skipped("default_retention");
  const isOthersRestore = head.restore?.ongoing === true && line.progress.restore === undefined;
  return isOthersRestore ? line.skipped("restore_in_progress") : null;
}

function isReadable({ mover, move }: MoveLine, head: ObjectHead): boolean {
  if (mover.ctx.prices.classes[move.from]?.restore === undefined) return true;
  if (!head.restore || head.restore.ongoing) return false;
  return head.restore.expiresMs === null || head.restore.expiresMs > mover.ctx.clock.now();
}

function holdOf(head: ObjectHead, nowMs: number): HoldState | null {
  const retainUntilMs = head.retention && head.retention.untilMs > nowMs ? head.retention.untilMs : null;
  if (!head.legalHold && retainUntilMs === null) return null;
  return { legalHold: head.legalHold, retainUntilMs, seenAtMs: nowMs };
}

/** Moves of one object looked back on. */
const RECENT_MOVES = 8;

/** Another run, working on a plan of the same time, made this copy and has written it down. */
async function isOtherLines({ entry, move, mover }: MoveLine, head: ObjectHead): Promise<boolean> {
  const { state } = mover.ctx;
  const run = await state.run(entry.runId);
  const plan = run && (await state.plan(run.planId));
  const moves = await state.journalOfObject(move, RECENT_MOVES);
  return moves.some(
    (other) =>
      (other.runId !== entry.runId || other.seq !== entry.seq) &&
      other.etagAfter === head.etag &&
      other.versionAfter === head.versionId &&
      other.move.to === move.to &&
      other.updatedMs >= (plan?.createdMs ?? entry.updatedMs),
  );
}

/**
 * Multipart copies that a crash left. One whose beginning was not heard of is known by its key, its class and its time; in
 * the class that uploads have by themselves it could be somebody's own, and is only reported (`astra leftovers`).
 */
async function abortLeftUploads({ entry, move, mover, progress }: MoveLine): Promise<void> {
  const { store, ctx } = mover;
  if (progress.uploadId !== undefined) await store.abortUpload(move.key, progress.uploadId);
  if (move.sizeBytes <= store.features.maxCopyBytes || move.to === ctx.prices.baseClass) return;
  for await (const page of store.openUploads(move.key)) {
    for (const { key, uploadId, storageClass, initiatedMs } of page) {
      const isOurs = key === move.key && storageClass === move.to && initiatedMs >= entry.updatedMs - STORE_SKEW_MS;
      if (isOurs) await store.abortUpload(key, uploadId);
    }
  }
}
