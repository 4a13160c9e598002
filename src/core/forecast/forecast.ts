/**
 * Spend of the next months with and without Astra. What is stored is certain; what is not, is drawn again and again from
 * the bucket's own last weeks: how much is created and deleted, and how often what is read is read.
 */
import type { DecideContext } from "../decide.ts";
import { type Drawn, drawnTotals } from "./forecast-bootstrap.ts";
import type { Cohort } from "./forecast-cohorts.ts";
import { meanView } from "./forecast-cohorts.ts";
import type { ForecastHistory } from "./forecast-history.ts";
import {
  type ForecastPath,
  type ForecastStep,
  type StepCost,
  bornSurvival,
  forecastPath,
  newbornSteps,
  survival,
} from "./forecast-path.ts";
import { DAYS_PER_MONTH, MICROS_PER_DOLLAR } from "../units.ts";

/** An expected sum and the interval it lies in with the stated chance; micro-dollars. */
export interface Band {
  readonly expectedMicros: number;
  readonly lowMicros: number;
  readonly highMicros: number;
}

/** The same thing left alone and under Astra; micro-dollars. */
export interface WithAndWithout {
  readonly withoutMicros: number;
  readonly withMicros: number;
}

export interface ForecastMonth {
  /** `2026-12`. */
  readonly month: string;
  /** Share of a calendar month: under 1 for what is left of the present one. */
  readonly share: number;
  readonly without: Band;
  /** Fees included. */
  readonly with: Band;
  readonly feesMicros: number;
  readonly classes: Readonly<Record<string, WithAndWithout>>;
  readonly policies: Readonly<Record<string, WithAndWithout>>;
}

/** What a forecast went by. */
export interface ForecastBasis {
  readonly objects: number;
  readonly bytes: number;
  readonly cohorts: number;
  /** Objects left out because a price is unknown. */
  readonly unpricedObjects: number;
  readonly historyDays: number;
  readonly createdObjectsPerMonth: number;
  readonly createdBytesPerMonth: number;
  /** Share of the bytes. */
  readonly deletedPerMonth: number;
  /** Share of its reads that an old object keeps from month to month. */
  readonly quietDecayPerMonth: number;
}

export interface Forecast {
  readonly id: string;
  readonly bucket: string;
  readonly createdMs: number;
  readonly strategy: string;
  readonly priceBook: string;
  /** Chance that a month lies in its interval: 0.8. */
  readonly interval: number;
  readonly resamples: number;
  readonly seed: number;
  readonly basis: ForecastBasis;
  /** What is left of the month in which it was made. */
  readonly restOfMonth: ForecastMonth;
  readonly months: readonly ForecastMonth[];
  /** Over `months`. */
  readonly totals: { readonly without: Band; readonly with: Band; readonly saving: Band; readonly feesMicros: number };
}

export interface ForecastInput {
  readonly id: string;
  readonly bucket: string;
  readonly createdMs: number;
  /** The first is what is left of the present month. */
  readonly steps: readonly ForecastStep[];
  readonly cohorts: readonly Cohort[];
  readonly history: ForecastHistory;
  readonly deciding: DecideContext;
  readonly windowDays: number;
  readonly interval: number;
  readonly resamples: number;
  readonly seed: number;
}

/** Costs of many alike objects, by step. */
export interface PathSum {
  readonly objects: number;
  readonly path: ForecastPath;
}

