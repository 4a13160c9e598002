/**
 * The interval of a plan's saving while objects stream by. The prior of the read rates needs every object before the first
 * saving can be worked out, so moves are folded into cohorts of like ones: memory grows with their variety, not their number.
 */
import type { PriceBook } from "./price-book.ts";
import { managedClass } from "./price-book.ts";
import {
  RatePool,
  type SavingHorizon,
  type SavingInterval,
  type SavingTerm,
  rateEvidence,
  savingInterval,
  savingTerm,
} from "./saving-interval.ts";
import type { ObjectView } from "../strategy.ts";

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
  readonly #cohorts = new Map<string, Cohort>();

  constructor(prices: PriceBook) {
    this.#prices = prices;
  }

  /** Every object, those that stay too: the rate of one is judged by those of all. */
  seen({ rate, ageDays }: ObjectView): void {
    this.#reads.add(rateEvidence(rate.readsPerMonth, ageDays));
    this.#readDays.add(rateEvidence(rate.readDaysPerMonth, ageDays));
  }

  moves({ from, to, feeMicros }: TalliedMove, view: ObjectView): void {
    // Only a class that cools by idle time asks how long the object has been idle.
    const cools = managedClass(this.#prices, from)?.innerTiers !== undefined;
    const idleDays = cools ? Math.min(view.daysInClass, view.idleDays ?? 0) : 0;
    const name = this.#cohortName(`${from} ${to}`, view, idleDays);
    let cohort = this.#cohorts.get(name);
    if (!cohort) {
      const ageDays = view.ageDays === null ? null : 0;
      cohort = {
        from,
        to,
        moves: 0,
        bytes: 0,
        feeMicros: 0,
        readsPerMonth: 0,
        readDaysPerMonth: 0,
        ageDays,
        idleDays: 0,
      };
      this.#cohorts.set(name, cohort);
    }
    cohort.moves += 1;
    cohort.bytes += view.sizeBytes;
    cohort.feeMicros += feeMicros;
    cohort.readsPerMonth += view.rate.readsPerMonth;
    cohort.readDaysPerMonth += view.rate.readDaysPerMonth;
    if (cohort.ageDays !== null) cohort.ageDays += Math.min(OLDEST_DAYS, view.ageDays ?? 0);
    cohort.idleDays += idleDays;
  }

  /** @returns `null` where a price is unknown */
  interval(fromMs: number): SavingInterval | null {
    const horizon = { fromMs, days: SAVING_DAYS, priors: { reads: this.#reads.fit(), readDays: this.#readDays.fit() } };
    const terms: SavingTerm[] = [];
    for (const cohort of this.#cohorts.values()) {
      const term = this.#term(cohort, horizon);
      if (!term) return null;
      terms.push(term);
    }
    return savingInterval(terms, horizon);
  }

  #cohortName(classes: string, { sizeBytes, rate, ageDays }: ObjectView, idleDays: number): string {
    const steps = this.#cohorts.size < FINE_COHORTS ? FINE_STEPS : 1;
    const age = ageDays === null ? "" : step(Math.min(OLDEST_DAYS, ageDays), 2);
    const idle = Math.floor(Math.min(LONGEST_IDLE_DAYS, idleDays) / IDLE_STEP_DAYS);
    const rates = `${step(rate.readsPerMonth, steps / 2)} ${step(rate.readDaysPerMonth, steps / 2)}`;
    return `${steps} ${classes} ${step(sizeBytes, steps)} ${rates} ${age} ${idle}`;
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

/** Place on a scale with so many steps from a value to its double. */
function step(value: number, steps: number): string {
  return value > 0 ? String(Math.floor(Math.log2(value) * steps)) : "none";
}
