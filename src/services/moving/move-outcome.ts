/** What came out of working on one line of the journal. */
import type { HoldState } from "../../core/object-state.ts";
import type { MoveProgress } from "../../core/move-progress.ts";
import type { Spend } from "../../core/spend.ts";
import type { TransitionState } from "../../core/transition.ts";
import type { JournalEntry, ObjectMoved } from "../../ports/state-store.ts";

/** A reservation that is given back to its run and its day, less what was spent of it. */
export interface Released {
  readonly day: string;
  readonly spend: Spend;
}

export interface MoveOutcome {
  readonly state: TransitionState;
  /** Why it was skipped or failed: a refusal, or an error code. */
  readonly reason: string | null;
  readonly etagAfter: string | null;
  readonly versionAfter: string | null;
  readonly progress: MoveProgress | null;
  readonly dueMs: number | null;
  readonly moved: ObjectMoved | null;
  readonly hold: HoldState | null;
  /** `null`: it stands. */
  readonly releases: Released | null;
}

const NOTHING = { reason: null, etagAfter: null, versionAfter: null, dueMs: null, moved: null, hold: null } as const;

/** An outcome that says nothing but what `parts` say. */
export function outcome(
  state: TransitionState,
  progress: MoveProgress | null,
  parts: Partial<Omit<MoveOutcome, "state" | "progress">> = {},
): MoveOutcome {
  return { ...NOTHING, releases: null, state, progress, ...parts };
}

/** The line as the outcome leaves it. */
export function lineAfter(entry: JournalEntry, result: MoveOutcome, updatedMs: number): JournalEntry {
  const { runId, seq, move } = entry;
  const { state, etagAfter, versionAfter, reason, progress, dueMs } = result;
  return { runId, seq, move, state, etagAfter, versionAfter, reason, updatedMs, progress, dueMs };
}
