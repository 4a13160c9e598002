/**
 * One object changing class, as a state machine. The table is total: a state × event without a cell does not compile.
 *
 * planned → intent → (restoring →) copied → verified → done
 *              └→ skipped | failed          done → undone
 */
export const TRANSITION_STATES = [
  "planned",
  "intent",
  "restoring",
  "copied",
  "verified",
  "done",
  "skipped",
  "failed",
  "undone",
] as const;
export type TransitionState = (typeof TRANSITION_STATES)[number];

/** What can happen to a transition. */
export const TRANSITION_EVENTS = ["begin", "restore", "copy", "verify", "finish", "skip", "fail", "undo"] as const;
export type TransitionEvent = (typeof TRANSITION_EVENTS)[number];

const NO = null;

const TABLE: Readonly<Record<TransitionState, Readonly<Record<TransitionEvent, TransitionState | null>>>> = {
  planned: {
    begin: "intent",
    restore: NO,
    copy: NO,
    verify: NO,
    finish: NO,
    skip: "skipped",
    fail: "failed",
    undo: NO,
  },
  intent: {
    begin: "intent",
    restore: "restoring",
    copy: "copied",
    verify: NO,
    finish: NO,
    skip: "skipped",
    fail: "failed",
    undo: NO,
  },
  restoring: {
    begin: "intent",
    restore: "restoring",
    copy: NO,
    verify: NO,
    finish: NO,
    skip: "skipped",
    fail: "failed",
    undo: NO,
  },
  copied: { begin: NO, restore: NO, copy: NO, verify: "verified", finish: NO, skip: NO, fail: "failed", undo: NO },
  verified: { begin: NO, restore: NO, copy: NO, verify: NO, finish: "done", skip: NO, fail: NO, undo: NO },
  done: { begin: NO, restore: NO, copy: NO, verify: NO, finish: NO, skip: NO, fail: NO, undo: "undone" },
  skipped: { begin: NO, restore: NO, copy: NO, verify: NO, finish: NO, skip: NO, fail: NO, undo: NO },
  failed: { begin: "intent", restore: NO, copy: NO, verify: NO, finish: NO, skip: "skipped", fail: "failed", undo: NO },
  undone: { begin: NO, restore: NO, copy: NO, verify: NO, finish: NO, skip: NO, fail: NO, undo: NO },
};

/** The state after an event. Throws RangeError where the table forbids it: that is a bug, never a user's fault. */
export function nextState(state: TransitionState, event: TransitionEvent): TransitionState {
  const next = TABLE[state][event];
  if (next === null) throw new RangeError(`a transition that is ${state} cannot ${event}`);
  return next;
}

/** States in which an effect may be under way: what a restart has to look at. */
export const OPEN_STATES = ["intent", "restoring", "copied", "verified"] as const satisfies readonly TransitionState[];
