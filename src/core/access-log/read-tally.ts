/** Reads added up by key, day and lane: a number for whatever else they have in common. */
import { type DayReads, weightInDay } from "../reads/day-reads.ts";
import { dayNumber } from "../units.ts";
import { ReadTable } from "./read-table.ts";

/** Reads of one key on one day. */
export interface TalliedReads extends DayReads {
  readonly key: string;
  readonly lane: number;
}

/** Days that time fields can name lie within half of it around 1970. */
const DAYS = 2 ** 24;

/** Counts reads under their key and day, beside a lane of the caller's. */
export class ReadTally {
  readonly #table = new ReadTable();
  /** Lane and day of each label of the table, as one number. */
  readonly #packed: number[] = [];
  readonly #labels = new Map<number, number>();
  #lastPacked = Number.NaN;
  #lastLabel = 0;

  /** Keys, by day and lane. */
  get size(): number {
    return this.#table.size;
  }

  /**
   * Adds a read of the key in the bytes [start, end). @param lane below 2^29
   * @returns `false`, and nothing is added, where they are no key
   */
  add(view: DataView, start: number, end: number, lane: number, timeMs: number): boolean {
    const day = dayNumber(timeMs);
    const label = this.#label(lane * DAYS + day + DAYS / 2);
    return this.#table.add(view, start, end, label, weightInDay(timeMs, day), timeMs);
  }

  /** A key that is written in two ways comes twice. */
  *reads(): Generator<TalliedReads> {
    for (const { key, label, reads, weight, lastMs } of this.#table.counts()) {
      const packed = this.#packed[label] ?? 0;
      const lane = Math.floor(packed / DAYS);
      yield { key, lane, day: packed - lane * DAYS - DAYS / 2, reads, weight, lastMs };
    }
  }

  #label(packed: number): number {
    if (packed === this.#lastPacked) return this.#lastLabel;
    let label = this.#labels.get(packed);
    if (label === undefined) {
      label = this.#packed.push(packed) - 1;
      this.#labels.set(packed, label);
    }
    this.#lastPacked = packed;
    this.#lastLabel = label;
    return label;
  }
}
