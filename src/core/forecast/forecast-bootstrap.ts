/**
 * The interval of a forecast: a seeded bootstrap. Each draw takes the weeks of the history with replacement (creations,
 * deletions, reads), gives every cohort that is read a Poisson number of its objects (the bootstrap of objects, by
 * cohort), and adds up the months again.
 */
import type { Band, PathSum } from "./forecast.ts";
import type { ForecastHistory } from "./forecast-history.ts";
import { type ForecastStep, type StepCost, bornSurvival, survival } from "./forecast-path.ts";
import { seededRandom } from "../workload/seeded-random.ts";

/** What a bootstrap draws from. */
export interface DrawInput {
  readonly steps: readonly ForecastStep[];
  readonly known: readonly PathSum[];
  readonly born: readonly PathSum[];
  readonly history: ForecastHistory;
  readonly interval: number;
  readonly resamples: number;
  readonly seed: number;
}

/** Bands of each step, and of the sum of all but the first. */
export interface Drawn {
  readonly months: readonly { readonly without: Band; readonly with: Band }[];
  readonly totals: { readonly without: Band; readonly with: Band; readonly saving: Band };
}

type Side = "without" | "with";
const SIDES: readonly Side[] = ["without", "with"];

/** Rent and fees, and reads, of some objects by step. */
interface Sums {
  readonly certain: Float64Array;
  readonly reads: Float64Array;
}

interface Draw {
  readonly without: Float64Array;
  readonly with: Float64Array;
}

/** Sums by step, each draw and the expected one. */
export function drawnTotals(input: DrawInput): Drawn {
  const model = new DrawModel(input);
  const random = seededRandom(input.seed);
  const expected = model.expected();
  const draws = Array.from({ length: input.resamples }, () => model.draw(random));
  const band = (value: (draw: Draw) => number): Band => bandOf(value(expected), draws.map(value), input.interval);
  return {
    months: input.steps.map((_, at) => ({
      without: band((draw) => draw.without[at] ?? 0),
      with: band((draw) => draw.with[at] ?? 0),
    })),
    totals: {
      without: band((draw) => total(draw.without)),
      with: band((draw) => total(draw.with)),
      saving: band((draw) => total(draw.without) - total(draw.with)),
    },
  };
}

/** Of all steps but what is left of the present month. */
function total(values: Float64Array): number {
  return values.subarray(1).reduce((sum, each) => sum + each, 0);
}

function bandOf(expectedMicros: number, draws: readonly number[], interval: number): Band {
  const sorted = draws.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? expectedMicros;
  const tail = (1 - interval) / 2;
  return {
    expectedMicros,
    lowMicros: Math.min(expectedMicros, at(tail)),
    highMicros: Math.max(expectedMicros, at(1 - tail)),
  };
}

class DrawModel {
  readonly #input: DrawInput;
  readonly #quiet: Readonly<Record<Side, Sums>>;
  /** Cohorts that are read: how many objects each has, and its reads, one cohort's steps after another's. */
  readonly #readers: readonly number[];
  readonly #readerSums: Readonly<Record<Side, Float64Array>>;
  readonly #born: Readonly<Record<Side, Sums>>;

  constructor(input: DrawInput) {
    this.#input = input;
    const steps = input.steps.length;
    this.#quiet = { without: sumsOf(input.known, "without", steps), with: sumsOf(input.known, "with", steps) };
    this.#born = { without: sumsOf(input.born, "without", steps), with: sumsOf(input.born, "with", steps) };
    const readers = input.known.filter(isRead);
    this.#readers = readers.map(({ objects }) => objects);
    this.#readerSums = { without: readsOf(readers, "without", steps), with: readsOf(readers, "with", steps) };
  }

  expected(): Draw {
    const ones = this.#input.steps.map(() => CERTAIN);
    const { deletedPerMonth } = this.#input.history;
    return this.#sum({ created: ones, reads: ones, deletedPerMonth, weights: null });
  }

  draw(random: () => number): Draw {
    const { history, steps } = this.#input;
    const created = monthFactors(history.createdBytes, history.weeks, steps.length, random);
    const reads = monthFactors(history.reads, history.weeks, steps.length, random);
    const deleted = mean(redrawn(history.deletedBytes.slice(0, history.weeks), random));
    const usual = mean(history.deletedBytes.slice(0, history.weeks));
    const deletedPerMonth = usual === 0 ? 0 : Math.min(1, (history.deletedPerMonth * deleted) / usual);
    const weights = this.#readers.map((objects) => poisson(objects, random) / objects);
    return this.#sum({ created, reads, deletedPerMonth, weights });
  }

