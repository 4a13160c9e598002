/** Runs work on streams of items, as many at a time as the server takes (core/concurrency.ts). */
import { type ConcurrencyState, adaptConcurrency, startConcurrency } from "../core/concurrency.ts";
import type { StoreCounters } from "../ports/object-store.ts";

export interface PoolOptions {
  readonly most: number;
  /** Requests and refusals so far, of all that the items ask for. */
  readonly counters: () => Pick<StoreCounters, "requests" | "throttled">;
  /** Of a clock, ms. */
  readonly now: () => number;
  readonly signal: AbortSignal;
}

const LEAST = 1;

/** Keeps the limit it has found from one stream to the next. One stream at a time. */
export class AdaptivePool {
  readonly #options: PoolOptions;
  #state: ConcurrencyState;
  #running = 0;
  #fault: { readonly error: unknown } | null = null;
  #wake = (): void => undefined;
  /** The window so far. */
  #items = 0;
  #itemsMs = 0;
  #requests: number;
  #refused: number;
  #sinceMs: number;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#state = startConcurrency({ least: LEAST, most: options.most });
    const { requests, throttled } = options.counters();
    this.#requests = requests;
    this.#refused = throttled;
    this.#sinceMs = options.now();
  }

  /** Whether an item has thrown: nothing is begun any more until {@link drain} has told. */
  get isFaulty(): boolean {
    return this.#fault !== null;
  }

  /** {@link begin}, then {@link drain}. */
  async run<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
    await this.begin(items, work);
    await this.drain();
  }

  /**
   * Resolves when every item is begun, so that the next ones can follow without waiting for the slowest of these. After the
   * signal nothing new is begun; `work` must not throw for an item's own faults: what it throws ends the stream.
   */
  async begin<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
    for (const item of items) {
      while (this.#running >= this.#state.limit) await this.#oneEnds();
      if (this.#fault || this.#options.signal.aborted) return;
      void this.#attempt(item, work);
    }
  }

  /** Resolves when every item begun is finished. @throws what the first of them threw */
  async drain(): Promise<void> {
    while (this.#running > 0) await this.#oneEnds();
    const fault = this.#fault;
    this.#fault = null;
    if (fault) throw fault.error;
  }

  /** A promise of its own, instead of a race over all that run, which would cost a reaction on each of them. */
  #oneEnds(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Never rejects. */
  async #attempt<T>(item: T, work: (item: T) => Promise<void>): Promise<void> {
    const begunMs = this.#options.now();
    this.#running += 1;
    try {
      await work(item);
      this.#ended(begunMs);
    } catch (error) {
      this.#fault ??= { error };
    } finally {
      this.#running -= 1;
      this.#wake();
    }
  }

  #ended(begunMs: number): void {
    const nowMs = this.#options.now();
    this.#items += 1;
    this.#itemsMs += nowMs - begunMs;
    if (this.#items < this.#state.windowItems) return;
    const { requests, throttled } = this.#options.counters();
    const window = {
      items: this.#items,
      requests: requests - this.#requests,
      refused: throttled - this.#refused,
      elapsedMs: nowMs - this.#sinceMs,
      itemsMs: this.#itemsMs,
    };
    this.#state = adaptConcurrency(this.#state, window, { least: LEAST, most: this.#options.most });
    this.#items = 0;
    this.#itemsMs = 0;
    this.#requests = requests;
    this.#refused = throttled;
    this.#sinceMs = nowMs;
  }
}
