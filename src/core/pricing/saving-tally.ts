/**
 * The interval of a plan's saving while objects stream by. The prior of the read rates needs every object before the first
 * saving can be worked out, so moves are folded into cohorts of like ones: memory grows with their variety, not their number.
 */
import { ratesOf } from "./class-rates.ts";
import type { PriceBook } from "./price-book.ts";
import {
  RatePool,
  type RateSums,
  type SavingHorizon,
  type SavingInterval,
  type SavingTerm,
  evidenceDays,
  savingInterval,
  savingTerm,
} from "./saving-interval.ts";
import type { ObjectView } from "../strategy.ts";
import { DAYS_PER_MONTH } from "../units.ts";

/** Days over which a plan states its saving. */
export const SAVING_DAYS = 90;
/** Cohorts are finer than a factor of two up to so many, coarser for whatever comes after. */
const FINE_COHORTS = 20_000;
const FINE_STEPS = 4;
/** Ages beyond this are alike: the memory of reads does not reach further. */
const OLDEST_DAYS = 400;
const IDLE_STEP_DAYS = 10;
const LONGEST_IDLE_DAYS = 200;

/** Sums over moves that are alike. */
interface Cohort {
  readonly from: string;
  readonly to: string;
  moves: number;
  bytes: number;
  feeMicros: number;
  readsPerMonth: number;
  readDaysPerMonth: number;
  /** `null` where the ages are not known. */
  ageDays: number | null;
  idleDays: number;
}

/** A tally as a value that can be kept as JSON; for {@link SavingTally.merge}. */
export interface SavingTallySnapshot {
  readonly reads: RateSums;
  readonly readDays: RateSums;
  readonly cohorts: readonly (Readonly<Cohort> & { readonly kind: number; readonly rates: number })[];
}

interface TalliedMove {
  readonly from: string;
  readonly to: string;
  readonly feeMicros: number;
}

/** Adds up what the interval needs to know. */
export class SavingTally {
  readonly #prices: PriceBook;
  readonly #reads = new RatePool();
  readonly #readDays = new RatePool();
  /** By class left, class entered, and what is alike as two numbers, each small enough to be looked up fast. */
  readonly #cohorts = new Map<string, Map<string, Map<number, Map<number, Cohort>>>>();
  /** The same in the order in which they came. */
  readonly #kinds: { readonly kind: number; readonly rates: number; readonly cohort: Cohort }[] = [];

  constructor(prices: PriceBook) {
    this.#prices = prices;
  }

  /** Every object, those that stay too: the rate of one is judged by those of all. */
  seen({ rate: { readsPerMonth, readDaysPerMonth }, ageDays }: ObjectView): void {
    const days = evidenceDays(ageDays);
    this.#reads.add({ events: (readsPerMonth / DAYS_PER_MONTH) * days, days });
    this.#readDays.add({ events: (readDaysPerMonth / DAYS_PER_MONTH) * days, days });
  }

