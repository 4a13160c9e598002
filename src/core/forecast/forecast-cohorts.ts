/**
 * Objects folded into cohorts while they stream by, so that a forecast's memory does not grow with the bucket: objects of
 * one class, size (within a factor of two), age, read rate and fate are taken for alike. Fate is what the decision would
 * be now and later if nothing were read, so names and policies that tell objects apart keep them apart.
 */
import type { KnownHold } from "../decide.ts";
import type { ObjectView } from "../strategy.ts";
import { DAYS_PER_MONTH, MS_PER_DAY } from "../units.ts";

/** Alike objects; sums over all of them. */
export interface Cohort {
  /** One of them: the names that policies look at. */
  readonly sample: ObjectView;
  readonly hold: KnownHold;
  objects: number;
  bytes: number;
  ageDays: number;
  daysInClass: number;
  windowReads: number;
  lifetimeReads: number;
  readsPerMonth: number;
  readDaysPerMonth: number;
}

/** Lower edges in days: narrow where strategies look at ages. */
const AGE_EDGES = [0, 3, 7, 14, 21, 30, 45, 60, 75, 90, 120, 150, 180, 270, 365, 545, 730, 1095] as const;

/** Days ahead at which an object's fate is looked at. */
const FATE_DAYS = [0, 30, 60, 90, 180, 365] as const;

/** Class an object would be in some days from now, if it were not read. */
export type FateOf = (view: ObjectView, hold: KnownHold) => string;

/** Folds views into cohorts as they come. */
export class CohortFold {
  readonly #cohorts = new Map<string, Cohort>();
  readonly #fate: FateOf;

  constructor(fate: FateOf) {
    this.#fate = fate;
  }

  add(view: ObjectView, hold: KnownHold): void {
    const key = [
      view.storageClass,
      hold ?? "",
      octave(view.sizeBytes),
      edgeOf(view.ageDays ?? 0),
      view.rate.readsPerMonth === 0 ? "" : octave(view.rate.readsPerMonth * 128),
      FATE_DAYS.map((days) => this.#fate(laterView(view, { days }), hold)).join(),
    ].join("|");
    let cohort = this.#cohorts.get(key);
    if (!cohort) this.#cohorts.set(key, (cohort = emptyCohort(view, hold)));
    cohort.objects += 1;
    cohort.bytes += view.sizeBytes;
    cohort.ageDays += view.ageDays ?? 0;
    cohort.daysInClass += view.daysInClass;
    cohort.windowReads += view.windowReads;
    cohort.lifetimeReads += view.lifetimeReads;
    cohort.readsPerMonth += view.rate.readsPerMonth;
    cohort.readDaysPerMonth += view.rate.readDaysPerMonth;
  }

  cohorts(): readonly Cohort[] {
    return [...this.#cohorts.values()];
  }
}

function emptyCohort(sample: ObjectView, hold: KnownHold): Cohort {
  return {
    sample,
    hold,
    objects: 0,
    bytes: 0,
    ageDays: 0,
    daysInClass: 0,
    windowReads: 0,
    lifetimeReads: 0,
    readsPerMonth: 0,
    readDaysPerMonth: 0,
  };
}

function octave(value: number): number {
  return value < 1 ? 0 : Math.floor(Math.log2(value)) + 1;
}

function edgeOf(ageDays: number): number {
  return AGE_EDGES.findLastIndex((edge) => ageDays >= edge);
}

/** The mean object of a cohort, with the sample's names. */
export function meanView(cohort: Cohort): ObjectView {
  const { sample, objects } = cohort;
  return {
    ...sample,
    sizeBytes: Math.round(cohort.bytes / objects),
    ageDays: sample.ageDays === null ? null : cohort.ageDays / objects,
    daysInClass: cohort.daysInClass / objects,
    windowReads: cohort.windowReads / objects,
    lifetimeReads: cohort.lifetimeReads / objects,
    rate: {
      readsPerMonth: cohort.readsPerMonth / objects,
      readDaysPerMonth: cohort.readDaysPerMonth / objects,
    },
  };
}

export interface Later {
  readonly days: number;
  /** Share of the present rate that is left; 0 where absent: nothing is read any more. */
  readonly rateLeft?: number;
  /** Days that `windowReads` counts; 90 where absent. */
  readonly windowDays?: number;
}

const DEFAULT_WINDOW = 90;

/**
 * The object some days from now, in its present class: older, with the reads to be expected. Reads in the window are
 * whole, because a strategy asks whether there are any.
 */
export function laterView(view: ObjectView, { days, rateLeft = 0, windowDays = DEFAULT_WINDOW }: Later): ObjectView {
  const rate = {
    readsPerMonth: view.rate.readsPerMonth * rateLeft,
    readDaysPerMonth: view.rate.readDaysPerMonth * rateLeft,
  };
  const newReads = (rate.readsPerMonth * Math.min(days, windowDays)) / DAYS_PER_MONTH;
  const oldReads = view.windowReads * Math.max(0, 1 - days / windowDays);
  const quietDays = rate.readDaysPerMonth > 0 ? DAYS_PER_MONTH / rate.readDaysPerMonth : Infinity;
  return {
    ...view,
    atMs: view.atMs + days * MS_PER_DAY,
    ageDays: view.ageDays === null ? null : view.ageDays + days,
    idleDays: view.idleDays === null ? null : Math.max(Math.min(view.idleDays + days, quietDays), 0),
    daysInClass: view.daysInClass + days,
    windowReads: Math.round(oldReads + newReads),
    lifetimeReads: Math.round(view.lifetimeReads + newReads),
    rate,
  };
}
