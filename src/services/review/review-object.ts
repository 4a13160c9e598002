/** One object decided from what the state knows of it, and when to decide on it again. */
import { nextChange } from "../../core/next-change.ts";
import type { ObjectState } from "../../core/object-state.ts";
import { HOLD_BELIEVED_MS, type StoredObject, knownHold, viewOf } from "../../core/object-view.ts";
import type { PlannedMove } from "../../core/plan.ts";
import { startOfNextDay } from "../../core/review-time.ts";
import type { ObjectView } from "../../core/strategy.ts";
import { MS_PER_DAY } from "../../core/units.ts";
import type { ObjectDecisions } from "../planning/object-decisions.ts";
import type { PlanTerms } from "../planning/plan-terms.ts";

export interface Reviewed {
  readonly move: PlannedMove | null;
  /** When the object is to be decided on next; `null` where the decision stands for good. */
  readonly nextMs: number | null;
}

/** What a review goes by. */
export interface ReviewTerms {
  readonly terms: PlanTerms;
  readonly decisions: ObjectDecisions;
  readonly nowMs: number;
  readonly windowDays: number;
}

/** @returns `null` where too little is known of the object: a listing has to tell first */
export function reviewObject(
  state: ObjectState,
  { terms, decisions, nowMs, windowDays }: ReviewTerms,
): Reviewed | null {
  const stored = asStored(state);
  if (!stored) return null;
  const view = viewOf(stored, state, nowMs, windowDays, state.bucket);
  const move = decisions.decide(view, stored, state);
  // Until the plan is carried out, or was not, it stands.
  if (move || terms.busy.has(state.key)) return { move, nextMs: startOfNextDay(nowMs) };
  return { move: null, nextMs: nextReview(state, view, terms, windowDays) };
}

/** The store shows what the state knows: its last event or our last move wrote the object. */
function asStored(state: ObjectState): StoredObject | null {
  const { key, sizeBytes, etag, storageClass, classSinceMs, createdMs } = state;
  if (sizeBytes === null || etag === null || storageClass === null || classSinceMs === null || createdMs === null)
    return null;
  return { key, sizeBytes, etag, storageClass, lastModifiedMs: classSinceMs };
}

function nextReview(state: ObjectState, view: ObjectView, { deciding }: PlanTerms, windowDays: number): number | null {
  const hold = knownHold(state.hold, view.atMs);
  if (hold === "retention_lock") return state.hold?.retainUntilMs ?? null;
  // A legal hold ends without notice.
  if (hold !== null) return view.atMs + HOLD_BELIEVED_MS;
  const change = nextChange(view, hold, deciding, windowDays);
  return change && view.atMs + change.inDays * MS_PER_DAY;
}
