import { expect, it } from "vitest";
import { journalEntry, runRecord } from "../../../test/support/state-fixtures.ts";
import type { PlannedMove } from "../../core/plan.ts";
import { MS_PER_DAY } from "../../core/units.ts";
import type { JournalEntry, RunRecord } from "../../ports/state-store.ts";
import { biggestSavings } from "./biggest-savings.ts";

const END_MS = 60.875 * MS_PER_DAY;

function move(key: string, savingMicrosPerMonth: number): PlannedMove {
  return {
    bucket: "data",
    key,
    sizeBytes: 1,
    etag: "e",
    from: "GLACIER",
    to: "STANDARD",
    toTier: "hot",
    mechanism: "copy",
    rule: "r",
    why: "w",
    createdMs: 0,
    feeMicros: 100,
    savingMicrosPerMonth,
    breakEvenMs: 0,
    worstCaseMicros: null,
  };
}

function entry(seq: number, state: JournalEntry["state"], moved: PlannedMove, updatedMs: number): JournalEntry {
  return journalEntry("r", seq, moved.key, state, { move: moved, updatedMs });
}

function run(id: string): RunRecord {
  return runRecord(id, { bucket: "data", startedMs: 0, finishedMs: 0, state: "done" });
}

it("counts a move from the day it was done, also where a restore held it up, and nothing that is open", async () => {
  const journals: Record<string, JournalEntry[]> = {
    first: [
      // Intended on day 0, done by a later night's run after its restore: two months minus one.
      entry(0, "done", move("restored", 1000), 30.4375 * MS_PER_DAY),
      entry(1, "restoring", move("waiting", 9000), 0),
    ],
    second: [entry(0, "done", move("plain", 600), 0), entry(1, "skipped", move("skipped", 9000), 0)],
  };
  const state = {
    runs: () => Promise.resolve(["second", "first"].map(run)),
    async *journalOfRun(id: string) {
      yield journals[id] ?? [];
    },
  };
  const found = await biggestSavings(state, 10, END_MS);
  expect(found.map(({ uri, savedMicros }) => [uri, savedMicros])).toEqual([
    ["s3://data/plain", 2 * 600 - 100],
    ["s3://data/restored", 1000 - 100],
  ]);
});
