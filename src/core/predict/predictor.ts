/**
 * The predictor: decision tables solved on demand from a learned access model, and the guards on their answers. Two tables
 * work together. The calm one chooses among the classes that can never cost much more than the best of them, the base class
 * and the one that the provider moves inside. The bold one, over all classes, may send an object away from there, or back.
 */
import { AMOUNTS, type AccessModel, type Expectations, amountIndex } from "./access-model.ts";
import { AGES, CELLS, SCORE_DECAY, SCORE_POINTS, ageIndex, recencyIndex, scoreIndex } from "./belief.ts";
import type { DailyTariff } from "../backtest/daily-tariff.ts";
import { type DecisionTable, solveTable } from "./decision-table.ts";
import { STEADY_DAYS, steadyCosts } from "./steady-rate.ts";
import { PROFILES, UNKNOWN_PROFILE } from "./profile.ts";
import { KIB } from "../units.ts";

/** Lower edges of the sizes told apart. */
const SIZE_EDGES = [0, 128, 192, 256, 384, 640, 1280, 4096, 32_768].map((kib) => kib * KIB);
/** Sizes told apart. */
export const SIZES: number = SIZE_EDGES.length;

/**
 * Days that a table looks ahead. Habits change, so looking far is not always better: a bold table looks 50 days ahead, or as
 * far as a move may take to pay back, as the bucket's own past has shown to be better. A move is made only where it pays its
 * fee within those days, so the payback guard is inside the table.
 */
const SHORT_DAYS = 50;

/** Share of the cost of being wrong once that must have been saved before an object leaves for a class with a minimum. */
const SKI_SHARE = 0.25;

/** Bucket of a size in bytes. */
export function sizeBucket(sizeBytes: number): number {
  let bucket = SIZES - 1;
  while (bucket > 0 && !((SIZE_EDGES[bucket] ?? 0) <= sizeBytes)) bucket -= 1;
  return bucket;
}

/** A size that stands for a bucket of which no object is known. */
export function middleOfBucket(bucket: number): number {
  const from = Math.max(64 * KIB, SIZE_EDGES[bucket] ?? 0);
  return Math.round(Math.sqrt(from * (SIZE_EDGES[bucket + 1] ?? from * 4)));
}

/** Everything a decision looks at. */
export interface Situation {
  /** Index into the tariff's classes. */
  readonly storageClass: number;
  /** Days left of the class's minimum. */
  readonly leftDays: number;
  /** Idle clock of the moving class where it was entered after the last read; `null` where it runs with the recency. */
  readonly clock: number | null;
  /** Days since the last read or birth, at least 1. */
  readonly recencyDays: number;
  readonly ageDays: number;
  readonly score: number;
  /** Full-object reads of a day with reads. */
  readonly fullReads: number;
  /** Profile of the object's prefix. */
  readonly profile: number;
}

/**
 * Ways to work a bucket: by the calm table alone, with a bold one that looks shortly or far ahead, or by each object's own
 * steady rate.
 */
export const MODES = ["calm", "short", "long", "steady"] as const;
export type Mode = (typeof MODES)[number];
/** Modes with a table. */
type TableName = Exclude<Mode, "steady">;

/** A class, and the table that chose it. */
export interface Choice {
  readonly storageClass: number;
  readonly table: Mode;
}

/** What a class would come to, in dollars discounted over a mode's horizon. */
export interface Option {
  readonly fee: number;
  /** From here on, the fee of getting there included; `null` for a class the table does not know. */
  readonly expected: number | null;
}

const UNKNOWN_OPTION: Option = { fee: 0, expected: null };

/** Compiles a price book for one size; asked for the sizes that stand for buckets. */
export type TariffOfSize = (sizeBytes: number) => DailyTariff;

/** Prices and limits of decisions. */
export interface PredictorTerms {
  readonly tariffOf: TariffOfSize;
  /** Days in which a move must pay its fee. */
  readonly maxPaybackDays: number;
}

/** What the predictor is made from. */
export interface PredictorParts extends PredictorTerms {
  readonly model: AccessModel;
  /** Bytes that stand for each size bucket. */
  readonly sizes: readonly number[];
}

