/** The journal, and what a finished move teaches of its object. */
import { expect, test } from "vitest";
import { unknownObject } from "../../src/core/object-state.ts";
import { OPEN_STATES, TRANSITION_STATES } from "../../src/core/transition.ts";
import type { JournalEntry, ObjectMoved, StateStore } from "../../src/ports/state-store.ts";
import {
  FULL_PROGRESS,
  NOW_MS,
  auditEntry,
  collect,
  fullObject,
  journalEntry as entry,
  plannedMove,
  ref,
  runRecord,
} from "../support/state-fixtures.ts";
import { type StateBackend, withState } from "./state-store-backend.ts";

async function startRuns(store: StateStore, ...ids: readonly string[]): Promise<void> {
  for (const id of ids) await store.startRun(runRecord(id), auditEntry(`start ${id}`));
}

const MOVED: ObjectMoved = {
  ref: ref("a"),
  etag: '"new"',
  versionId: "v2",
  sizeBytes: 321,
  storageClass: "GLACIER",
  atMs: NOW_MS + 5,
  createdMs: NOW_MS - 1000,
  isPromotion: false,
  etagBefore: "e0",
};

export function journalTests(create: () => Promise<StateBackend>): void {
  test("a line is replaced by its next state", () =>
    withState(create, async (store) => {
      await startRuns(store, "r");
      await store.writeJournal({ entries: [entry("r", 0, "a", "intent"), entry("r", 1, "b", "intent")] });
      const done: JournalEntry = { ...entry("r", 0, "a", "done"), etagAfter: '"new"' };
      const skipped: JournalEntry = { ...entry("r", 1, "b", "skipped"), reason: "changed" };
      await store.writeJournal({ entries: [done, skipped] });
      expect(await collect(store.journalOfRun("r"))).toEqual([done, skipped]);
      expect(await collect(store.journalOfRun("another"))).toEqual([]);
    }));

  test("a line keeps what whoever takes it up has to know, and lets go of it", () =>
    withState(create, async (store) => {
      await startRuns(store, "r");
      const line = entry("r", 0, "a", "intent", { progress: { spendDay: "day:2026-01-15" } });
      const full = { progress: FULL_PROGRESS, dueMs: NOW_MS + 7, versionAfter: "v2", updatedMs: NOW_MS + 1 };
      for (const each of [line, { ...line, ...full }, { ...line, state: "restoring" as const, ...full }, line]) {
        await store.writeJournal({ entries: [each] });
        expect(await collect(store.journalOfRun("r"))).toEqual([each]);
      }
    }));

  test("open are exactly the states in which an effect may be under way", () =>
    withState(create, async (store, backend) => {
      await startRuns(store, "r", "s");
      const entries = TRANSITION_STATES.map((state, seq) => entry("r", seq, `k${seq}`, state));
      const elsewhere: JournalEntry = { ...entry("s", 0, "x", "intent"), move: plannedMove("x", "docs") };
      await store.writeJournal({ entries: [...entries, elsewhere] });
      await store.close();
      await using restarted = await backend.open();
      const open = await collect(restarted.openJournal("photos"));
      expect(open.map(({ state }) => state).toSorted()).toEqual([...OPEN_STATES].toSorted());
      expect(await collect(restarted.openJournal("docs"))).toEqual([elsewhere]);
    }));

  test("a run's journal comes in pages, in the order of the plan", () =>
    withState(create, async (store) => {
      await startRuns(store, "r");
      const entries = Array.from({ length: 2100 }, (_, seq) => entry("r", seq, `k${seq % 10}`, "done"));
      await store.writeJournal({ entries: entries.toReversed() });
      expect(await collect(store.journalOfRun("r"))).toEqual(entries);
    }));

  test("lines about one object, newest first", () =>
    withState(create, async (store) => {
      await startRuns(store, "r1", "r2", "r3");
      const lines = ["r1", "r2", "r3"].map((run, index) => entry(run, 0, "a", "done", { updatedMs: NOW_MS + index }));
      await store.writeJournal({ entries: [...lines, entry("r1", 1, "b", "done")] });
      expect(await store.journalOfObject(ref("a"), 2)).toEqual([lines[2], lines[1]]);
      expect(await store.journalOfObject(ref("a", "docs"), 2)).toEqual([]);
    }));

  test("a move keeps what the object's owner did and changes what the move did", () =>
    withState(create, async (store) => {
      await startRuns(store, "r");
      const before = { ...fullObject("a"), ageUncertain: false };
      await store.putObjects([before]);
      const moved = { ...MOVED, createdMs: before.createdMs };
      await store.writeJournal({ entries: [entry("r", 0, "a", "done")], moved: [moved] });
      expect(await store.object(ref("a"))).toEqual({
        ...before,
        etag: '"new"',
        versionId: "v2",
        sizeBytes: 321,
        storageClass: "GLACIER",
        classSinceMs: NOW_MS + 5,
        hold: null,
      });
    }));

  test("content written behind our back has the plan's creation, as uncertain", () =>
    withState(create, async (store) => {
      await store.putObjects([{ ...fullObject("a"), ageUncertain: false }]);
      await store.writeJournal({ entries: [], moved: [MOVED] });
      expect(await store.object(ref("a"))).toMatchObject({ createdMs: MOVED.createdMs, ageUncertain: true });
    }));

  test("a promotion is remembered from its move on, and other moves keep it", () =>
    withState(create, async (store) => {
      await store.putObjects([{ ...fullObject("a"), promotedMs: null }]);
      const promoted = async (moved: ObjectMoved) => {
        await store.writeJournal({ entries: [], moved: [moved] });
        return (await store.object(ref("a")))?.promotedMs;
      };
      expect(await promoted(MOVED)).toBeNull();
      expect(await promoted({ ...MOVED, isPromotion: true })).toBe(MOVED.atMs);
      expect(await promoted({ ...MOVED, atMs: MOVED.atMs + 9 })).toBe(MOVED.atMs);
    }));

  test("of an unknown object a move teaches the plan's creation, as uncertain", () =>
    withState(create, async (store) => {
      await store.writeJournal({ entries: [], moved: [MOVED, { ...MOVED, ref: ref("b"), createdMs: null }] });
      const learned = {
        ...unknownObject(ref("a")),
        etag: '"new"',
        versionId: "v2",
        sizeBytes: 321,
        storageClass: "GLACIER",
        classSinceMs: NOW_MS + 5,
        createdMs: NOW_MS - 1000,
        ageUncertain: true,
      };
      expect(await store.object(ref("a"))).toEqual(learned);
      expect(await store.object(ref("b"))).toEqual({ ...learned, key: "b", createdMs: null, ageUncertain: false });
    }));

  test("holds are kept with the line that met them", () =>
    withState(create, async (store) => {
      await store.putObjects([{ ...fullObject("a"), hold: null }]);
      const hold = { legalHold: true, retainUntilMs: null, seenAtMs: NOW_MS };
      await store.writeJournal({
        entries: [],
        holds: [
          { ref: ref("a"), hold },
          { ref: ref("new"), hold },
        ],
      });
      expect(await store.object(ref("a"))).toEqual({ ...fullObject("a"), hold });
      expect(await store.object(ref("new"))).toEqual({ ...unknownObject(ref("new")), hold });
    }));
}
