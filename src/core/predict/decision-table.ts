/**
 * The decision table: the cheapest choice in every situation, found by value iteration over (class held, minimum left or idle
 * clock) × belief. Early deletion, the way back and the option to wait are inside the recursion, so a decision is a look-up.
 *
 * Source: docs/intelligence.md, "The decision table".
 */
import type { Expectations } from "./access-model.ts";
import {
  AGES,
  AGE_LEAVES,
  CELLS,
  RECENCIES,
  RECENCY_DAYS,
  SCORES,
  SCORE_DECAY,
  SCORE_POINTS,
  between,
} from "./belief.ts";
import { type ClassStates, classStates } from "./class-states.ts";
import type { DailyTariff } from "../backtest/daily-tariff.ts";

const SWEEPS = 20;
/** Times a coarse recency, which an object stays in for days, is worked through in one sweep. */
const ROUNDS_AT_COARSE = 2;

/** Choices for one size, amount and group. */
export interface DecisionTable {
  readonly states: ClassStates;
  /** Class to be in, by recency, class-state, age, score. */
  readonly action: Uint8Array;
  /** Discounted dollars from here on if the class is kept today and the best is done from tomorrow. Same order. */
  readonly stay: Float64Array;
  /** Bytes of the object it was solved for. */
  readonly sizeBytes: number;
}

/** Solves the table. @param discount what a day leaves of the worth of a dollar, below 1: its horizon is 1 / (1 - discount) days */
export function solveTable(tariff: DailyTariff, expected: Expectations, discount: number): DecisionTable {
  return new Solver(tariff, expected, discount).run();
}

class Solver {
  readonly #discount: number;
  readonly #tariff: DailyTariff;
  readonly #expected: Expectations;
  readonly #states: ClassStates;
  readonly #slice: number;
  readonly #value: Float64Array;
  /** Value right after a read, by class-state, age, score. */
  readonly #afterRead: Float64Array;
  readonly #quiet: Float64Array;
  readonly #scratch: Float64Array;
  readonly #stay: Float64Array;
  /** Dollars and class of the best move, by class left and cell. */
  readonly #moveValue: Float64Array;
  readonly #moveTo: Uint8Array;
  readonly #reading = new Float64Array(SCORE_POINTS);
  readonly #scoreDecayed = SCORES.map((score) => between(SCORES, score * SCORE_DECAY));
  readonly #scoreRead = SCORES.map((score) => between(SCORES, score * SCORE_DECAY + 1));

  constructor(tariff: DailyTariff, expected: Expectations, discount: number) {
    this.#discount = discount;
    this.#tariff = tariff;
    this.#expected = expected;
    this.#states = classStates(tariff);
    this.#slice = this.#states.count * CELLS;
    this.#value = new Float64Array(RECENCIES * this.#slice);
    this.#afterRead = new Float64Array(this.#slice);
    this.#quiet = new Float64Array(this.#slice);
    this.#scratch = new Float64Array(this.#slice);
    this.#stay = new Float64Array(this.#slice);
    this.#moveValue = new Float64Array(tariff.count * CELLS);
    this.#moveTo = new Uint8Array(tariff.count * CELLS);
    this.#assumeQuiet();
  }

