/** Ways to be in the class that moves objects inside by their idle days; each way has a clock, reads set all of them back. */
import { type ClassStays, FROM_START } from "./class-stays.ts";
import { type Holding, earlyDeletion, quietRent } from "./daily-bill.ts";
import type { DailyTariff } from "./daily-tariff.ts";

/** Ways to be in the moving class of `tariff`. */
export function clockStays(tariff: DailyTariff): ClassStays {
  const rents = tariff.inner.rentPerDay;
  const isFalling = rents.every((rent, tier) => tier === 0 || rent <= (rents[tier - 1] ?? 0));
  return isFalling && tariff.minimumDays[tariff.auto] === 0 ? new FallingClock(tariff) : new AnyClock(tariff);
}

/**
 * For rents that fall with idle days and no minimum, which is every price list we know.
 *
 * The rent of the first k idle days is then concave in k: the least of one straight line per inner tier. So the cheapest
 * of all ways is the cheapest over tiers of (line + the best entry for that line), and one entry a tier is all to keep.
 */
class FallingClock implements ClassStays {
  since = FROM_START;
  bestHeld = Infinity;
  readonly #tiers: number;
  readonly #rents: Float64Array;
  /** Where the tier's line stands at 0 idle days. */
  readonly #intercepts: Float64Array;
  readonly #costs: Float64Array;
  readonly #days: Int32Array;

  constructor({ inner }: DailyTariff) {
    this.#rents = inner.rentPerDay;
    this.#tiers = this.#rents.length;
    this.#intercepts = new Float64Array(this.#tiers);
    for (let tier = 1; tier < this.#tiers; tier += 1) {
      const fall = (this.#rents[tier - 1] ?? 0) - (this.#rents[tier] ?? 0);
      this.#intercepts[tier] = (this.#intercepts[tier - 1] ?? 0) + fall * (inner.fromIdleDays[tier] ?? 0);
    }
    this.#costs = new Float64Array(this.#tiers).fill(Infinity);
    this.#days = new Int32Array(this.#tiers);
  }

  start(): void {
    this.#keep(0, 0, FROM_START);
  }

  leave(day: number): number {
    let least = Infinity;
    for (let tier = 0; tier < this.#tiers; tier += 1) {
      const cost = (this.#costs[tier] ?? 0) + (this.#intercepts[tier] ?? 0) + day * (this.#rents[tier] ?? 0);
      if (cost >= least) continue;
      least = cost;
      this.since = this.#days[tier] ?? FROM_START;
    }
    this.bestHeld = least;
    return least;
  }

  enter(day: number, cost: number): boolean {
    return cost < this.bestHeld && this.#keep(day, cost, day);
  }

  #keep(clockDay: number, cost: number, since: number): boolean {
    let isKept = false;
    for (let tier = 0; tier < this.#tiers; tier += 1) {
      const own = cost - clockDay * (this.#rents[tier] ?? 0);
      if (own >= (this.#costs[tier] ?? 0)) continue;
      this.#costs[tier] = own;
      this.#days[tier] = since;
      isKept = true;
    }
    return isKept;
  }

  /** From here on all ways share a clock: the cheapest is as good as any. */
  read(day: number, cost: number): void {
    const least = this.leave(day);
    this.#costs.fill(Infinity);
    if (least < Infinity) this.#keep(day + 1, least + (this.#rents[0] ?? 0) + cost, this.since);
  }

  end(day: number): number {
    return this.leave(day);
  }
}

/** For any rents and minimum: every way by itself, so the work grows with the square of the days. */
class AnyClock implements ClassStays {
  since = FROM_START;
  readonly bestHeld = Infinity;
  readonly #tariff: DailyTariff;
  /** `cost` is what the way had come to on its clock's day 0. */
  readonly #ways: { cost: number; readonly since: number; clockDay: number }[] = [];

  constructor(tariff: DailyTariff) {
    this.#tariff = tariff;
  }

  start(): void {
    this.#ways.push({ cost: 0, since: FROM_START, clockDay: 0 });
  }

  leave(day: number): number {
    return this.#least(day, (holding) => earlyDeletion(this.#tariff, holding, day));
  }

  enter(day: number, cost: number): boolean {
    this.#ways.push({ cost, since: day, clockDay: day });
    return true;
  }

  read(day: number, cost: number): void {
    const rent = this.#tariff.inner.rentPerDay[0] ?? 0;
    for (const way of this.#ways) {
      way.cost += quietRent(this.#tariff, this.#holding(way), way.clockDay, day) + rent + cost;
      way.clockDay = day + 1;
    }
  }

  end(day: number): number {
    return this.#least(day, () => 0);
  }

  #holding({ since, clockDay }: { readonly since: number; readonly clockDay: number }): Holding {
    return { storageClass: this.#tariff.auto, sinceDay: since === FROM_START ? -Infinity : since, clockDay };
  }

  #least(day: number, owed: (holding: Holding) => number): number {
    let least = Infinity;
    for (const way of this.#ways) {
      const holding = this.#holding(way);
      const total = way.cost + quietRent(this.#tariff, holding, way.clockDay, day) + owed(holding);
      if (total >= least) continue;
      least = total;
      this.since = way.since;
    }
    return least;
  }
}
