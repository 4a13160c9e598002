/** Adds up a run while its transitions end. */
import type { PlannedMove } from "../../core/plan.ts";
import type { TransitionState } from "../../core/transition.ts";
import type { RunRecord, RunState } from "../../ports/state-store.ts";

export class RunTally {
  done = 0;
  failed = 0;
  skipped = 0;
  restoring = 0;
  #movedBytes = 0;
  #feeMicros = 0;
  #savingMicrosPerMonth = 0;
  readonly #reasons: Record<string, number> = {};
  readonly #run: RunRecord;

  constructor(run: RunRecord) {
    this.#run = run;
  }

  count(state: TransitionState, reason: string | null, move: PlannedMove): void {
    if (reason !== null) this.#reasons[reason] = (this.#reasons[reason] ?? 0) + 1;
    if (state === "skipped") this.skipped += 1;
    else if (state === "failed") this.failed += 1;
    else if (state === "restoring") this.restoring += 1;
    else if (state === "done") {
      this.done += 1;
      this.#movedBytes += move.sizeBytes;
      this.#feeMicros += move.feeMicros;
      this.#savingMicrosPerMonth += move.savingMicrosPerMonth;
    }
  }

  total(): number {
    return this.done + this.failed + this.skipped + this.restoring;
  }

  record(state: RunState, nowMs: number): RunRecord {
    return {
      ...this.#run,
      state,
      finishedMs: nowMs,
      done: this.done,
      failed: this.failed,
      skipped: this.skipped,
      restoring: this.restoring,
      movedBytes: this.#movedBytes,
      feeMicros: this.#feeMicros,
      savingMicrosPerMonth: this.#savingMicrosPerMonth,
      reasons: { ...this.#reasons },
    };
  }
}