/** Pure and repeatable: the same input gives the same forecast. */
export function makeForecast(input: ForecastInput): Forecast {
  const { steps, history, deciding, windowDays } = input;
  const { quietDecay } = history;
  const known: PathSum[] = [];
  let unpricedObjects = 0;
  for (const cohort of input.cohorts) {
    const path = forecastPath(meanView(cohort), cohort.hold, { steps, deciding, quietDecay, windowDays });
    if (path) known.push({ objects: cohort.objects, path });
    else unpricedObjects += cohort.objects;
  }
  const born = newbornPaths(input);
  const drawn = drawnTotals({ ...input, known, born, history });
  const months = steps.map((step, index) => forecastMonth(step, index, { known, born, drawn, input }));
  const [restOfMonth, ...whole] = months;
  if (!restOfMonth) throw new RangeError("a forecast has at least one step");
  return {
    id: input.id,
    bucket: input.bucket,
    createdMs: input.createdMs,
    strategy: deciding.strategy.name,
    priceBook: deciding.prices.version,
    interval: input.interval,
    resamples: input.resamples,
    seed: input.seed,
    basis: basisOf(input, unpricedObjects),
    restOfMonth,
    months: whole,
    totals: { ...drawn.totals, feesMicros: sum(whole.map(({ feesMicros }) => feesMicros)) },
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

function basisOf({ cohorts, history }: ForecastInput, unpricedObjects: number): ForecastBasis {
  const perMonth = DAYS_PER_MONTH / history.days;
  return {
    objects: sum(cohorts.map(({ objects }) => objects)),
    bytes: history.liveBytes,
    cohorts: cohorts.length,
    unpricedObjects,
    historyDays: history.days,
    createdObjectsPerMonth: sum(history.createdObjects) * perMonth,
    createdBytesPerMonth: sum(history.createdBytes) * perMonth,
    deletedPerMonth: history.deletedPerMonth,
    quietDecayPerMonth: history.quietDecay,
  };
}

/** A month's new objects, from their month of birth on, the request that writes them included. */
function newbornPaths({ history, steps, deciding, windowDays }: ForecastInput): readonly PathSum[] {
  const put = deciding.prices.classes[deciding.prices.baseClass]?.put;
  if (!put) return [];
  const putMicros = (put.amount / 1000) * MICROS_PER_DOLLAR;
  const options = {
    steps: newbornSteps(steps.length),
    deciding,
    windowDays,
    quietDecay: 1,
    rateAt: (days: number) => history.readsAtAge(Math.floor(days / DAYS_PER_MONTH)),
  };
  return history.newborns().flatMap((cohort) => {
    const path = forecastPath(meanView(cohort), null, options);
    if (!path) return [];
    const objects = cohort.objects * history.arrivalsPerMonth;
    return [{ objects, path: { without: written(path.without, putMicros), with: written(path.with, putMicros) } }];
  });
}

function written(costs: readonly StepCost[], putMicros: number): readonly StepCost[] {
  const [first, ...rest] = costs;
  return first ? [{ ...first, rentMicros: first.rentMicros + putMicros }, ...rest] : [];
}

interface Parts {
  readonly known: readonly PathSum[];
  readonly born: readonly PathSum[];
  readonly drawn: Drawn;
  readonly input: ForecastInput;
}

function forecastMonth(step: ForecastStep, index: number, { known, born, drawn, input }: Parts): ForecastMonth {
  const classes = new Groups();
  const policies = new Groups();
  let feesMicros = 0;
  const enter = ({ path, objects: count }: PathSum, at: number, weight: number): void => {
    const [left, moved] = [path.without[at], path.with[at]];
    if (!left || !moved) return;
    const objects = count * weight;
    const [withoutMicros, withMicros] = [costMicros(left) * objects, costMicros(moved) * objects];
    feesMicros += moved.feeMicros * objects;
    classes.add(left.storageClass, withoutMicros, 0);
    classes.add(moved.storageClass, 0, withMicros);
    policies.add(moved.policy, withoutMicros, withMicros);
  };
  const { deletedPerMonth } = input.history;
  for (const each of known) enter(each, index, survival(step, deletedPerMonth));
  for (let birth = 0; birth <= index; birth += 1) {
    const share = input.steps[birth]?.share ?? 0;
    for (const each of born) enter(each, index - birth, share * bornSurvival(index - birth, deletedPerMonth));
  }
  const band = drawn.months[index];
  if (!band) throw new RangeError("every step is drawn");
  const { month, share } = step;
  return { month, share, ...band, feesMicros, classes: classes.record(), policies: policies.record() };
}

/** Everything one object costs in a step. */
function costMicros(cost: StepCost): number {
  return cost.rentMicros + cost.readsMicros + cost.feeMicros;
}

class Groups {
  // Names come from stores and policy files, and may be those of an object's own properties.
  readonly #sums = new Map<string, WithAndWithout>();

  add(name: string, withoutMicros: number, withMicros: number): void {
    const before = this.#sums.get(name) ?? { withoutMicros: 0, withMicros: 0 };
    this.#sums.set(name, {
      withoutMicros: before.withoutMicros + withoutMicros,
      withMicros: before.withMicros + withMicros,
    });
  }

  record(): Readonly<Record<string, WithAndWithout>> {
    return Object.fromEntries([...this.#sums].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }
}
