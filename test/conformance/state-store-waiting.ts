/** Open journal lines: in pages, without those that only wait, and restores that have come to an end. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { TRANSITION_STATES } from "../../src/core/transition.ts";
import type { JournalEntry, JournalTotal, StateStore } from "../../src/ports/state-store.ts";
import {
  BUCKET,
  NOW_MS,
  auditEntry,
  collect,
  journalEntry as entry,
  plannedMove,
  ref,
  runRecord,
} from "../support/state-fixtures.ts";
import { type StateBackend, withState } from "./state-store-backend.ts";

async function startRuns(store: StateStore, ...ids: readonly string[]): Promise<void> {
  for (const id of ids) await store.startRun(runRecord(id), auditEntry(`start ${id}`));
}

/** Places of the open lines, as `run seq`. */
async function open(store: StateStore, dueMs?: number): Promise<string[]> {
  return (await collect(store.openJournal(BUCKET, dueMs))).map(({ runId, seq }) => `${runId} ${seq}`);
}

export function waitingTests(create: () => Promise<StateBackend>): void {
  test("open lines come in pages by run and place, while lines are written", () =>
    withState(create, async (store) => {
      await startRuns(store, "r2", "r1");
      const lines = Array.from({ length: 2500 }, (_, at) => entry(at % 2 ? "r1" : "r2", at >> 1, `k${at}`, "intent"));
      await store.writeJournal({ entries: lines });
      const seen: JournalEntry[] = [];
      let pages = 0;
      for await (const page of store.openJournal(BUCKET)) {
        seen.push(...page);
        pages += 1;
        await store.writeJournal({ entries: page.map((line) => ({ ...line, state: "done" })) });
      }
      const inOrder = (run: string) => lines.filter(({ runId }) => runId === run);
      expect(seen).toEqual([...inOrder("r1"), ...inOrder("r2")]);
      expect(pages).toBeGreaterThan(1);
      expect(await open(store)).toEqual([]);
    }));

  test("a line that waits is left out until it is due", () =>
    withState(create, async (store) => {
      await startRuns(store, "r");
      const waits = [null, NOW_MS - 1, NOW_MS, NOW_MS + 1];
      const entries = waits.map((dueMs, seq) => entry("r", seq, `k${seq}`, "restoring", { dueMs }));
      await store.writeJournal({ entries });
      expect(await open(store, NOW_MS)).toEqual(["r 0", "r 1", "r 2"]);
      expect(await open(store, NOW_MS + 1)).toEqual(["r 0", "r 1", "r 2", "r 3"]);
      expect(await open(store)).toEqual(["r 0", "r 1", "r 2", "r 3"]);
    }));

  test("however many lines only wait, those that are due are found", () =>
    withState(create, async (store) => {
      await startRuns(store, "r");
      const isDue = (seq: number): boolean => seq % 1000 === 7;
      const entries = Array.from({ length: 5000 }, (_, seq) =>
        entry("r", seq, `k${seq}`, "tagged", { dueMs: isDue(seq) ? NOW_MS : NOW_MS + 1 }),
      );
      await store.writeJournal({ entries });
      expect(await open(store, NOW_MS)).toEqual(["r 7", "r 1007", "r 2007", "r 3007", "r 4007"]);
    }));

  test("a restore that is ready makes its lines due, and no others; repeating it is harmless", () =>
    withState(create, async (store) => {
      await startRuns(store, "r");
      const later = { dueMs: NOW_MS + 1000 };
      const entries = [
        entry("r", 0, "a", "restoring", later),
        entry("r", 1, "a", "tagged", later),
        entry("r", 2, "b", "restoring", later),
        entry("r", 3, "c", "restoring", { dueMs: NOW_MS - 5 }),
        entry("r", 4, "d", "restoring"),
        entry("r", 5, "a", "restoring", { ...later, move: plannedMove("a", "docs") }),
        entry("r", 6, "a", "done", later),
      ];
      await store.writeJournal({ entries });
      const ready = ["a", "c", "d", "absent"].map((key) => ref(key));
      await store.restoresReady(ready, NOW_MS);
      await store.restoresReady(ready, NOW_MS + 500);
      const due = (await collect(store.journalOfRun("r"))).map(({ dueMs }) => dueMs);
      expect(due).toEqual([NOW_MS, NOW_MS + 1000, NOW_MS + 1000, NOW_MS - 5, null, NOW_MS + 1000, NOW_MS + 1000]);
      expect(await open(store, NOW_MS)).toEqual(["r 0", "r 3", "r 4"]);
    }));

  test("the lines of a long run are all added up, gaps or none", () =>
    withState(create, async (store) => {
      await startRuns(store, "r");
      const seqs = [...Array.from({ length: 25_000 }, (_, at) => at), 70_000];
      const entries = seqs.map((seq) => entry("r", seq, `k${seq}`, seq % 2 ? "done" : "failed"));
      await store.writeJournal({ entries });
      expect(byName(await store.journalTotals("r"))).toEqual(byName(addedUp(entries)));
      expect(await store.journalTotals("another")).toEqual([]);
    }));

  test("a run's lines are added up by state and reason", async () => {
    const result = await fc.check(
      fc.asyncProperty(fc.array(line, { maxLength: 40 }), async (lines) => {
        await withState(create, async (store) => {
          await startRuns(store, "r", "other");
          const entries = lines.map(({ state, reason, sizeBytes, feeMicros, savingMicrosPerMonth }, seq) => {
            const move = { ...plannedMove(`k${seq}`), sizeBytes, feeMicros, savingMicrosPerMonth };
            return entry("r", seq, `k${seq}`, state, { reason, move });
          });
          await store.writeJournal({ entries: [...entries, entry("other", 0, "x", "done")] });
          expect(byName(await store.journalTotals("r"))).toEqual(byName(addedUp(entries)));
        });
      }),
      { numRuns: 25 },
    );
    expect(fc.defaultReportMessage(result)).toBeUndefined();
  }, 60_000);
}

/** Fees in eighths, so that sums are exact in any order. */
const line = fc.record({
  state: fc.constantFrom(...TRANSITION_STATES),
  reason: fc.constantFrom(null, "changed", "", "legal_hold"),
  sizeBytes: fc.integer({ min: 0, max: 5 * 2 ** 40 }),
  feeMicros: fc.integer({ min: 0, max: 2 ** 30 }).map((eighths) => eighths / 8),
  savingMicrosPerMonth: fc.integer({ min: -(2 ** 30), max: 2 ** 30 }).map((eighths) => eighths / 8),
});

function addedUp(entries: readonly JournalEntry[]): JournalTotal[] {
  const totals = new Map<string, JournalTotal>();
  for (const { state, reason, move } of entries) {
    const id = JSON.stringify([state, reason]);
    const before = totals.get(id) ?? { state, reason, lines: 0, bytes: 0, feeMicros: 0, savingMicrosPerMonth: 0 };
    totals.set(id, {
      ...before,
      lines: before.lines + 1,
      bytes: before.bytes + move.sizeBytes,
      feeMicros: before.feeMicros + move.feeMicros,
      savingMicrosPerMonth: before.savingMicrosPerMonth + move.savingMicrosPerMonth,
    });
  }
  return [...totals.values()];
}

function byName(totals: readonly JournalTotal[]): Record<string, JournalTotal> {
  return Object.fromEntries(totals.map((total) => [JSON.stringify([total.state, total.reason]), total]));
}
