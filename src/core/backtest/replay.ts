/**
 * Replaying a trace under a policy: the contract between the policies and whatever compares them.
 * Every object starts in the class set's first class on the later of its birth and the split, with no minimum pending; only days from there on are charged.
 */
import {
  chargeMove,
  chargeQuiet,
  chargeReadDay,
  type DailyBill,
  earlyDeletion,
  emptyBill,
  type Holding,
  holdingFrom,
  totalOf,
} from "./daily-bill.ts";
import type { DailyTariff } from "./daily-tariff.ts";
import type { Trace } from "../trace/trace.ts";
import { GB_BYTES } from "../units.ts";

/** What every policy is given. Days before `splitDay` are the past: to learn from, not charged. */
export interface ReplayInput {
  readonly trace: Trace;
  readonly splitDay: number;
  /** Costs from this day on are also added up apart. */
  readonly lateDay: number;
  readonly tariffOf: (object: number) => DailyTariff;
  /** Told of every change of class, the class held on the first charged day included. */
  readonly onClass?: (object: number, day: number, storageClass: number) => void;
}

/** What a policy came to, in dollars. */
export interface ReplayResult {
  readonly costs: Float64Array;
  readonly lateCosts: Float64Array;
  readonly bill: DailyBill;
}

/** A policy replays all objects itself, because some decide by what they saw of others. */
export interface ReplayPolicy {
  readonly name: string;
  replay(input: ReplayInput): ReplayResult;
}

/** First charged day of an object; past its `endDay` where nothing of it is charged. */
export function firstDay({ trace, splitDay }: ReplayInput, object: number): number {
  return Math.max(trace.createdDay[object] ?? 0, splitDay);
}

/**
 * The running account of one object under one policy. `advance` charges days in order, reads included;
 * `move` takes effect at the beginning of the day reached.
 */
export class ObjectAccount {
  readonly bill: DailyBill = emptyBill();
  readonly holding: Holding;
  readonly #input: ReplayInput;
  readonly #object: number;
  readonly #tariff: DailyTariff;
  readonly #lastDay: number;
  #day: number;
  #row: number;
  readonly #endRow: number;
  #lateFrom: number | null = null;

  constructor(input: ReplayInput, object: number) {
    const { trace } = input;
    this.#input = input;
    this.#object = object;
    this.#tariff = input.tariffOf(object);
    this.#day = firstDay(input, object);
    this.#lastDay = Math.min(trace.endDay[object] ?? 0, trace.days - 1);
    this.holding = holdingFrom(0, this.#day);
    this.#endRow = trace.readStart[object + 1] ?? 0;
    this.#row = rowFrom(trace, trace.readStart[object] ?? 0, this.#endRow, this.#day);
    if (this.#day >= input.lateDay) this.#lateFrom = 0;
    if (this.#day <= this.#lastDay) input.onClass?.(object, this.#day, 0);
  }

  /** The next day to be charged. */
  get day(): number {
    return this.#day;
  }

  get isOver(): boolean {
    return this.#day > this.#lastDay;
  }

  /** First day at or after the one reached that has a read; Infinity where there is none. */
  get nextReadDay(): number {
    return this.#row < this.#endRow ? (this.#input.trace.readDay[this.#row] ?? Infinity) : Infinity;
  }

  get tariff(): DailyTariff {
    return this.#tariff;
  }

  move(storageClass: number): void {
    if (storageClass === this.holding.storageClass) return;
    chargeMove(this.#tariff, this.holding, this.#day, storageClass, this.bill);
    this.#input.onClass?.(this.#object, this.#day, storageClass);
  }

  /** Charges every day before `toDay`, at most to the object's last. */
  advance(toDay: number): void {
    const end = Math.min(toDay, this.#lastDay + 1);
    const { lateDay } = this.#input;
    if (this.#lateFrom === null && end >= lateDay) {
      this.#charge(lateDay);
      this.#lateFrom = totalOf(this.bill);
    }
    this.#charge(end);
  }

  #charge(end: number): void {
    const { trace } = this.#input;
    while (this.#day < end) {
      const next = Math.min(end, this.nextReadDay);
      chargeQuiet(this.#tariff, this.holding, this.#day, next, this.bill);
      this.#day = next;
      if (next >= end) return;
      const gb = (trace.bytesRead[this.#row] ?? 0) / GB_BYTES;
      chargeReadDay(this.#tariff, this.holding, next, trace.reads[this.#row] ?? 0, gb, this.bill);
      this.#row += 1;
      this.#day = next + 1;
    }
  }

  /** Dollars charged so far. */
  spent(): number {
    return totalOf(this.bill);
  }

  /** Ends the object's life: a deleted one owes what is left of its minimum. @returns total and late dollars. */
  close(): { readonly total: number; readonly late: number } {
    this.advance(Infinity);
    if (this.#input.trace.deleted[this.#object] === 1) {
      this.bill.earlyDeletion += earlyDeletion(this.#tariff, this.holding, this.#day);
    }
    const total = totalOf(this.bill);
    return { total, late: this.#lateFrom === null ? 0 : total - this.#lateFrom };
  }
}

/** First access row at or after `day`. */
function rowFrom(trace: Trace, from: number, to: number, day: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((trace.readDay[middle] ?? 0) < day) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Adds the accounts of all objects up. */
export class ReplayTally implements ReplayResult {
  readonly costs: Float64Array;
  readonly lateCosts: Float64Array;
  readonly bill: DailyBill = emptyBill();

  constructor(objects: number) {
    this.costs = new Float64Array(objects);
    this.lateCosts = new Float64Array(objects);
  }

  close(object: number, account: ObjectAccount): void {
    const { total, late } = account.close();
    this.costs[object] = total;
    this.lateCosts[object] = late;
    this.bill.storage += account.bill.storage;
    this.bill.transitions += account.bill.transitions;
    this.bill.retrieval += account.bill.retrieval;
    this.bill.earlyDeletion += account.bill.earlyDeletion;
    this.bill.restoreDays += account.bill.restoreDays;
  }
}