  #sum(draw: {
    readonly created: readonly MonthFactor[];
    readonly reads: readonly MonthFactor[];
    readonly deletedPerMonth: number;
    /** Of each cohort that is read; `null` for 1. */
    readonly weights: readonly number[] | null;
  }): Draw {
    const side = (name: Side): Float64Array => {
      const reads = draw.weights ? this.#weighted(name, draw.weights) : this.#quiet[name].reads;
      const born = this.#born[name];
      return Float64Array.from(this.#input.steps, (step, at) => {
        const readFactor = draw.reads[at]?.later ?? 1;
        const left = survival(step, draw.deletedPerMonth);
        let micros = left * ((this.#quiet[name].certain[at] ?? 0) + readFactor * (reads[at] ?? 0));
        for (let birth = 0; birth <= at; birth += 1) {
          const age = at - birth;
          const created = draw.created[birth] ?? CERTAIN;
          const factor = (age === 0 ? created.first : created.later) * (this.#input.steps[birth]?.share ?? 0);
          const cost = (born.certain[age] ?? 0) + readFactor * (born.reads[age] ?? 0);
          micros += factor * bornSurvival(age, draw.deletedPerMonth) * cost;
        }
        return micros;
      });
    };
    return { without: side("without"), with: side("with") };
  }

  #weighted(side: Side, weights: readonly number[]): Float64Array {
    const steps = this.#input.steps.length;
    const all = this.#readerSums[side];
    const sums = new Float64Array(steps);
    // Plain loops: this is run for every cohort of every draw.
    for (let reader = 0, at = 0; reader < weights.length; reader += 1) {
      const weight = weights[reader] ?? 1;
      for (let step = 0; step < steps; step += 1, at += 1) sums[step] = (sums[step] ?? 0) + weight * (all[at] ?? 0);
    }
    return sums;
  }
}

function isRead({ path }: PathSum): boolean {
  return SIDES.some((side) => path[side].some(({ readsMicros }) => readsMicros > 0));
}

/** Reads of each cohort by step, one cohort after another. */
function readsOf(readers: readonly PathSum[], side: Side, steps: number): Float64Array {
  const reads = new Float64Array(readers.length * steps);
  for (const [index, { objects, path }] of readers.entries()) {
    for (const [at, { readsMicros }] of path[side].entries()) reads[index * steps + at] = objects * readsMicros;
  }
  return reads;
}

function sumsOf(paths: readonly PathSum[], side: Side, steps: number): Sums {
  const certain = new Float64Array(steps);
  const reads = new Float64Array(steps);
  for (const { objects, path } of paths) {
    for (const [at, cost] of path[side].entries()) {
      certain[at] = (certain[at] ?? 0) + objects * certainMicros(cost);
      reads[at] = (reads[at] ?? 0) + objects * cost.readsMicros;
    }
  }
  return { certain, reads };
}

function certainMicros(cost: StepCost): number {
  return cost.rentMicros + cost.feeMicros;
}

/** A month's weeks against the mean one. */
interface MonthFactor {
  /** As they count in the month itself: what is there from the first week on is there for longest. */
  readonly first: number;
  readonly later: number;
}

const CERTAIN: MonthFactor = { first: 1, later: 1 };
/** Shares of the month that are left in the middle of each of its weeks, adding up to 1. */
const WEEK_WEIGHTS = [7, 5, 3, 1].map((eighths) => eighths / 16);

/** What each month has of the mean week, drawn from weeks that were drawn themselves. */
function monthFactors(weeks: readonly number[], known: number, months: number, random: () => number): MonthFactor[] {
  const seen = weeks.slice(0, known);
  const usual = mean(seen);
  if (usual === 0) return Array.from({ length: months }, () => CERTAIN);
  const wider = widening(seen.length);
  const world = redrawn(seen, random);
  return Array.from({ length: months }, () => {
    const month = WEEK_WEIGHTS.map(() => 1 + ((world[Math.floor(random() * world.length)] ?? 0) / usual - 1) * wider);
    const first = month.reduce((sum, week, index) => sum + week * (WEEK_WEIGHTS[index] ?? 0), 0);
    return { first: Math.max(0, first), later: Math.max(0, mean(month)) };
  });
}

/**
 * Few weeks vary less about their own mean than about the true one, n to n − 1 in variance, and tell it less surely: the
 * variance of Student's t with n − 1 degrees of freedom is (n − 1) ÷ (n − 3).
 */
function widening(weeks: number): number {
  return Math.sqrt(weeks / Math.max(1, weeks - 3));
}

function redrawn(values: readonly number[], random: () => number): number[] {
  return values.map(() => values[Math.floor(random() * values.length)] ?? 0);
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Above this many the normal distribution is as good. */
const EXACT_POISSON = 60;

/** A Poisson number: by multiplication of uniform draws (Knuth), or its normal limit. */
function poisson(expected: number, random: () => number): number {
  if (expected > EXACT_POISSON) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.max(0, Math.round(expected + Math.sqrt(expected) * normal));
  }
  const limit = Math.exp(-expected);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count += 1;
  return count;
}
