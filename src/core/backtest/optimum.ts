/**
 * The clairvoyant optimum: the cheapest path of one object through the classes for somebody who knows every read to come.
 * No policy can do better; it is what all of them are measured by.
 *
 * An exact dynamic programme over (class, days held up to the minimum, idle clock), day by day, at most one move a day.
 * What is kept of each class is what src/core/class-stays.ts and clock-stays.ts prove sufficient, so a day costs a few operations a class.
 *
 * Source of the problem: docs/intelligence.md, "The yardstick".
 */
import { type ClassStays, EntryWindow, FROM_START } from "./class-stays.ts";
import { clockStays } from "./clock-stays.ts";
import type { DailyTariff } from "./daily-tariff.ts";
import { type ReplayInput, type ReplayPolicy, ObjectAccount, ReplayTally, firstDay } from "./replay.ts";
import { GB_BYTES } from "../units.ts";

/** What is known of one object: rows `fromRow` to `toRow` of the columns are its reads, one row a day, ascending. */
export interface ObjectLife {
  /** First day charged; the object is in class 0 with no minimum pending. */
  readonly firstDay: number;
  /** The day after the last one charged. */
  readonly endDay: number;
  /** Whether it is deleted at the beginning of `endDay`, which ends a minimum early. */
  readonly isDeleted: boolean;
  readonly fromRow: number;
  readonly toRow: number;
  readonly readDay: ArrayLike<number>;
  readonly reads: ArrayLike<number>;
  readonly bytesRead: ArrayLike<number>;
}

/** A change of class at the beginning of a day. */
export interface ClassMove {
  readonly day: number;
  /** Index into the tariff's classes. */
  readonly storageClass: number;
}

/** A cheapest path. */
export interface Optimum {
  /** Dollars. */
  readonly cost: number;
  readonly moves: readonly ClassMove[];
}

/** The cheapest path of one object under `tariff`. */
export function optimumOf(tariff: DailyTariff, life: ObjectLife): Optimum {
  const days = life.endDay - life.firstDay;
  if (days <= 0) return { cost: 0, moves: [] };
  if (neverPays(tariff, days)) return { cost: days * (tariff.rentPerDay[0] ?? 0), moves: [] };
  return new Search(tariff, life, days).optimum();
}

/**
 * Whether no class can earn back even the cheapest way into it over all the days. A path pays at least one entry into each
 * class it visits, and saves at most the largest difference of rents every day. Needs reads that cost nothing more in class 0.
 */
function neverPays(tariff: DailyTariff, days: number): boolean {
  const { count, auto, isWaiting, readCost, retrievalPerGb, rentPerDay, moveCost, inner } = tariff;
  if (auto === 0 || isWaiting[0] === 1 || readCost[0] !== 0 || retrievalPerGb[0] !== 0) return false;
  for (let to = 1; to < count; to += 1) {
    if ((readCost[to] ?? 0) < 0) return false;
    const rent = to === auto ? Math.min(...inner.rentPerDay) : (rentPerDay[to] ?? 0);
    let entry = Infinity;
    for (let from = 0; from < count; from += 1) {
      if (from !== to) entry = Math.min(entry, moveCost[from * count + to] ?? 0);
    }
    if (((rentPerDay[0] ?? 0) - rent) * days > entry) return false;
  }
  return true;
}

/** One run of the dynamic programme. Days inside count from the object's first. */
class Search {
  readonly #tariff: DailyTariff;
  readonly #life: ObjectLife;
  readonly #days: number;
  readonly #stays: readonly ClassStays[];
  readonly #leaving: Float64Array;
  /** Least of the moves into a class, from any other. */
  readonly #leastEntry: Float64Array;
  /** Of every entry kept, by day and class: the class before, and the day that one was entered. */
  readonly #fromClass: Int16Array;
  readonly #fromSince: Int32Array;

