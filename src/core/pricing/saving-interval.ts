/**
 * How sure a projected saving is. What an object's storage saves is known; how often it will be read is not. Each object's
 * read rate is given a Gamma distribution: a prior is fitted to all objects looked at, the object's own reads correct it,
 * and its reads to come are then negative binomial (Poisson with a Gamma rate). The saving of a plan is a sum of many such;
 * cumulants add up, and a Pearson type III curve with the sum's first three gives the interval in closed form.
 */
import { RATE_HALF_LIFE_DAYS, type ReadRate, forgottenShare } from "../access-stats.ts";
import { monthlyBill } from "./bill.ts";
import { calendarMonths } from "./calendar-fee.ts";
import type { PriceBook } from "./price-book.ts";
import { DAYS_PER_MONTH, MS_PER_DAY } from "../units.ts";

/** What is known of a rate: `events` seen in `days`, both effective, so that old days count less. */
export interface RateEvidence {
  readonly events: number;
  readonly days: number;
}

/** Gamma distribution of a rate a day: mean `shape / days`. */
export interface GammaRate {
  readonly shape: number;
  readonly days: number;
}

/**
 * The evidence in an exponentially decayed rate. With weights w(age) = 2^(-age/h) over the observed time, the variance of
 * the rate is λ ∫w² / (∫w)², that of a plain count over (∫w)² / ∫w² days.
 * @param perMonth events per 30.4375 days
 * @param ageDays days the object was observed; `null` = longer than the memory reaches.
 */
export function rateEvidence(perMonth: number, ageDays: number | null): RateEvidence {
  const days = evidenceDays(ageDays);
  return { days, events: (perMonth / DAYS_PER_MONTH) * days };
}

/** The days of {@link rateEvidence}: they depend on the age alone. */
export function evidenceDays(ageDays: number | null): number {
  const forgotten = forgottenShare(ageDays);
  return ((2 * RATE_HALF_LIFE_DAYS) / Math.LN2) * ((1 - forgotten) / (1 + forgotten));
}

/** Prior events of a pool in which nothing was ever seen (Jeffreys' prior of a Poisson rate). */
const UNSEEN_SHAPE = 0.5;
/** Rates that differ less than this are taken as one: the fit would go to infinity. */
const MOST_SHAPE = 1000;

/** The sums of a {@link RatePool}. */
export interface RateSums {
  readonly count: number;
  readonly events: number;
  readonly days: number;
  readonly squaredDays: number;
  readonly squaredEventsPerDay: number;
}

/** Fits a prior to many objects by moments: their mean rate, and the variance that chance does not explain. */
export class RatePool {
  #count = 0;
  #events = 0;
  #days = 0;
  #squaredDays = 0;
  #squaredEventsPerDay = 0;

  add({ events, days }: RateEvidence): void {
    this.#count += 1;
    this.#events += events;
    this.#days += days;
    this.#squaredDays += days ** 2;
    if (days > 0) this.#squaredEventsPerDay += events ** 2 / days;
  }

  snapshot(): RateSums {
    return {
      count: this.#count,
      events: this.#events,
      days: this.#days,
      squaredDays: this.#squaredDays,
      squaredEventsPerDay: this.#squaredEventsPerDay,
    };
  }

  /** Adds the objects of another pool. */
  merge(part: RateSums): void {
    this.#count += part.count;
    this.#events += part.events;
    this.#days += part.days;
    this.#squaredDays += part.squaredDays;
    this.#squaredEventsPerDay += part.squaredEventsPerDay;
  }