/** Decides by look-ups. Tables are solved when they are first needed. */
export class Predictor {
  readonly #parts: PredictorParts;
  readonly #tables = {
    calm: new Map<number, DecisionTable>(),
    short: new Map<number, DecisionTable>(),
    long: new Map<number, DecisionTable>(),
  };
  readonly #hazards = new Map<number, Float64Array>();
  /** Of single classes. */
  readonly #kept = new Map<number, DecisionTable>();

  constructor(parts: PredictorParts) {
    this.#parts = parts;
  }

  /** The class to be in. `tariff` is the object's own. */
  choose(tariff: DailyTariff, situation: Situation, mode: Mode): number {
    return this.decide(tariff, situation, mode).storageClass;
  }

  /** Days that the sums of a mode stand for. */
  horizonDays(mode: Mode): number {
    const { maxPaybackDays } = this.#parts;
    if (mode === "steady") return STEADY_DAYS;
    return mode === "short" ? Math.min(SHORT_DAYS, maxPaybackDays) : maxPaybackDays;
  }

  /** The class to be in, and the mode that says so. */
  decide(tariff: DailyTariff, situation: Situation, mode: Mode): Choice {
    if (mode === "steady") return steadyChoice(tariff, situation);
    const held = situation.storageClass;
    const isAtHome = held === 0 || held === tariff.auto;
    if (isAtHome && mode === "calm") return this.#calmChoice(tariff, situation);
    // What has left home comes back as the far-sighted table says, where no bold one is trusted.
    const table: TableName = mode === "calm" ? "long" : mode;
    const bold = this.#action(tariff, situation, table);
    const isHomewards = bold === 0 || bold === tariff.auto;
    if (!isAtHome) return { storageClass: mode === "calm" && !isHomewards ? held : bold, table };
    if (isHomewards || !isIdleEnough(tariff, situation, bold)) return this.#calmChoice(tariff, situation);
    return { storageClass: bold, table };
  }

  #calmChoice(tariff: DailyTariff, situation: Situation): Choice {
    if (tariff.auto < 0) return { storageClass: 0, table: "calm" };
    const isMovedInside = this.#action(tariff, situation, "calm") === 1;
    return { storageClass: isMovedInside ? tariff.auto : 0, table: "calm" };
  }

  #action(tariff: DailyTariff, situation: Situation, mode: TableName): number {
    const table = this.table(tariff, situation, mode);
    return table.action[cellOf(table, inTable(tariff, situation, mode))] ?? 0;
  }

  /** What every class would come to under a mode, by the tariff's classes. */
  options(tariff: DailyTariff, situation: Situation, mode: Mode): readonly Option[] {
    if (mode === "steady") return steadyOptions(tariff, situation);
    const table = this.table(tariff, situation, mode);
    const { states, stay } = table;
    const held = inTable(tariff, situation, mode);
    const at = cellOf(table, held);
    const cell = at - states.indexOf(held.storageClass, held.leftDays, held.clock) * CELLS;
    const scale = tariff.sizeBytes / Math.max(1, table.sizeBytes);
    const owed = held.leftDays * (tariff.rentPerDay[situation.storageClass] ?? 0);
    return Array.from({ length: tariff.count }, (_, to): Option => {
      if (to === situation.storageClass) return { fee: 0, expected: (stay[at] ?? 0) * scale };
      const entered = mode === "calm" ? (to === 0 ? 0 : to === tariff.auto ? 1 : -1) : to;
      if (entered < 0) return UNKNOWN_OPTION;
      const there = stay[cell + (states.fresh[entered] ?? 0) * CELLS] ?? 0;
      const fee = owed + (tariff.moveCost[situation.storageClass * tariff.count + to] ?? 0);
      return { fee, expected: there * scale + fee };
    });
  }

  /** Dollars over a mode's horizon of leaving the object where it is for good; for the object's own size. */
  keeping(tariff: DailyTariff, situation: Situation, mode: Mode): number {
    if (mode === "steady") return steadyCosts(tariff, situation)[situation.storageClass] ?? 0;
    const id =
      (this.#idOf(tariff, situation) * tariff.count + situation.storageClass) * MODES.length + MODES.indexOf(mode);
    let table = this.#kept.get(id);
    if (!table) {
      const { typical, expected } = this.#typicalOf(tariff, situation);
      const alone = withClasses(typical, [situation.storageClass]);
      table = solveTable(alone, expected, 1 - 1 / this.horizonDays(mode));
      this.#kept.set(id, table);
    }
    const cost = table.stay[cellOf(table, { ...situation, storageClass: 0 })] ?? 0;
    return (cost * tariff.sizeBytes) / Math.max(1, table.sizeBytes);
  }

  /** Chance of a read on the situation's day. */
  readChance({ profile, recencyDays, ageDays, score }: Situation): number {
    const hazard = this.#hazards.get(profile) ?? this.#parts.model.expectations(profile, 0).hazard;
    this.#hazards.set(profile, hazard);
    return hazard[(recencyIndex(recencyDays) * AGES + ageIndex(ageDays)) * SCORE_POINTS + scoreIndex(score)] ?? 0;
  }

  /** The table of a mode for an object like this. The calm one knows the base class as 0 and the moving class as 1. */
  table(tariff: DailyTariff, situation: Situation, mode: TableName): DecisionTable {
    const id = this.#idOf(tariff, situation);
    const found = this.#tables[mode].get(id);
    if (found) return found;
    const { typical, expected } = this.#typicalOf(tariff, situation);
    const classes = mode === "calm" ? withClasses(typical, typical.auto < 0 ? [0] : [0, typical.auto]) : typical;
    const table = solveTable(classes, expected, 1 - 1 / this.horizonDays(mode));
    this.#tables[mode].set(id, table);
    return table;
  }

  #idOf(tariff: DailyTariff, { fullReads, profile }: Situation): number {
    return (sizeBucket(tariff.sizeBytes) * AMOUNTS.length + amountIndex(fullReads)) * PROFILES + profile;
  }

  /** What stands for all objects of a table. */
  #typicalOf(tariff: DailyTariff, { fullReads, profile }: Situation): { typical: DailyTariff; expected: Expectations } {
    const { model, tariffOf, sizes } = this.#parts;
    const bucket = sizeBucket(tariff.sizeBytes);
    const typical = tariffOf(sizes[bucket] ?? middleOfBucket(bucket));
    return { typical, expected: model.expectations(profile, amountIndex(fullReads)) };
  }
}