  constructor(tariff: DailyTariff, life: ObjectLife, days: number) {
    const { count } = tariff;
    this.#tariff = tariff;
    this.#life = life;
    this.#days = days;
    this.#stays = Array.from({ length: count }, (_, index) =>
      index === tariff.auto
        ? clockStays(tariff)
        : new EntryWindow(tariff.rentPerDay[index] ?? 0, tariff.minimumDays[index] ?? 0),
    );
    this.#leaving = new Float64Array(count);
    this.#leastEntry = new Float64Array(count).fill(Infinity);
    for (let at = 0; at < count * count; at += 1) {
      const to = at % count;
      if (to * (count + 1) !== at)
        this.#leastEntry[to] = Math.min(this.#leastEntry[to] ?? Infinity, tariff.moveCost[at] ?? Infinity);
    }
    this.#fromClass = new Int16Array(days * count);
    this.#fromSince = new Int32Array(days * count);
  }

  optimum(): Optimum {
    const { readDay, toRow, firstDay: first } = this.#life;
    let row = this.#life.fromRow;
    while (row < toRow && (readDay[row] ?? 0) < first) row += 1;
    this.#stays[0]?.start();
    for (let day = 0; day < this.#days; day += 1) {
      this.#choose(day);
      if (row >= toRow || readDay[row] !== first + day) continue;
      this.#read(day, row);
      row += 1;
    }
    return this.#end();
  }

  /** Leaves and enters at the beginning of `day`; nobody leaves a class on the day of entering it. */
  #choose(day: number): void {
    const { count } = this.#tariff;
    let least = Infinity;
    for (let from = 0; from < count; from += 1) {
      const cost = this.#stays[from]?.leave(day) ?? Infinity;
      this.#leaving[from] = cost;
      if (cost < least) least = cost;
    }
    for (let to = 0; to < count; to += 1) {
      // Most days end here: even the cheapest way in is no better than being there already.
      const stays = this.#stays[to];
      if (stays && least + (this.#leastEntry[to] ?? 0) < stays.bestHeld) this.#enter(day, to, stays);
    }
  }

  #enter(day: number, to: number, stays: ClassStays): void {
    const { count, moveCost } = this.#tariff;
    let least = Infinity;
    let before = 0;
    for (let from = 0; from < count; from += 1) {
      const cost = (this.#leaving[from] ?? Infinity) + (moveCost[from * count + to] ?? 0);
      if (from === to || cost >= least) continue;
      least = cost;
      before = from;
    }
    if (least === Infinity || !stays.enter(day, least)) return;
    this.#fromClass[day * count + to] = before;
    this.#fromSince[day * count + to] = this.#stays[before]?.since ?? FROM_START;
  }

  #read(day: number, row: number): void {
    const { isWaiting, readCost, retrievalPerGb, restoreCost } = this.#tariff;
    const reads = this.#life.reads[row] ?? 0;
    const gb = (this.#life.bytesRead[row] ?? 0) / GB_BYTES;
    this.#stays.forEach((stays, index) => {
      const cost =
        isWaiting[index] === 1
          ? (restoreCost[index] ?? 0)
          : reads * (readCost[index] ?? 0) + gb * (retrievalPerGb[index] ?? 0);
      stays.read(day, cost);
    });
  }

  #end(): Optimum {
    const { isDeleted } = this.#life;
    let cost = Infinity;
    let storageClass = 0;
    let since = FROM_START;
    this.#stays.forEach((stays, index) => {
      const own = isDeleted ? stays.leave(this.#days) : stays.end(this.#days);
      if (own >= cost) return;
      cost = own;
      storageClass = index;
      since = stays.since;
    });
    return { cost, moves: this.#movesTo(storageClass, since) };
  }

  #movesTo(lastClass: number, lastSince: number): ClassMove[] {
    const moves: ClassMove[] = [];
    let [storageClass, since] = [lastClass, lastSince];
    while (since !== FROM_START) {
      moves.push({ day: this.#life.firstDay + since, storageClass });
      const at = since * this.#tariff.count + storageClass;
      storageClass = this.#fromClass[at] ?? 0;
      since = this.#fromSince[at] ?? FROM_START;
    }
    return moves.toReversed();
  }
}

/** What the charged days of an object in a replay hold. */
function chargedLife(input: ReplayInput, object: number): ObjectLife {
  const { trace } = input;
  return {
    firstDay: firstDay(input, object),
    endDay: Math.min(trace.endDay[object] ?? 0, trace.days - 1) + 1,
    isDeleted: trace.deleted[object] === 1,
    fromRow: trace.readStart[object] ?? 0,
    toRow: trace.readStart[object + 1] ?? 0,
    readDay: trace.readDay,
    reads: trace.reads,
    bytesRead: trace.bytesRead,
  };
}

/** Every object on its cheapest path. */
export function optimalPolicy(): ReplayPolicy {
  return {
    name: "optimal",
    replay(input) {
      const tally = new ReplayTally(input.trace.objects);
      for (let object = 0; object < input.trace.objects; object += 1) {
        const account = new ObjectAccount(input, object);
        for (const { day, storageClass } of optimumOf(account.tariff, chargedLife(input, object)).moves) {
          account.advance(day);
          account.move(storageClass);
        }
        tally.close(object, account);
      }
      return tally;
    },
  };
}
