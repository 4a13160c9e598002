/** The moves that were expected to save most, from the journal: those a restore held up are there with their own day. */
import { DAYS_PER_MONTH, MS_PER_DAY } from "../../core/units.ts";
import type { JournalEntry, StateStore } from "../../ports/state-store.ts";
import type { BigSaving } from "./report.ts";

const SHOWN = 10;

/** @param runs most runs the life can have had. @param endMs end of the life, up to which a saving counts. */
export async function biggestSavings(
  state: Pick<StateStore, "runs" | "journalOfRun">,
  runs: number,
  endMs: number,
): Promise<BigSaving[]> {
  const biggest: BigSaving[] = [];
  for (const run of await state.runs(runs)) {
    for await (const page of state.journalOfRun(run.id)) {
      for (const entry of page) if (entry.state === "done") biggest.push(saving(entry, endMs));
      biggest.sort((a, b) => b.savedMicros - a.savedMicros || (a.uri < b.uri ? -1 : 1));
      biggest.length = Math.min(biggest.length, SHOWN);
    }
  }
  return biggest;
}

function saving({ move, updatedMs }: JournalEntry, endMs: number): BigSaving {
  const { bucket, key, sizeBytes, from, to } = move;
  const months = (endMs - updatedMs) / MS_PER_DAY / DAYS_PER_MONTH;
  const savedMicros = Math.round(move.savingMicrosPerMonth * months - move.feeMicros);
  return { uri: `s3://${bucket}/${key}`, sizeBytes, from, to, savedMicros };
}
