/** Runs work on a stream of items with a concurrency that finds the server's limit: +1 after a window of successes, half on a throttle. */
import { type ConcurrencyState, adaptConcurrency } from "../core/retry.ts";

export interface PoolOptions {
  readonly most: number;
  /** Throttles counted so far; a rise while an item was worked on counts as one. */
  readonly throttled: () => number;
  readonly signal: AbortSignal;
}

const START = 16;

/**
 * Resolves when every item begun is finished. After the signal nothing new is begun; `work` must not throw for an item's
 * own faults: what it throws ends the pool.
 */
export async function runPool<T>(
  items: Iterable<T>,
  options: PoolOptions,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let state: ConcurrencyState = { limit: Math.min(START, options.most), streak: 0 };
  const bounds = { least: 1, most: options.most };
  const running = new Set<Promise<void>>();
  let fault: unknown;
  let isFaulty = false;
  const attempt = async (item: T): Promise<void> => {
    const before = options.throttled();
    try {
      await work(item);
      state = adaptConcurrency(state, options.throttled() > before ? "throttled" : "success", bounds);
    } catch (error) {
      isFaulty = true;
      fault ??= error;
    }
  };
  for (const item of items) {
    while (running.size >= state.limit) await Promise.race(running);
    if (isFaulty || options.signal.aborted) break;
    const task: Promise<void> = attempt(item).finally(() => running.delete(task));
    running.add(task);
  }
  await Promise.all(running);
  if (isFaulty) throw fault;
}
