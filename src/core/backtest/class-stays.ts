/**
 * All ways to be in one class on a day, kept as few as an exact choice needs: a way is worth keeping only while some
 * future could make it the cheapest. Days count from 0, the first day charged; money is dollars since then.
 */

/** The entry day of an object that was in the class before day 0, with no minimum pending. */
export const FROM_START = -1;

/** Ways to be in one class. Days come in order, each as `leave`, `enter`, and `read` where it has reads; rents are paid by themselves. */
export interface ClassStays {
  /** Entry day of the way that the last `leave` or `end` spoke of. */
  readonly since: number;
  /** An entry that comes to this much or more cannot be part of a cheapest path. Valid after `leave` of the same day. */
  readonly bestHeld: number;
  /** Being here from before day 0. */
  start(): void;
  /** The least it takes to be out of the class at the beginning of `day`, moving costs of the next class not included. */
  leave(day: number): number;
  /** A way in at the beginning of `day` for `cost` in all. @returns whether it is worth keeping. */
  enter(day: number, cost: number): boolean;
  /** @param cost what the day's reads cost in this class, above its rent. */
  read(day: number, cost: number): void;
  /** The least it takes to still be here after the last day, when nothing is owed for leaving. */
  end(day: number): number;
}

/**
 * Ways to be in a class of a fixed rent that charges the rest of its minimum to whoever leaves early.
 *
 * A later entry is worth keeping only where it is cheaper than every earlier one, for those owe less on leaving. So of
 * those past their minimum, the latest is the cheapest. Before it, rent paid and rent owed add up to the whole minimum:
 * what a way costs to leave stands still, and the cheapest is the front of a queue that rises from front to back
 * (sliding-window minimum).
 */
export class EntryWindow implements ClassStays {
  since = FROM_START;
  bestHeld = Infinity;
  readonly #rent: number;
  readonly #minimumDays: number;
  /** Costs of a way less the rents of the days before it, so that time changes none of them. */
  #settled = Infinity;
  #settledSince = FROM_START;
  #cheapest = Infinity;
  #cheapestSince = FROM_START;
  /** Ways whose minimum is pending: their costs to leave, which stand still between reads, and their entry days. */
  readonly #pending: number[] = [];
  readonly #days: number[] = [];
  #front = 0;

  constructor(rentPerDay: number, minimumDays: number) {
    this.#rent = rentPerDay;
    this.#minimumDays = minimumDays;
  }

  start(): void {
    this.#settled = this.#cheapest = 0;
  }

  leave(day: number): number {
    const spent = day * this.#rent;
    this.bestHeld = this.#cheapest + spent;
    while (this.#front < this.#days.length && day - this.#frontDay() >= this.#minimumDays) this.#settle();
    const settled = this.#settled + spent;
    const pending = this.#front < this.#days.length ? (this.#pending[this.#front] ?? 0) : Infinity;
    const isPendingLess = pending < settled;
    this.since = isPendingLess ? this.#frontDay() : this.#settledSince;
    return isPendingLess ? pending : settled;
  }

  enter(day: number, cost: number): boolean {
    const own = cost - day * this.#rent;
    if (!(own < this.#cheapest)) return false;
    this.#cheapest = own;
    this.#cheapestSince = day;
    if (this.#minimumDays === 0) {
      this.#settled = own;
      this.#settledSince = day;
      return true;
    }
    const toLeave = own + (day + this.#minimumDays) * this.#rent;
    while (this.#days.length > this.#front && (this.#pending.at(-1) ?? 0) >= toLeave) {
      this.#days.pop();
      this.#pending.pop();
    }
    this.#days.push(day);
    this.#pending.push(toLeave);
    return true;
  }

  read(_day: number, cost: number): void {
    // Added to each way: sums of reads that a way has not paid must not blur what it has paid.
    this.#settled += cost;
    this.#cheapest += cost;
    for (let at = this.#front; at < this.#pending.length; at += 1) {
      this.#pending[at] = (this.#pending[at] ?? 0) + cost;
    }
  }

  end(day: number): number {
    this.since = this.#cheapestSince;
    return this.#cheapest + day * this.#rent;
  }

  #frontDay(): number {
    return this.#days[this.#front] ?? 0;
  }

  /** The front's minimum is over, on the day on which what it cost to leave is what it costs to be here. */
  #settle(): void {
    const since = this.#frontDay();
    this.#settled = (this.#pending[this.#front] ?? 0) - (since + this.#minimumDays) * this.#rent;
    this.#settledSince = since;
    this.#front += 1;
  }
}