  moves({ from, to, feeMicros }: TalliedMove, view: ObjectView): void {
    const { rate, ageDays, sizeBytes } = view;
    // Only a class that cools by idle time asks how long the object has been idle.
    const cools = (ratesOf(this.#prices).managed.get(from)?.inner.length ?? 0) > 0;
    const idleDays = cools ? Math.min(view.daysInClass, view.idleDays ?? 0) : 0;
    const steps = this.#kinds.length < FINE_COHORTS ? FINE_STEPS : 1;
    const cohort = this.#cohort(from, to, kindOf(view, idleDays, steps), ratesKind(view, steps), ageDays !== null);
    cohort.moves += 1;
    cohort.bytes += sizeBytes;
    cohort.feeMicros += feeMicros;
    cohort.readsPerMonth += rate.readsPerMonth;
    cohort.readDaysPerMonth += rate.readDaysPerMonth;
    if (cohort.ageDays !== null) cohort.ageDays += Math.min(OLDEST_DAYS, ageDays ?? 0);
    cohort.idleDays += idleDays;
  }

  snapshot(): SavingTallySnapshot {
    return {
      reads: this.#reads.snapshot(),
      readDays: this.#readDays.snapshot(),
      cohorts: this.#kinds.map(({ kind, rates, cohort }) => ({ kind, rates, ...cohort })),
    };
  }

  /**
   * Adds what a part knows. Merged in the order of the parts it is what the whole knows, but for the last bits of doubles,
   * as long as the moves are of no more kinds than are told apart finely.
   */
  merge(part: SavingTallySnapshot): void {
    this.#reads.merge(part.reads);
    this.#readDays.merge(part.readDays);
    for (const { kind, rates, from, to, ...sums } of part.cohorts) {
      const cohort = this.#cohort(from, to, kind, rates, sums.ageDays !== null);
      cohort.moves += sums.moves;
      cohort.bytes += sums.bytes;
      cohort.feeMicros += sums.feeMicros;
      cohort.readsPerMonth += sums.readsPerMonth;
      cohort.readDaysPerMonth += sums.readDaysPerMonth;
      if (cohort.ageDays !== null) cohort.ageDays += sums.ageDays ?? 0;
      cohort.idleDays += sums.idleDays;
    }
  }

  /** @returns `null` where a price is unknown */
  interval(fromMs: number): SavingInterval | null {
    const horizon = { fromMs, days: SAVING_DAYS, priors: { reads: this.#reads.fit(), readDays: this.#readDays.fit() } };
    const terms: SavingTerm[] = [];
    for (const { cohort } of this.#kinds) {
      const term = this.#term(cohort, horizon);
      if (!term) return null;
      terms.push(term);
    }
    return savingInterval(terms, horizon);
  }

  #cohort(from: string, to: string, kind: number, rates: number, isAgeKnown: boolean): Cohort {
    const cohorts = branch(branch(branch(this.#cohorts, from), to), kind);
    const known = cohorts.get(rates);
    if (known) return known;
    const made: Cohort = {
      from,
      to,
      moves: 0,
      bytes: 0,
      feeMicros: 0,
      readsPerMonth: 0,
      readDaysPerMonth: 0,
      ageDays: isAgeKnown ? 0 : null,
      idleDays: 0,
    };
    cohorts.set(rates, made);
    this.#kinds.push({ kind, rates, cohort: made });
    return made;
  }

  /** That of the mean move, as often as there are moves: the cumulants of independent savings add up. */
  #term(cohort: Cohort, horizon: SavingHorizon): SavingTerm | null {
    const { from, to, moves } = cohort;
    const sizeBytes = cohort.bytes / moves;
    const rate = {
      readsPerMonth: cohort.readsPerMonth / moves,
      readDaysPerMonth: cohort.readDaysPerMonth / moves,
    };
    const ageDays = cohort.ageDays === null ? null : cohort.ageDays / moves;
    const seen = { rate, ageDays, idleDays: cohort.idleDays / moves };
    const one = savingTerm(this.#prices, { from, to, sizeBytes, feeMicros: cohort.feeMicros / moves }, seen, horizon);
    return one && { mean: one.mean * moves, variance: one.variance * moves, third: one.third * moves };
  }
}

function branch<K, L, V>(of: Map<K, Map<L, V>>, key: K): Map<L, V> {
  const known = of.get(key);
  if (known) return known;
  const made = new Map<L, V>();
  of.set(key, made);
  return made;
}

/** Places on a scale, and idle times: what a kind is made of, as digits of one number. */
const SCALE = 2048;
const IDLES = 32;

/** Moves of one kind, at like rates, are alike. Size, age, idle time, and how finely they are told apart; below 2^28. */
function kindOf({ sizeBytes, ageDays }: ObjectView, idleDays: number, steps: number): number {
  const age = ageDays === null ? SCALE - 1 : step(Math.min(OLDEST_DAYS, ageDays), 2);
  const idle = Math.floor(Math.min(LONGEST_IDLE_DAYS, idleDays) / IDLE_STEP_DAYS);
  return ((step(sizeBytes, steps) * SCALE + age) * IDLES + idle) * 2 + (steps === 1 ? 0 : 1);
}

function ratesKind({ rate: { readsPerMonth, readDaysPerMonth } }: ObjectView, steps: number): number {
  return step(readsPerMonth, steps / 2) * SCALE + step(readDaysPerMonth, steps / 2);
}

/** Place on a scale with so many steps from a value to its double, 0 for nothing; the ends stand for all beyond. */
function step(value: number, steps: number): number {
  if (!(value > 0)) return 0;
  return Math.min(SCALE - 2, Math.max(1, Math.floor(Math.log2(value) * steps) + SCALE / 2));
}
