/**
 * The learned access process: the chance of a read today given the belief, and what a day with reads amounts to. Counts only,
 * so learning is streaming and incremental, and every number can be shown as "K of N object-days". Sparse cells lean on
 * coarser ones (empirical Bayes).
 *
 * Source of the estimators: docs/intelligence.md, "The access model".
 */
import { PROFILES, priorOfProfile } from "./profile.ts";
import { AGES, CELLS, RECENCIES, RECENCY_DAYS, SCORES, SCORE_POINTS } from "./belief.ts";

/** Lower edges of the recencies whose hazards are told apart. */
const HAZARD_EDGES = [1, 2, 3, 4, 6, 8, 11, 15, 21, 30, 45, 60, 90, 135, 180, 270, 365, 540];
/** Lower edges of the recencies whose amounts are told apart. */
const AMOUNT_EDGES = [1, 2, 4, 8, 15, 30, 90];
/** Weight of the coarser cell, in object-days. */
const HAZARD_PRIOR = 15;
/** Weight of the coarser cell, in read-days. */
const AMOUNT_PRIOR = 5;
/** Most reads of a day that count: a crawler's day must not set the price of an ordinary one. */
const MOST_READS = 200;
/** Days that an object of each age has been watched for, in the memory of the score, and the weight of the prior beside them. */
const WATCHED_DAYS = [3.5, 16, 34, 43];
const PRIOR_DAYS = 10;

/** Centres of the amounts told apart: full-object reads per read-day, a factor of four apart. */
export const AMOUNTS: readonly number[] = [-7, -5, -3, -1, 1, 3, 5].map((power) => 2 ** power);

const HAZARD_BINS = binOf(HAZARD_EDGES);
const AMOUNT_BINS = binOf(AMOUNT_EDGES);
const HAZARDS = HAZARD_EDGES.length;
const AMOUNT_RECENCIES = AMOUNT_EDGES.length;

function binOf(edges: readonly number[]): Uint8Array {
  return Uint8Array.from(RECENCY_DAYS, (day) =>
    Math.max(
      0,
      edges.findLastIndex((edge) => edge <= day),
    ),
  );
}

/** Index of the nearest centre in the logarithm. */
export function amountIndex(fullReadsPerReadDay: number): number {
  if (fullReadsPerReadDay <= 2 ** -7) return 0;
  return Math.min(AMOUNTS.length - 1, Math.max(0, Math.round((Math.log2(fullReadsPerReadDay) + 7) / 2)));
}

/** Expected values on the belief grid, for one profile and amount: what a decision table is solved from. */
export interface Expectations {
  /** Chance of a day with reads, by recency, age, score. */
  readonly hazard: Float64Array;
  /** Reads and full-object reads of a read-day, by recency and score. */
  readonly reads: Float64Array;
  readonly fullReads: Float64Array;
  /** Chance that a day is the object's last. */
  readonly death: number;
}

/** Object-days and read-days counted by cell. Indices are grid points of `belief.ts`. */
export class AccessModel {
  readonly #days = new Float64Array(PROFILES * HAZARDS * CELLS);
  readonly #readDays = new Float64Array(PROFILES * HAZARDS * CELLS);
  readonly #amountDays = new Float64Array(AMOUNTS.length * AMOUNT_RECENCIES * SCORE_POINTS);
  readonly #amountReads = new Float64Array(AMOUNTS.length * AMOUNT_RECENCIES * SCORE_POINTS);
  readonly #amountFull = new Float64Array(AMOUNTS.length * AMOUNT_RECENCIES * SCORE_POINTS);
  #objectDays = 0;
  #deaths = 0;

  /** Object-days learned from. */
  get objectDays(): number {
    return this.#objectDays;
  }

  /** Counts one day of one object. */
  day(profile: number, recency: number, age: number, score: number, isRead: boolean): void {
    const cell = ((profile * HAZARDS + (HAZARD_BINS[recency] ?? 0)) * AGES + age) * SCORE_POINTS + score;
    this.#days[cell] = (this.#days[cell] ?? 0) + 1;
    if (isRead) this.#readDays[cell] = (this.#readDays[cell] ?? 0) + 1;
    this.#objectDays += 1;
  }

  /** Counts what a read-day came to. */
  amount(amount: number, recency: number, score: number, reads: number, fullReads: number): void {
    const cell = (amount * AMOUNT_RECENCIES + (AMOUNT_BINS[recency] ?? 0)) * SCORE_POINTS + score;
    const kept = Math.min(1, MOST_READS / Math.max(1, reads, fullReads));
    this.#amountDays[cell] = (this.#amountDays[cell] ?? 0) + 1;
    this.#amountReads[cell] = (this.#amountReads[cell] ?? 0) + reads * kept;
    this.#amountFull[cell] = (this.#amountFull[cell] ?? 0) + fullReads * kept;
  }

