/**
 * One object changing class, as a state machine. The table is total: a state × event without a cell does not compile.
 *
 * planned ⇄ intent → (restoring →) copied → verified → done → undone
 *              │└→ tagged ──────────────────┘
 *              └→ skipped | failed
 *
 * `tagged` waits for a lifecycle rule of the bucket, `restoring` for a readable copy out of an archive. An intent that a
 * brake or the end of the process kept from being worked on is deferred: planned again.
 */
export const TRANSITION_STATES = [
  "planned",
  "intent",
  "restoring",
  "tagged",
  "copied",
  "verified",
  "done",
  "skipped",
  "failed",
  "undone",
] as const;
export type TransitionState = (typeof TRANSITION_STATES)[number];

/** What can happen to a transition. */
export const TRANSITION_EVENTS = [
  "begin",
  "defer",
  "restore",
  "tag",
  "copy",
  "verify",
  "finish",
  "skip",
  "fail",
  "undo",
] as const;
export type TransitionEvent = (typeof TRANSITION_EVENTS)[number];

/** A state × event is either here with its next state or, by `NO`, with none. */
const NO = null;

const TABLE: Readonly<Record<TransitionState, Readonly<Record<TransitionEvent, TransitionState | null>>>> = {
  planned: {
    begin: "intent",
    defer: NO,
    restore: NO,
    tag: NO,
    copy: NO,
    verify: NO,
    finish: NO,
    skip: "skipped",
    fail: "failed",
    undo: NO,
  },
  intent: {
    begin: "intent",
    defer: "planned",
    restore: "restoring",
    tag: "tagged",
    copy: "copied",
    verify: NO,
    finish: NO,
    skip: "skipped",
    fail: "failed",
    undo: NO,
  },
  restoring: {
    begin: "intent",
    defer: NO,
    restore: "restoring",
    tag: NO,
    copy: NO,
    verify: NO,
    finish: NO,
    skip: "skipped",
    fail: "failed",
    undo: NO,
  },
  tagged: {
    begin: "intent",
    defer: NO,
    restore: NO,
    tag: "tagged",
    copy: NO,
    verify: "verified",
    finish: NO,
    skip: "skipped",
    fail: "failed",
    undo: NO,
  },
  copied: {
    begin: NO,
    defer: NO,
    restore: NO,
    tag: NO,
    copy: NO,
    verify: "verified",
    finish: NO,
    skip: "skipped",
    fail: "failed",
    undo: NO,
  },
  verified: {
    begin: NO,
    defer: NO,
    restore: NO,
    tag: NO,
    copy: NO,
    verify: NO,
    finish: "done",
    skip: NO,
    fail: NO,
    undo: NO,
  },
  done: {
    begin: NO,
    defer: NO,
    restore: NO,
    tag: NO,
    copy: NO,
    verify: NO,
    finish: NO,
    skip: NO,
    fail: NO,
    undo: "undone",
  },
  skipped: {
    begin: NO,
    defer: NO,
    restore: NO,
    tag: NO,
    copy: NO,
    verify: NO,
    finish: NO,
    skip: NO,
    fail: NO,
    undo: NO,
  },
  failed: {
    begin: "intent",
    defer: NO,
    restore: NO,
    tag: NO,
    copy: NO,
    verify: NO,
    finish: NO,
    skip: "skipped",
    fail: "failed",
    undo: "undone",
  },
  undone: {
    begin: NO,
    defer: NO,
    restore: NO,
    tag: NO,
    copy: NO,
    verify: NO,
    finish: NO,
    skip: NO,
    fail: NO,
    undo: NO,
  },
};

/** The state after an event. Throws RangeError where the table forbids it: that is a bug, never a user's fault. */
export function nextState(state: TransitionState, event: TransitionEvent): TransitionState {
  const next = TABLE[state][event];
  if (next === null) throw new RangeError(`a transition that is ${state} cannot ${event}`);
  return next;
}

/** States in which an effect may be under way: what a restart has to look at. */
export const OPEN_STATES = [
  "intent",
  "restoring",
  "tagged",
  "copied",
  "verified",
] as const satisfies readonly TransitionState[];
