/** Share of failures among the last operations: a ring of their outcomes. */

/** The last 1,000 operations (design: decisions, Brakes). */
export const ERROR_WINDOW_SIZE = 1000;
/** One failure among the first few is no rate yet. */
export const ERROR_WINDOW_LEAST = 100;

/** Outcomes of the last operations, with what the brake asks of them. */
export class ErrorWindow {
  readonly #limitPercent: number;
  readonly #failures: boolean[] = [];
  #next = 0;
  #failed = 0;

  /** @param limitPercent failures that are still allowed, in percent of the operations in the window */
  constructor(limitPercent: number) {
    this.#limitPercent = limitPercent;
  }

  /** Counts one move that ended: it failed, or it did what it should. Skipped ones are neither and are not added. */
  add(hasFailed: boolean): void {
    const forgotten = this.#failures[this.#next] ?? false;
    this.#failed += Number(hasFailed) - Number(forgotten);
    this.#failures[this.#next] = hasFailed;
    this.#next = (this.#next + 1) % ERROR_WINDOW_SIZE;
  }

  /** Failures in the window. */
  get failed(): number {
    return this.#failed;
  }

  /** Outcomes in the window, at most 1,000. */
  get size(): number {
    return this.#failures.length;
  }

  /** Whether more failed than the limit allows; never before 100 operations have ended. */
  isOverLimit(): boolean {
    if (this.size < ERROR_WINDOW_LEAST) return false;
    // Both sides are whole numbers but for the limit's own digits: 1.1 % of 1,000 is 11, whatever the product says.
    return this.#failed > Math.floor((this.#limitPercent * this.size) / 100 + 1e-9);
  }
}