  /** Counts an object that was deleted. */
  death(): void {
    this.#deaths += 1;
  }

  /** What the counts say, smoothed, on the whole grid. */
  expectations(profile: number, amount: number): Expectations {
    return {
      hazard: this.#hazards(profile),
      ...this.#amounts(amount),
      death: this.#objectDays === 0 ? 0 : this.#deaths / this.#objectDays,
    };
  }

  /** Back-off: prior → score → with recency → with profile → with age. */
  #hazards(profile: number): Float64Array {
    const hazard = new Float64Array(RECENCIES * CELLS);
    for (let score = 0; score < SCORE_POINTS; score += 1) {
      const ofScore = this.#count(null, null, score, null);
      for (let bin = 0; bin < HAZARDS; bin += 1) {
        const ofRecency = this.#count(null, bin, score, null);
        const ofProfile = this.#count(profile, bin, score, null);
        for (let age = 0; age < AGES; age += 1) {
          const prior = priorHazard(profile, age, SCORES[score] ?? 0);
          const byProfile = smooth(ofProfile, smooth(ofRecency, smooth(ofScore, prior)));
          const value = smooth(this.#count(profile, bin, score, age), byProfile);
          for (let recency = 0; recency < RECENCIES; recency += 1) {
            if (HAZARD_BINS[recency] !== bin) continue;
            hazard[(recency * AGES + age) * SCORE_POINTS + score] = Math.min(0.9999, Math.max(1e-6, value));
          }
        }
      }
    }
    return hazard;
  }

  /** Counts over the cells that agree with what is given; `null` agrees with all. */
  #count(profile: number | null, bin: number | null, score: number, age: number | null): Count {
    let days = 0;
    let readDays = 0;
    for (let g = profile ?? 0; g < (profile === null ? PROFILES : profile + 1); g += 1) {
      for (let h = bin ?? 0; h < (bin === null ? HAZARDS : bin + 1); h += 1) {
        for (let a = age ?? 0; a < (age === null ? AGES : age + 1); a += 1) {
          const cell = ((g * HAZARDS + h) * AGES + a) * SCORE_POINTS + score;
          days += this.#days[cell] ?? 0;
          readDays += this.#readDays[cell] ?? 0;
        }
      }
    }
    return { days, readDays };
  }

  /** Back-off: the amount's centre → amount → with score → with score and recency. */
  #amounts(amount: number): { reads: Float64Array; fullReads: Float64Array } {
    const reads = new Float64Array(RECENCIES * SCORE_POINTS);
    const fullReads = new Float64Array(RECENCIES * SCORE_POINTS);
    const centre = AMOUNTS[amount] ?? 1;
    const all = this.#amountSum(amount, null, null);
    const topFull = mean(all.full, all.days, centre);
    const topReads = mean(all.reads, all.days, Math.max(1, centre));
    for (let score = 0; score < SCORE_POINTS; score += 1) {
      const byScore = this.#amountSum(amount, null, score);
      const fullByScore = mean(byScore.full, byScore.days, topFull);
      const readsByScore = mean(byScore.reads, byScore.days, topReads);
      for (let recency = 0; recency < RECENCIES; recency += 1) {
        const own = this.#amountSum(amount, AMOUNT_BINS[recency] ?? 0, score);
        fullReads[recency * SCORE_POINTS + score] = mean(own.full, own.days, fullByScore);
        reads[recency * SCORE_POINTS + score] = mean(own.reads, own.days, readsByScore);
      }
    }
    return { reads, fullReads };
  }

  #amountSum(amount: number, bin: number | null, score: number | null): { days: number; reads: number; full: number } {
    const sum = { days: 0, reads: 0, full: 0 };
    for (let each = bin ?? 0; each < (bin === null ? AMOUNT_RECENCIES : bin + 1); each += 1) {
      for (let at = score ?? 0; at < (score === null ? SCORE_POINTS : score + 1); at += 1) {
        const cell = (amount * AMOUNT_RECENCIES + each) * SCORE_POINTS + at;
        sum.days += this.#amountDays[cell] ?? 0;
        sum.reads += this.#amountReads[cell] ?? 0;
        sum.full += this.#amountFull[cell] ?? 0;
      }
    }
    return sum;
  }
}

interface Count {
  readonly days: number;
  readonly readDays: number;
}

/** What an object's own score says beside the prior, before the bucket has taught anything. */
function priorHazard(profile: number, age: number, score: number): number {
  return (score + PRIOR_DAYS * priorOfProfile(profile, age)) / ((WATCHED_DAYS[age] ?? 1) + PRIOR_DAYS);
}

function smooth({ days, readDays }: Count, parent: number): number {
  return (readDays + HAZARD_PRIOR * parent) / (days + HAZARD_PRIOR);
}

function mean(sum: number, days: number, parent: number): number {
  return (sum + AMOUNT_PRIOR * parent) / (days + AMOUNT_PRIOR);
}
