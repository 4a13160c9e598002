/**
 * The predictor: decision tables solved on demand from a learned access model, and the guards on their answers. Two tables
 * work together. The calm one chooses among the classes that can never cost much more than the best of them, the base class
 * and the one that the provider moves inside. The bold one, over all classes, may send an object away from there, or back.
 */
import type { AccessModel } from "./access-model.ts";
import { AMOUNTS, amountIndex } from "./access-model.ts";
import { AGES, CELLS, RECENCY_DAYS, SCORE_DECAY, SCORE_POINTS, ageIndex, recencyIndex, scoreIndex } from "./belief.ts";
import type { DailyTariff } from "../daily-tariff.ts";
import { type DecisionTable, solveTable } from "./decision-table.ts";
import { PROFILES, UNKNOWN_PROFILE } from "./profile.ts";
import { KIB } from "../units.ts";

/** Lower edges of the sizes told apart. */
const SIZE_EDGES = [0, 128, 192, 256, 384, 640, 1280, 4096, 32_768].map((kib) => kib * KIB);
/** Sizes told apart. */
export const SIZES: number = SIZE_EDGES.length;

/**
 * What a day leaves of the worth of a dollar, by table: it looks 1 / (1 - discount) days ahead. Habits change, so looking far
 * is not always better: a bold table looks 50 days ahead or 200, as the bucket's own past has shown to be better. The calm
 * one, which risks little, looks 200.
 */
const DISCOUNT = { calm: 0.995, short: 0.98, long: 0.995 } as const;

/** Share of the cost of being wrong once that must have been saved before an object leaves for a class with a minimum. */
const SKI_SHARE = 0.25;

/** Bucket of a size in bytes. */
export function sizeBucket(sizeBytes: number): number {
  return Math.max(
    0,
    SIZE_EDGES.findLastIndex((edge) => edge <= sizeBytes),
  );
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

/** Ways to work a bucket: by the calm table alone, or with a bold one that looks shortly or far ahead. */
export const MODES = ["calm", "short", "long"] as const;
export type Mode = (typeof MODES)[number];

/** Compiles a price book for one size; asked for the sizes that stand for buckets. */
export type TariffOfSize = (sizeBytes: number) => DailyTariff;

/** What the predictor is made from. */
export interface PredictorParts {
  readonly model: AccessModel;
  readonly tariffOf: TariffOfSize;
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

  constructor(parts: PredictorParts) {
    this.#parts = parts;
  }

  /** Tables solved so far. */
  get tables(): number {
    return MODES.reduce((sum, mode) => sum + this.#tables[mode].size, 0);
  }

  /** Object-days learned from. */
  get observedDays(): number {
    return this.#parts.model.objectDays;
  }

  /** The class to be in. `tariff` is the object's own. */
  choose(tariff: DailyTariff, situation: Situation, mode: Mode): number {
    const held = situation.storageClass;
    const isAtHome = held === 0 || held === tariff.auto;
    if (isAtHome && mode === "calm") return this.#calmChoice(tariff, situation);
    const bold = this.#boldChoice(tariff, situation, mode);
    const isHomewards = bold === 0 || bold === tariff.auto;
    if (!isAtHome) return mode === "calm" && !isHomewards ? held : bold;
    if (isHomewards || !isIdleEnough(tariff, situation, bold)) return this.#calmChoice(tariff, situation);
    return bold;
  }

  /** In the calm mode, what has left home comes back as the far-sighted table says. */
  #boldChoice(tariff: DailyTariff, situation: Situation, mode: Mode): number {
    const table = this.table(tariff, situation, mode === "calm" ? "long" : mode);
    return table.action[cellOf(table, situation)] ?? situation.storageClass;
  }

  #calmChoice(tariff: DailyTariff, situation: Situation): number {
    if (tariff.auto < 0) return 0;
    const table = this.table(tariff, situation, "calm");
    const own = { ...situation, storageClass: situation.storageClass === 0 ? 0 : 1 };
    return table.action[cellOf(table, own)] === 1 ? tariff.auto : 0;
  }

  /** The table of a mode for an object like this. The calm one knows the base class as 0 and the moving class as 1. */
  table(tariff: DailyTariff, situation: Situation, mode: Mode): DecisionTable {
    const bucket = sizeBucket(tariff.sizeBytes);
    const amount = amountIndex(situation.fullReads);
    const id = (bucket * AMOUNTS.length + amount) * PROFILES + situation.profile;
    const found = this.#tables[mode].get(id);
    if (found) return found;
    const { model, tariffOf, sizes } = this.#parts;
    const typical = tariffOf(sizes[bucket] ?? middleOfBucket(bucket));
    const expected = model.expectations(situation.profile, amount);
    const table = solveTable(mode === "calm" ? calmTariff(typical) : typical, expected, DISCOUNT[mode]);
    this.#tables[mode].set(id, table);
    return table;
  }
}

/** The tariff with the base class and the moving class only. */
function calmTariff(tariff: DailyTariff): DailyTariff {
  const kept = [0, tariff.auto];
  const pick = (values: Float64Array): Float64Array => Float64Array.from(kept, (index) => values[index] ?? 0);
  return {
    ...tariff,
    classes: { ...tariff.classes, names: kept.map((index) => tariff.classes.names[index] ?? "") },
    count: 2,
    auto: 1,
    rentPerDay: pick(tariff.rentPerDay),
    readCost: pick(tariff.readCost),
    retrievalPerGb: pick(tariff.retrievalPerGb),
    restoreCost: pick(tariff.restoreCost),
    isWaiting: Uint8Array.from(kept, (index) => tariff.isWaiting[index] ?? 0),
    minimumDays: Int32Array.from(kept, (index) => tariff.minimumDays[index] ?? 0),
    moveCost: Float64Array.of(
      0,
      tariff.moveCost[tariff.auto] ?? 0,
      tariff.moveCost[tariff.auto * tariff.count] ?? 0,
      0,
    ),
  };
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

/** Chance of a day with reads that a table was solved with. */
export function hazardOf(table: DecisionTable, situation: Situation): number {
  const at = (recencyIndex(situation.recencyDays) * AGES + ageIndex(situation.ageDays)) * SCORE_POINTS;
  return table.hazard[at + scoreIndex(situation.score)] ?? 0;
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

/** Longest quiet that is looked ahead for. */
export const LOOK_AHEAD_DAYS: number = RECENCY_DAYS.at(-1) ?? 0;

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
