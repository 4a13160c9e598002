/** A clock that stands still until it is moved: simulations and the demo live on it. */
import type { Clock } from "../../ports/clock.ts";
import { Sleepers } from "./sleepers.ts";

export class VirtualClock implements Clock {
  readonly #sleepers = new Sleepers();
  #nowMs: number;

  /** @param startMs epoch milliseconds at which the clock stands first. */
  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  /** Resolves when the clock is moved to or past `ms` from now. */
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms > 0) await this.#sleepers.add(this.#nowMs + ms, signal);
  }

  /** Moves the clock and wakes whoever waited. @throws RangeError when `ms` lies in the clock's past. */
  advanceTo(ms: number): void {
    if (!(ms >= this.#nowMs)) throw new RangeError(`a clock can't go back from ${this.#nowMs} to ${ms}`);
    this.#nowMs = ms;
    this.#sleepers.wakeUntil(ms);
  }
}
