/** Those who wait for an instant on a clock that is moved by hand, woken in the order of their instants. */

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

export class Sleepers {
  readonly #waiting = new Set<Sleeper>();

  /** Resolves when {@link wakeUntil} reaches `dueMs`, or when the signal aborts. */
  add(dueMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(sleeper);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const sleeper: Sleeper = { dueMs, wake };
      this.#waiting.add(sleeper);
      if (signal?.aborted) wake();
      else signal?.addEventListener("abort", wake, { once: true });
    });
  }

  wakeUntil(nowMs: number): void {
    const due = [...this.#waiting].filter((sleeper) => sleeper.dueMs <= nowMs);
    for (const sleeper of due.toSorted((a, b) => a.dueMs - b.dueMs)) sleeper.wake();
  }
}
