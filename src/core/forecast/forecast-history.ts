/** What the last weeks of a bucket tell of its next ones: creations, deletions and reads by week, and new objects' kinds. */
import { CohortFold, type Cohort, type FateOf } from "./forecast-cohorts.ts";
import type { ObjectView } from "../strategy.ts";
import { DAYS_PER_MONTH, MS_PER_DAY, dayNumber } from "../units.ts";

/** Weeks looked back on: about 90 days, in whole weeks so that weekdays count alike. */
export const HISTORY_WEEKS = 13;
const DAYS_PER_WEEK = 7;
const HISTORY_DAYS = HISTORY_WEEKS * DAYS_PER_WEEK;
/** Months of age by which new objects' reads are told apart. */
const AGE_MONTHS = 13;

/** What a decay of reads may be: reads of old objects that grow are not taken to go on growing. */
const LEAST_DECAY = 0.5;

/** Gathers history while objects stream by. Bounded: weeks, months of age, kinds of new objects. */
export class ForecastHistory {
  readonly createdBytes = weeks();
  readonly createdObjects = weeks();
  readonly deletedBytes = weeks();
  readonly reads = weeks();
  liveBytes = 0;
  #oldestMs = Infinity;
  readonly #newborn: CohortFold;
  readonly #recentReads = [0, 0, 0];
  readonly #readsByAge = Array.from({ length: AGE_MONTHS }, () => ({ objects: 0, reads: 0, readDays: 0 }));
  readonly #nowMs: number;
  readonly #baseClass: string;

  /** @param baseClass the class in which objects are born. */
  constructor(nowMs: number, baseClass: string, fate: FateOf) {
    this.#nowMs = nowMs;
    this.#baseClass = baseClass;
    this.#newborn = new CohortFold(fate);
  }

  live(view: ObjectView): void {
    this.liveBytes += view.sizeBytes;
    this.#created(view.atMs - (view.ageDays ?? 0) * MS_PER_DAY, view.sizeBytes);
    const today = dayNumber(this.#nowMs);
    for (const { day, reads } of view.readDays) this.#read(today - day, reads, view.ageDays ?? 0);
    const age = this.#readsByAge[Math.min(AGE_MONTHS - 1, Math.floor((view.ageDays ?? 0) / DAYS_PER_MONTH))];
    if (age) {
      age.objects += 1;
      age.reads += view.rate.readsPerMonth;
      age.readDays += view.rate.readDaysPerMonth;
    }
    if ((view.ageDays ?? Infinity) < HISTORY_DAYS) this.#newborn.add(newborn(view, this.#baseClass), null);
  }

  /** An object that is no more. */
  deleted(deletedMs: number, createdMs: number | null, sizeBytes: number): void {
    const week = this.#week(deletedMs);
    if (week === null) return;
    this.deletedBytes[week] = (this.deletedBytes[week] ?? 0) + sizeBytes;
    if (createdMs !== null) this.#created(createdMs, sizeBytes);
  }

  /** Days of history there are, at most 91, at least one. */
  get days(): number {
    return Math.min(HISTORY_DAYS, Math.max(1, (this.#nowMs - this.#oldestMs) / MS_PER_DAY));
  }

  /** Weeks of history: the newest ones, begun or whole. */
  get weeks(): number {
    return Math.ceil(this.days / DAYS_PER_WEEK);
  }

  /** What a month's creations are to the new objects still there: a month's share, and what has been deleted since. */
  get arrivalsPerMonth(): number {
    const seen = this.newborns().reduce((sum, cohort) => sum + cohort.bytes, 0);
    return seen === 0 ? 0 : ((total(this.createdBytes) / seen) * DAYS_PER_MONTH) / this.days;
  }

  newborns(): readonly Cohort[] {
    return this.#newborn.cohorts();
  }

  /** Share of the bytes that a month deletes. */
  get deletedPerMonth(): number {
    const deleted = total(this.deletedBytes);
    const share = deleted / Math.max(1, this.liveBytes + deleted);
    return Math.min(1, (share * DAYS_PER_MONTH) / this.days);
  }

  /**
   * Share of its reads that an object older than the history keeps from month to month: reads of the newest 30 days over
   * the mean of the two before them, per month and a half between their middles; 1 where nothing was read.
   */
  get quietDecay(): number {
    const [newest = 0, middle = 0, oldest = 0] = this.#recentReads;
    const before = (middle + oldest) / 2;
    if (before === 0) return 1;
    return Math.min(1, Math.max(LEAST_DECAY, (newest / before) ** (1 / 1.5)));
  }

  /** Reads a month of an object that was born so many months ago, as objects of that age have them now. */
  readsAtAge(months: number): { readonly readsPerMonth: number; readonly readDaysPerMonth: number } {
    for (let age = Math.min(months, AGE_MONTHS - 1); age >= 0; age -= 1) {
      const known = this.#readsByAge[age];
      if (!known || known.objects === 0) continue;
      return { readsPerMonth: known.reads / known.objects, readDaysPerMonth: known.readDays / known.objects };
    }
    return { readsPerMonth: 0, readDaysPerMonth: 0 };
  }

  #created(createdMs: number, sizeBytes: number): void {
    this.#oldestMs = Math.min(this.#oldestMs, createdMs);
    const week = this.#week(createdMs);
    if (week === null) return;
    this.createdBytes[week] = (this.createdBytes[week] ?? 0) + sizeBytes;
    this.createdObjects[week] = (this.createdObjects[week] ?? 0) + 1;
  }

  #read(daysAgo: number, reads: number, ageDays: number): void {
    const week = Math.floor(daysAgo / DAYS_PER_WEEK);
    if (week >= 0 && week < HISTORY_WEEKS) this.reads[week] = (this.reads[week] ?? 0) + reads;
    const month = Math.floor(daysAgo / 30);
    if (ageDays >= HISTORY_DAYS && month >= 0 && month < this.#recentReads.length) {
      this.#recentReads[month] = (this.#recentReads[month] ?? 0) + reads;
    }
  }

  /** Weeks ago, 0 the last seven days. */
  #week(ms: number): number | null {
    const week = Math.floor((this.#nowMs - ms) / MS_PER_DAY / DAYS_PER_WEEK);
    return week >= 0 && week < HISTORY_WEEKS ? week : null;
  }
}

function weeks(): number[] {
  return Array.from({ length: HISTORY_WEEKS }, () => 0);
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** The object as it is born: of no age, in the base class, not yet read. */
function newborn(view: ObjectView, baseClass: string): ObjectView {
  return {
    ...view,
    storageClass: baseClass,
    ageDays: 0,
    idleDays: 0,
    createdDay: dayNumber(view.atMs),
    daysInClass: 0,
    windowReads: 0,
    lifetimeReads: 0,
    rate: { readsPerMonth: 0, readDaysPerMonth: 0 },
    readDays: [],
    decayedReadDays: 0,
  };
}
