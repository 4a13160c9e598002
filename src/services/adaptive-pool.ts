/** Runs work on streams of items with a concurrency that finds the server's limit: +1 after a window of successes, half on a throttle. */
import { type ConcurrencyState, adaptConcurrency } from "../core/retry.ts";

export interface PoolOptions {
  readonly most: number;
  /** Throttles counted so far; a rise while an item was worked on counts as one. */
  readonly throttled: () => number;
  readonly signal: AbortSignal;
}

const START = 16;

/** Keeps the limit it has found from one stream to the next. One stream at a time. */
export class AdaptivePool {
  readonly #options: PoolOptions;
  #state: ConcurrencyState;
  #running = 0;
  #fault: { readonly error: unknown } | null = null;
  #wake = (): void => undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#state = { limit: Math.min(START, options.most), streak: 0 };
  }

  /**
   * Resolves when every item begun is finished. After the signal nothing new is begun; `work` must not throw for an
   * item's own faults: what it throws ends the stream.
   */
  async run<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
    this.#fault = null;
    for (const item of items) {
      while (this.#running >= this.#state.limit) await this.#oneEnds();
      if (this.#fault || this.#options.signal.aborted) break;
      void this.#attempt(item, work);
    }
    while (this.#running > 0) await this.#oneEnds();
    this.#throwFault();
  }

  /** A promise of its own, instead of a race over all that run, which would cost a reaction on each of them. */
  #oneEnds(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Never rejects. */
  async #attempt<T>(item: T, work: (item: T) => Promise<void>): Promise<void> {
    const { most, throttled } = this.#options;
    this.#running += 1;
    const before = throttled();
    try {
      await work(item);
      const outcome = throttled() > before ? "throttled" : "success";
      this.#state = adaptConcurrency(this.#state, outcome, { least: 1, most });
    } catch (error) {
      this.#fault ??= { error };
    } finally {
      this.#running -= 1;
      this.#wake();
    }
  }

  #throwFault(): void {
    if (this.#fault) throw this.#fault.error;
  }
}
