/** Wall time plus an offset that can be moved forward: the clock of a stand-alone sandbox. */
import type { Clock } from "../../ports/clock.ts";
import { Sleepers } from "./sleepers.ts";
import { WallClock } from "./wall-clock.ts";

export class OffsetClock implements Clock {
  readonly #wall = new WallClock();
  readonly #sleepers = new Sleepers();
  #offsetMs = 0;

  now(): number {
    return this.#wall.now() + this.#offsetMs;
  }

  /** Resolves after `ms` of wall time, or as soon as the clock is moved past the instant. */
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms <= 0) return;
    const done = new AbortController();
    const either = signal ? AbortSignal.any([signal, done.signal]) : done.signal;
    await Promise.race([this.#sleepers.add(this.now() + ms, either), this.#wall.sleep(ms, either)]);
    done.abort();
  }

  /** Moves the clock forward to `ms`. @throws RangeError when `ms` lies in the clock's past. */
  advanceTo(ms: number): void {
    const now = this.now();
    if (!(ms >= now)) throw new RangeError(`a clock can't go back from ${now} to ${ms}`);
    this.#offsetMs += ms - now;
    this.#sleepers.wakeUntil(ms);
  }
}