  fit(): GammaRate {
    if (this.#events === 0 || this.#days === 0) return { shape: UNSEEN_SHAPE, days: Math.max(1, this.#days) };
    const mean = this.#events / this.#days;
    // Σ days × (rate − mean)², multiplied out.
    const spread = this.#squaredEventsPerDay - mean * this.#events;
    const unexplained = (spread - (this.#count - 1) * mean) / (this.#days - this.#squaredDays / this.#days);
    const shape = unexplained > 0 ? Math.min(MOST_SHAPE, mean ** 2 / unexplained) : MOST_SHAPE;
    return { shape, days: shape / mean };
  }
}

/** What all savings of one projection share. */
export interface SavingHorizon {
  readonly fromMs: number;
  readonly days: number;
  /** Of reads, and of days with reads. */
  readonly priors: { readonly reads: GammaRate; readonly readDays: GammaRate };
}

/** What is known of an object when its move is planned. */
export interface SeenObject {
  readonly rate: ReadRate;
  readonly ageDays: number | null;
  /** Since the later of the last access and the entry into its class: the clock of a class with inner tiers. */
  readonly idleDays: number;
}

/** First three cumulants of a saving in micros; those of independent savings add up. */
export interface SavingTerm {
  readonly mean: number;
  readonly variance: number;
  readonly third: number;
}

interface PricedMove {
  readonly from: string;
  readonly to: string;
  readonly sizeBytes: number;
  readonly feeMicros: number;
}

/** The saving of one move over the horizon, its fee paid. @returns `null` where a price is unknown */
export function savingTerm(
  book: PriceBook,
  move: PricedMove,
  seen: SeenObject,
  horizon: SavingHorizon,
): SavingTerm | null {
  const reads = posterior(horizon.priors.reads, rateEvidence(seen.rate.readsPerMonth, seen.ageDays));
  const readDays = posterior(horizon.priors.readDays, rateEvidence(seen.rate.readDaysPerMonth, seen.ageDays));
  const stay = stayOf(book, move.from, { ...move, idleDays: seen.idleDays }, readDays, horizon);
  const then = stayOf(book, move.to, { ...move, idleDays: 0 }, readDays, horizon);
  if (!stay || !then) return null;
  return addUp([
    { mean: -move.feeMicros, variance: 0, third: 0 },
    stay.rent,
    negative(then.rent),
    eventCosts(reads, horizon.days, stay.perRead - then.perRead),
    eventCosts(readDays, horizon.days, stay.perReadDay - then.perReadDay),
  ]);
}

function posterior(prior: GammaRate, seen: RateEvidence): GammaRate {
  return { shape: prior.shape + seen.events, days: prior.days + seen.days };
}

interface Stay {
  readonly rent: SavingTerm;
  readonly perRead: number;
  readonly perReadDay: number;
}

/** Reads a day at which no inner tier ever cools. */
const ALWAYS_READ = 10;

/** What it costs to lie in a class over the horizon: rent, and a read's and a read day's price. */
function stayOf(
  book: PriceBook,
  name: string,
  object: { readonly sizeBytes: number; readonly idleDays: number },
  readDays: GammaRate,
  horizon: SavingHorizon,
): Stay | null {
  const { sizeBytes, idleDays } = object;
  const window = { idleDays, horizonDays: horizon.days };
  const month = (readsPerMonth: number, readDaysPerMonth: number) =>
    monthlyBill(book, name, { sizeBytes, readsPerMonth, readDaysPerMonth, window });
  const atRate = (perDay: number) => month(perDay * DAYS_PER_MONTH, perDay * DAYS_PER_MONTH);
  const untouched = (readDays.days / (readDays.days + horizon.days)) ** readDays.shape;
  // The mixture of "never" and one rate that has the chance of no read and the mean of the Gamma rate.
  const whereRead = untouched < 1 ? readDays.shape / readDays.days / (1 - untouched) : 0;
  const [idle, read, busy, oneRead, oneDay] = [
    atRate(0),
    atRate(whereRead),
    atRate(ALWAYS_READ),
    month(1, 0),
    month(1, 1),
  ];
  if (!idle || !read || !busy || !oneRead || !oneDay) return null;
  const months = calendarMonths(horizon.fromMs, horizon.fromMs + horizon.days * MS_PER_DAY);
  const mean = untouched * idle.storageMicros + (1 - untouched) * read.storageMicros;
  const rent = between(idle.storageMicros * months, busy.storageMicros * months, mean * months);
  const reading = (bill: typeof idle): number => bill.requestsMicros + bill.retrievalMicros;
  return {
    rent: addUp([rent, { mean: idle.monitoringMicros * months, variance: 0, third: 0 }]),
    perRead: reading(oneRead),
    perReadDay: reading(oneDay) - reading(oneRead),
  };
}

/** A sum known to lie between two bounds, at its widest: as if it were one or the other. */
function between(low: number, high: number, mean: number): SavingTerm {
  const variance = Math.max(0, (high - mean) * (mean - low));
  return { mean, variance, third: variance * (high + low - 2 * mean) };
}

/** A negative binomial count times a price. */
function eventCosts(rate: GammaRate, days: number, micros: number): SavingTerm {
  const odds = days / rate.days;
  const mean = rate.shape * odds;
  return {
    mean: mean * micros,
    variance: mean * (1 + odds) * micros ** 2,
    third: mean * (1 + odds) * (1 + 2 * odds) * micros ** 3,
  };
}

function negative({ mean, variance, third }: SavingTerm): SavingTerm {
  return { mean: -mean, variance, third: -third };
}

function addUp(terms: Iterable<SavingTerm>): SavingTerm {
  let [mean, variance, third] = [0, 0, 0];
  for (const term of terms) {
    mean += term.mean;
    variance += term.variance;
    third += term.third;
  }
  return { mean, variance, third };
}

export interface SavingInterval {
  readonly fromMs: number;
  readonly days: number;
  /** Chance that the saving lies between `lowMicros` and `highMicros`, under the model. */
  readonly level: number;
  /** Mean, not middle: where a rare read costs much, it may lie near an end. */
  readonly expectedMicros: number;
  readonly lowMicros: number;
  readonly highMicros: number;
}

const LEVEL = 0.9;
/** Quantile of the normal distribution at 95 %, which leaves 5 % on either side. */
const NORMAL_95 = 1.6448536269514722;

/** The saving of the horizon, fees paid: what is expected, and where it lies with 90 % chance. */
export function savingInterval(
  terms: Iterable<SavingTerm>,
  { fromMs, days }: Pick<SavingHorizon, "fromMs" | "days">,
): SavingInterval {
  const sum = addUp(terms);
  return {
    fromMs,
    days,
    level: LEVEL,
    expectedMicros: sum.mean,
    lowMicros: pearsonQuantile(sum, -NORMAL_95),
    highMicros: pearsonQuantile(sum, NORMAL_95),
  };
}

/** Skews below this make no difference to a normal curve. */
const NO_SKEW = 1e-9;

/** Quantile of the Pearson type III curve with these cumulants, by Wilson and Hilferty's cube. */
function pearsonQuantile({ mean, variance, third }: SavingTerm, normal: number): number {
  if (variance === 0) return mean;
  const deviation = Math.sqrt(variance);
  const skew = third / deviation ** 3;
  if (Math.abs(skew) < NO_SKEW) return mean + normal * deviation;
  const cube = Math.max(0, 1 + (skew * normal) / 6 - skew ** 2 / 36) ** 3;
  return mean + ((2 * deviation) / skew) * (cube - 1);
}