function steadyOptions(tariff: DailyTariff, situation: Situation): readonly Option[] {
  const { storageClass: held, leftDays } = situation;
  const costs = steadyCosts(tariff, situation);
  const owed = leftDays * (tariff.rentPerDay[held] ?? 0);
  return Array.from(costs, (cost, to): Option => {
    if (to === held) return { fee: 0, expected: cost };
    const fee = owed + (tariff.moveCost[held * tariff.count + to] ?? 0);
    return { fee, expected: cost + fee };
  });
}

function steadyChoice(tariff: DailyTariff, situation: Situation): Choice {
  let storageClass = situation.storageClass;
  let least = Infinity;
  for (const [index, { expected }] of steadyOptions(tariff, situation).entries()) {
    if (expected === null || expected > least || (expected === least && index !== situation.storageClass)) continue;
    storageClass = index;
    least = expected;
  }
  return { storageClass, table: "steady" };
}

/** The tariff with some of its classes only, renumbered in the order given. */
function withClasses(tariff: DailyTariff, kept: readonly number[]): DailyTariff {
  const pick = (values: Float64Array): Float64Array => Float64Array.from(kept, (index) => values[index] ?? 0);
  return {
    sizeBytes: tariff.sizeBytes,
    sizeGb: tariff.sizeGb,
    inner: tariff.inner,
    classes: { ...tariff.classes, names: kept.map((index) => tariff.classes.names[index] ?? "") },
    count: kept.length,
    auto: kept.indexOf(tariff.auto),
    rentPerDay: pick(tariff.rentPerDay),
    readCost: pick(tariff.readCost),
    retrievalPerGb: pick(tariff.retrievalPerGb),
    restoreCost: pick(tariff.restoreCost),
    isWaiting: Uint8Array.from(kept, (index) => tariff.isWaiting[index] ?? 0),
    minimumDays: Int32Array.from(kept, (index) => tariff.minimumDays[index] ?? 0),
    moveCost: Float64Array.from(
      kept.flatMap((from) => kept.map((to) => tariff.moveCost[from * tariff.count + to] ?? 0)),
    ),
  };
}

/** The situation in the numbers of a mode's table: the calm one knows the base class as 0 and the moving class as 1. */
function inTable(tariff: DailyTariff, situation: Situation, mode: TableName): Situation {
  if (mode !== "calm" || situation.storageClass === 0) return situation;
  return { ...situation, storageClass: situation.storageClass === tariff.auto ? 1 : 0 };
}

/** Place of a situation in a table. */
export function cellOf(table: DecisionTable, situation: Situation): number {
  const state = table.states.indexOf(situation.storageClass, situation.leftDays, situation.clock);
  const recency = recencyIndex(situation.recencyDays);
  return (
    (recency * table.states.count + state) * CELLS +
    ageIndex(situation.ageDays) * SCORE_POINTS +
    scoreIndex(situation.score)
  );
}

/** The situation after `days` without a read. */
export function quietLater(situation: Situation, days: number): Situation {
  return {
    ...situation,
    leftDays: Math.max(0, situation.leftDays - days),
    clock: situation.clock === null ? null : situation.clock + days,
    recencyDays: situation.recencyDays + days,
    ageDays: situation.ageDays + days,
    score: situation.score * SCORE_DECAY ** days,
  };
}

/**
 * Whether an object of an unknown prefix has been idle long enough to leave for a class that charges for coming back. Where the
 * prefix is known, its objects have shown what happens after.
 */
function isIdleEnough(tariff: DailyTariff, situation: Situation, to: number): boolean {
  if (situation.profile !== UNKNOWN_PROFILE) return true;
  const from = situation.storageClass;
  const saves = (tariff.rentPerDay[0] ?? 0) - (tariff.rentPerDay[to] ?? 0);
  if (saves <= 0) return true;
  const there = tariff.moveCost[from * tariff.count + to] ?? 0;
  const back = tariff.moveCost[to * tariff.count + from] ?? 0;
  const readDay =
    situation.fullReads * ((tariff.readCost[to] ?? 0) + tariff.sizeGb * (tariff.retrievalPerGb[to] ?? 0)) +
    (tariff.restoreCost[to] ?? 0);
  return situation.recencyDays >= (SKI_SHARE * (there + back + readDay)) / saves;
}
