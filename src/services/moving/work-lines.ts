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
  /** Objects that are left to another run which has begun to move them. */
  readonly busy?: ReadonlySet<string>;
  readonly ended: (entry: JournalEntry, outcome: MoveOutcome) => Promise<void>;
}

export class LineWork {
  readonly #options: WorkOptions;
  /** Fresh lines that are not begun. */
  readonly #waiting = new Set<JournalEntry>();

  constructor(options: WorkOptions) {
    this.#options = options;
  }

  /** Whether a fault that concerns the whole run keeps anything new from being begun; {@link drain} tells it. */
  get isFaulty(): boolean {
    return this.#options.pool.isFaulty;
  }

  /** Resolves when every line is begun or the run stops; the slowest of them need not have ended. */
  begin(entries: readonly JournalEntry[], mode: MoveMode): Promise<void> {
    // Lines that an earlier process began stay open: what they may have done is to be looked at.
    if (mode === "fresh") for (const entry of entries) this.#waiting.add(entry);
    return this.#options.pool.begin(entries, (entry) => this.#work(entry, mode));
  }

  /**
   * Resolves when all that was begun has ended and is in the journal.
   * @param reason why the run can't go on, where that is known already
   * @throws the fault that concerns the whole run
   */
  async drain(reason?: unknown): Promise<void> {
    let fault = reason;
    try {
      await this.#options.pool.drain();
    } catch (error) {
      fault ??= error;
    }
    const deferred = [...this.#waiting];
    this.#waiting.clear();
    if (!isAstraError(fault, "ASTRA_LEASE_LOST", "ASTRA_BUCKET_BUSY")) {
      for (const entry of deferred) await this.#add(entry, new MoveLine(this.#options.mover, entry).deferred());
    }
    await this.#options.mover.journal.flush();
    if (fault !== undefined) throw fault;
  }

  async #work(entry: JournalEntry, mode: MoveMode): Promise<void> {
    const { mover, busy } = this.#options;
    if (mode === "fresh" && !(await mover.guard.isGoing())) return;
    this.#waiting.delete(entry);
    const isBusy = mode === "fresh" && busy?.has(entry.move.key);
    const outcome = isBusy ? new MoveLine(mover, entry).skipped("busy") : await moveObject(mover, entry, mode);
    mover.guard.ended(outcome.state);
    await this.#add(entry, outcome);
  }

  async #add(entry: JournalEntry, outcome: MoveOutcome): Promise<void> {
    const { mover, ended } = this.#options;
    await mover.journal.add(lineAfter(entry, outcome, mover.ctx.clock.now()), outcome);
    await ended(entry, outcome);
  }
}
