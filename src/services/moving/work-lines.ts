/** Works on lines of the journal side by side. What was not begun when the run stops is deferred, not left open. */
import { isAstraError } from "../../core/errors.ts";
import type { JournalEntry } from "../../ports/state-store.ts";
import type { AdaptivePool } from "../adaptive-pool.ts";
import { type Mover, MoveLine } from "./move-line.ts";
import { type MoveMode, moveObject } from "./move-object.ts";
import { type MoveOutcome, lineAfter } from "./move-outcome.ts";

export interface WorkOptions {
  readonly mover: Mover;
  readonly pool: AdaptivePool;
  readonly mode: MoveMode;
  /** Objects that are left to another run which has begun to move them. */
  readonly busy?: ReadonlySet<string>;
  readonly ended: (entry: JournalEntry, outcome: MoveOutcome) => Promise<void>;
}

/** Resolves when all that was begun has ended. @throws AstraError for faults that concern the whole run */
export async function workLines(entries: readonly JournalEntry[], options: WorkOptions): Promise<void> {
  const { mover, pool, mode, busy, ended } = options;
  const waiting = new Set(entries);
  const add = async (entry: JournalEntry, outcome: MoveOutcome): Promise<void> => {
    await mover.journal.add(lineAfter(entry, outcome, mover.ctx.clock.now()), outcome);
    await ended(entry, outcome);
  };
  const work = async (entry: JournalEntry): Promise<void> => {
    if (mode === "fresh" && !(await mover.guard.isGoing())) return;
    waiting.delete(entry);
    const isBusy = mode === "fresh" && busy?.has(entry.move.key);
    const outcome = isBusy ? new MoveLine(mover, entry).skipped("busy") : await moveObject(mover, entry, mode);
    mover.guard.ended(outcome.state);
    await add(entry, outcome);
  };
  let fault: unknown;
  try {
    await pool.run(entries, work);
  } catch (error) {
    fault = error;
  }
  // Lines that an earlier process began stay open: what they may have done is to be looked at.
  if (mode === "fresh" && !isAstraError(fault, "ASTRA_LEASE_LOST", "ASTRA_BUCKET_BUSY")) {
    for (const entry of waiting) await add(entry, new MoveLine(mover, entry).deferred());
  }
  if (fault !== undefined) throw fault;
}
