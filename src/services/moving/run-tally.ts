/** Adds up a run while its transitions end. */
import type { PlannedMove } from "../../core/plan.ts";
import type { TransitionState } from "../../core/transition.ts";
import type { JournalTotal, RunRecord } from "../../ports/state-store.ts";

/** The part of a run's record that its lines make up. */
export type RunCounts = Pick<
  RunRecord,
  "done" | "failed" | "skipped" | "restoring" | "movedBytes" | "feeMicros" | "savingMicrosPerMonth" | "reasons"
>;

export class RunTally {
  done = 0;
  failed = 0;
  skipped = 0;
  /** Waiting for the store: for a restore, or for a lifecycle rule. */
  restoring = 0;
  #movedBytes = 0;
  #feeMicros = 0;
  #savingMicrosPerMonth = 0;
  readonly #reasons = new Map<string, number>();

  /** Of a run as its journal has it now. */
  static of(totals: readonly JournalTotal[]): RunTally {
    const tally = new RunTally();
    for (const total of totals) tally.add(total);
    return tally;
  }

  count(state: TransitionState, reason: string | null, move: PlannedMove): void {
    const { sizeBytes: bytes, feeMicros, savingMicrosPerMonth } = move;
    this.add({ state, reason, lines: 1, bytes, feeMicros, savingMicrosPerMonth });
  }

  add({ state, reason, lines, bytes, feeMicros, savingMicrosPerMonth }: JournalTotal): void {
    if (reason !== null) this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + lines);
    if (state === "skipped") this.skipped += lines;
    else if (state === "failed") this.failed += lines;
    else if (state === "restoring" || state === "tagged") this.restoring += lines;
    else if (state === "done" || state === "undone") {
      this.done += lines;
      this.#movedBytes += bytes;
      this.#feeMicros += feeMicros;
      this.#savingMicrosPerMonth += savingMicrosPerMonth;
    }
  }

  total(): number {
    return this.done + this.failed + this.skipped + this.restoring;
  }

  counts(): RunCounts {
    return {
      done: this.done,
      failed: this.failed,
      skipped: this.skipped,
      restoring: this.restoring,
      movedBytes: this.#movedBytes,
      feeMicros: this.#feeMicros,
      savingMicrosPerMonth: this.#savingMicrosPerMonth,
      reasons: Object.fromEntries(this.#reasons),
    };
  }
}
