/**
 * Group commit: batches of several partitions that arrive together share one transaction, its one disk sync, and the pages
 * that they change. How many is bounded by time: while a transaction runs, nothing else does.
 */
import type { EffectBatch, EffectResult } from "../../ports/state-store.ts";
import type { Database } from "./database.ts";
import { applyBatches } from "./effects.ts";

/** A transaction that takes longer makes the next ones smaller; one that takes less than half, larger. */
const LONGEST_MS = 2000;
const FEWEST_EFFECTS = 16_384;
const MOST_EFFECTS = 262_144;

interface Pending {
  readonly batch: EffectBatch;
  readonly resolve: (result: EffectResult) => void;
  readonly reject: (error: unknown) => void;
}

export class EffectQueue {
  readonly #db: Database;
  #waiting: Pending[] = [];
  #limit = FEWEST_EFFECTS;
  #draining: Promise<void> | null = null;

  constructor(db: Database) {
    this.#db = db;
  }

  apply(batch: EffectBatch): Promise<EffectResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Resolves once everything that waits has been applied or refused. */
  async idle(): Promise<void> {
    await this.#draining;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      // After all that runs in this turn of the event loop: what is ready by then goes together.
      await new Promise((resolve) => setImmediate(resolve));
      await this.#applySome(this.#take());
    }
    this.#draining = null;
  }

  #take(): readonly Pending[] {
    let effects = 0;
    let calls = 0;
    for (const { batch } of this.#waiting) {
      if (calls > 0 && effects + batch.effects.length > this.#limit) break;
      effects += batch.effects.length;
      calls += 1;
    }
    return this.#waiting.splice(0, calls);
  }

  /** Where one batch is refused, it is not to take the others with it: each then goes by itself. */
  async #applySome(calls: readonly Pending[]): Promise<void> {
    try {
      const results = await this.#timed(calls.map(({ batch }) => batch));
      for (const [index, result] of results.entries()) calls[index]?.resolve(result);
    } catch (error) {
      const [only] = calls;
      if (only && calls.length === 1) only.reject(error);
      else for (const call of calls) await this.#applySome([call]);
    }
  }

  async #timed(batches: readonly EffectBatch[]): Promise<readonly EffectResult[]> {
    let startedMs = 0;
    const results = await this.#db.write(() => {
      startedMs = performance.now();
      return applyBatches(this.#db, batches);
    });
    const tookMs = performance.now() - startedMs;
    const effects = batches.reduce((sum, batch) => sum + batch.effects.length, 0);
    if (tookMs > LONGEST_MS) this.#limit = Math.max(FEWEST_EFFECTS, Math.floor(effects / 2));
    else if (tookMs < LONGEST_MS / 2 && effects * 2 > this.#limit)
      this.#limit = Math.min(MOST_EFFECTS, this.#limit * 2);
    return results;
  }
}
