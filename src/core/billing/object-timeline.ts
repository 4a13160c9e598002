/** In which class an object lay when, from its state and the moves in the journal. */
import type { MoveMechanism } from "../plan-terms.ts";
import type { ObjectState } from "../object-state.ts";

/** A move that was carried out. */
export interface PastMove {
  readonly atMs: number;
  readonly from: string;
  readonly to: string;
  readonly mechanism: MoveMechanism;
  /** Of the restore that made it readable; `null` where it needed none. */
  readonly restore: { readonly speed: string; readonly days: number } | null;
}

/** A time in one class, [fromMs, toMs). */
export interface ClassSpan {
  readonly storageClass: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Whether the content was created in this span, moved into it, or how it came there is not known. */
  readonly began: "created" | "moved" | "unknown";
  /** What ended it: a move, a deletion, or nothing: it goes on. */
  readonly ended: PastMove | "deleted" | null;
}

export interface Timeline {
  /** Ascending, touching each other. */
  readonly spans: readonly ClassSpan[];
  /** Time before the first span in which the object existed in a class that nobody wrote down. */
  readonly unknown: { readonly fromMs: number; readonly toMs: number } | null;
}

/**
 * The times in each class of the present content, up to `untilMs`.
 * @param moves newest first; those of earlier content (before `createdMs`) are left out here.
 * @returns `null` where no class is known at all.
 */
export function timelineOf(object: ObjectState, moves: readonly PastMove[], untilMs: number): Timeline | null {
  if (object.storageClass === null) return null;
  const isDeleted = object.deletedMs !== null && object.deletedMs <= untilMs;
  const endMs = isDeleted ? (object.deletedMs ?? untilMs) : untilMs;
  const createdMs = object.createdMs ?? object.classSinceMs ?? -Infinity;
  const own = moves.filter((move) => move.atMs >= createdMs);
  const spans: ClassSpan[] = [];
  let storageClass = object.storageClass;
  let toMs = endMs;
  let ended: ClassSpan["ended"] = isDeleted ? "deleted" : null;
  for (const [index, move] of own.entries()) {
    if (move.to !== storageClass) break;
    const atMs = index === 0 ? (object.classSinceMs ?? move.atMs) : move.atMs;
    spans.unshift({ storageClass, fromMs: atMs, toMs, began: "moved", ended });
    storageClass = move.from;
    toMs = atMs;
    ended = move;
  }
  const isTold = spans.length === own.length;
  if (isTold || spans.length === 0) {
    // Without a move that led here, the object is known to lie in its class only since it was seen to.
    const fromMs = isTold && own.length > 0 ? createdMs : Math.max(createdMs, object.classSinceMs ?? createdMs);
    const began = fromMs === createdMs && object.createdMs !== null ? "created" : "unknown";
    spans.unshift({ storageClass, fromMs, toMs, began, ended });
  }
  const firstMs = spans[0]?.fromMs ?? createdMs;
  return {
    spans: spans.filter((span) => span.toMs > span.fromMs),
    unknown: firstMs > createdMs ? { fromMs: createdMs, toMs: firstMs } : null,
  };
}
