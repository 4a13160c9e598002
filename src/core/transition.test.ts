import { describe, expect, it } from "vitest";
import { OPEN_STATES, TRANSITION_EVENTS, TRANSITION_STATES, type TransitionEvent, nextState } from "./transition.ts";

/** Every allowed cell; whatever is not here is refused. */
const ALLOWED: Readonly<Record<string, string>> = {
  "planned begin": "intent",
  "planned skip": "skipped",
  "planned fail": "failed",
  "intent begin": "intent",
  "intent defer": "planned",
  "intent restore": "restoring",
  "intent tag": "tagged",
  "intent copy": "copied",
  "intent skip": "skipped",
  "intent fail": "failed",
  "restoring begin": "intent",
  "restoring restore": "restoring",
  "restoring skip": "skipped",
  "restoring fail": "failed",
  "tagged begin": "intent",
  "tagged tag": "tagged",
  "tagged verify": "verified",
  "tagged skip": "skipped",
  "tagged fail": "failed",
  "copied verify": "verified",
  "copied skip": "skipped",
  "copied fail": "failed",
  "verified finish": "done",
  "done undo": "undone",
  "failed begin": "intent",
  "failed skip": "skipped",
  "failed fail": "failed",
  "failed undo": "undone",
};

const CELLS = TRANSITION_STATES.flatMap((state) => TRANSITION_EVENTS.map((event) => ({ state, event })));

describe("a transition", () => {
  it.each(CELLS)("that is $state at $event", ({ state, event }) => {
    const next = ALLOWED[`${state} ${event}`];
    if (next === undefined) expect(() => nextState(state, event)).toThrow(RangeError);
    else expect(nextState(state, event)).toBe(next);
  });

  it.each<{ events: TransitionEvent[]; end: string }>([
    { events: ["begin", "copy", "verify", "finish"], end: "done" },
    { events: ["begin", "restore", "restore", "begin", "copy", "verify", "finish", "undo"], end: "undone" },
    { events: ["begin", "tag", "tag", "verify", "finish"], end: "done" },
    { events: ["begin", "defer", "begin", "copy", "skip"], end: "skipped" },
    { events: ["begin", "copy", "fail", "begin", "skip"], end: "skipped" },
  ])("goes through $events to $end", ({ events, end }) => {
    expect(events.reduce(nextState, "planned")).toBe(end);
  });

  it("is open exactly where an effect may be under way", () => {
    expect(OPEN_STATES).toEqual(["intent", "restoring", "tagged", "copied", "verified"]);
  });
});