  /** Begins from the bill of an object that is never read again: right for most of the table from the first sweep. */
  #assumeQuiet(): void {
    const forever = RECENCY_DAYS.at(-1) ?? 1;
    for (let state = 0; state < this.#states.count; state += 1) {
      const value = this.#states.rent(state, forever) / (1 - this.#discount * (1 - this.#expected.death));
      for (let recency = 0; recency < RECENCIES; recency += 1) {
        const from = recency * this.#slice + state * CELLS;
        this.#value.fill(value, from, from + CELLS);
      }
    }
  }

  run(): DecisionTable {
    for (let sweep = 1; sweep < SWEEPS; sweep += 1) this.#sweep(null);
    const table = {
      states: this.#states,
      action: new Uint8Array(RECENCIES * this.#slice),
      stay: new Float64Array(RECENCIES * this.#slice),
      sizeBytes: this.#tariff.sizeBytes,
    };
    this.#sweep(table);
    return table;
  }

  /** From the longest quiet to the shortest, because a quiet day leads to the next longer one. */
  #sweep(table: DecisionTable | null): void {
    this.#readValues();
    for (let recency = RECENCIES - 1; recency >= 0; recency -= 1) {
      const days = RECENCY_DAYS[recency] ?? 1;
      const gap = (RECENCY_DAYS[recency + 1] ?? Infinity) - days;
      const rounds = gap === 1 ? 1 : ROUNDS_AT_COARSE;
      for (let round = 0; round < rounds; round += 1) {
        this.#quietValues(recency, 1 / gap);
        this.#stayValues(recency);
        this.#best(recency, round === rounds - 1 ? table : null);
      }
    }
  }

  /** The value of the day after a read: shortest recency, score decayed and raised by one, one day less of the minimum. */
  #readValues(): void {
    const { count, afterRead } = this.#states;
    for (let state = 0; state < count; state += 1) {
      const { lower, upper, upperWeight } = afterRead(state);
      for (let cell = 0; cell < CELLS; cell += 1) {
        const low = this.#value[lower * CELLS + cell] ?? 0;
        const high = this.#value[upper * CELLS + cell] ?? 0;
        this.#scratch[state * CELLS + cell] = low + (high - low) * upperWeight;
      }
    }
    this.#age(this.#scratch);
    this.#score(this.#scratch, this.#afterRead, this.#scoreRead);
  }

  #quietValues(recency: number, advances: number): void {
    const { count, afterQuiet } = this.#states;
    const here = recency * this.#slice;
    const next = recency + 1 < RECENCIES ? here + this.#slice : here;
    const value = this.#value;
    const stays = 1 - advances;
    for (let state = 0; state < count; state += 1) {
      const { lower, upper, upperWeight } = afterQuiet(state);
      const lowerWeight = 1 - upperWeight;
      for (let cell = 0; cell < CELLS; cell += 1) {
        const low = lower * CELLS + cell;
        const high = upper * CELLS + cell;
        const later = (value[next + low] ?? 0) * lowerWeight + (value[next + high] ?? 0) * upperWeight;
        this.#scratch[state * CELLS + cell] =
          stays === 0
            ? later
            : later * advances +
              stays * ((value[here + low] ?? 0) * lowerWeight + (value[here + high] ?? 0) * upperWeight);
      }
    }
    this.#age(this.#scratch);
    this.#score(this.#scratch, this.#quiet, this.#scoreDecayed);
  }

  /** Mixes each age with the next by the chance of a day to lead there, in place. */
  #age(values: Float64Array): void {
    for (let state = 0; state < this.#states.count; state += 1) {
      for (let age = 0; age + 1 < AGES; age += 1) {
        const leaves = AGE_LEAVES[age] ?? 0;
        const at = state * CELLS + age * SCORE_POINTS;
        for (let score = 0; score < SCORE_POINTS; score += 1) {
          const own = values[at + score] ?? 0;
          values[at + score] = own + ((values[at + SCORE_POINTS + score] ?? 0) - own) * leaves;
        }
      }
    }
  }

  #score(from: Float64Array, to: Float64Array, moves: readonly { lower: number; upperWeight: number }[]): void {
    for (let score = 0; score < SCORE_POINTS; score += 1) {
      const { lower = 0, upperWeight = 0 } = moves[score] ?? {};
      for (let row = 0; row < this.#slice; row += SCORE_POINTS) {
        const low = from[row + lower] ?? 0;
        to[row + score] = low + ((from[row + lower + 1] ?? low) - low) * upperWeight;
      }
    }
  }

  /** What staying a day costs, the best from tomorrow on included. */
  #stayValues(recency: number): void {
    const { hazard, death } = this.#expected;
    const tariff = this.#tariff;
    const lives = this.#discount * (1 - death);
    const chances = hazard.subarray(recency * CELLS, (recency + 1) * CELLS);
    for (let state = 0; state < this.#states.count; state += 1) {
      const storageClass = this.#states.classOf[state] ?? 0;
      const rent = this.#states.rent(state, RECENCY_DAYS[recency] ?? 1);
      const rentOfReadDay = tariff.rentPerDay[storageClass] ?? 0;
      const dies = death * (this.#states.left[state] ?? 0) * rentOfReadDay;
      const reading = this.#readingCosts(storageClass, recency, rentOfReadDay - rent);
      for (let cell = 0; cell < CELLS; cell += 1) {
        const index = state * CELLS + cell;
        const chance = chances[cell] ?? 0;
        const quiet = this.#quiet[index] ?? 0;
        const read = (reading[cell % SCORE_POINTS] ?? 0) + lives * ((this.#afterRead[index] ?? 0) - quiet);
        this.#stay[index] = rent + dies + lives * quiet + chance * read;
      }
    }
  }

  /** What a day with reads costs above a quiet one, by score. */
  #readingCosts(storageClass: number, recency: number, moreRent: number): Float64Array {
    const { reads, fullReads } = this.#expected;
    const tariff = this.#tariff;
    const readCost = tariff.readCost[storageClass] ?? 0;
    const fullCost = tariff.sizeGb * (tariff.retrievalPerGb[storageClass] ?? 0);
    const fixed = moreRent + (tariff.restoreCost[storageClass] ?? 0);
    for (let score = 0; score < SCORE_POINTS; score += 1) {
      const at = recency * SCORE_POINTS + score;
      this.#reading[score] = fixed + (reads[at] ?? 0) * readCost + (fullReads[at] ?? 0) * fullCost;
    }
    return this.#reading;
  }

  /** The best of staying and of every move. Where to move depends on the class left, not on how long it was held. */
  #best(recency: number, table: DecisionTable | null): void {
    const { count, classOf, left } = this.#states;
    const base = recency * this.#slice;
    this.#bestMoves();
    for (let state = 0; state < count; state += 1) {
      const from = classOf[state] ?? 0;
      const owed = (left[state] ?? 0) * (this.#tariff.rentPerDay[from] ?? 0);
      for (let cell = 0; cell < CELLS; cell += 1) {
        const index = state * CELLS + cell;
        const stay = this.#stay[index] ?? 0;
        const move = owed + (this.#moveValue[from * CELLS + cell] ?? 0);
        this.#value[base + index] = move < stay ? move : stay;
        if (table) {
          table.action[base + index] = move < stay ? (this.#moveTo[from * CELLS + cell] ?? 0) : from;
          table.stay[base + index] = stay;
        }
      }
    }
  }

  #bestMoves(): void {
    const { count, moveCost } = this.#tariff;
    this.#moveValue.fill(Infinity);
    for (let from = 0; from < count; from += 1) {
      for (let to = 0; to < count; to += 1) {
        if (to === from) continue;
        const fee = moveCost[from * count + to] ?? 0;
        const entered = (this.#states.fresh[to] ?? 0) * CELLS;
        for (let cell = 0; cell < CELLS; cell += 1) {
          const cost = fee + (this.#stay[entered + cell] ?? 0);
          if (cost >= (this.#moveValue[from * CELLS + cell] ?? 0)) continue;
          this.#moveValue[from * CELLS + cell] = cost;
          this.#moveTo[from * CELLS + cell] = to;
        }
      }
    }
  }
}
