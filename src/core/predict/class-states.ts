/**
 * The situations a class can be held in: days left of its minimum, or the idle clock of the class that moves objects inside.
 * The clock is "synced" when it runs with the recency (entered before the last read), else it is its own.
 */
import type { DailyTariff } from "../backtest/daily-tariff.ts";

/** Clocks of an object that entered the moving class after its last read. */
const CLOCKS = [0, 5, 10, 15, 20, 25, 30, 40, 50, 60, 75, 90];
const ARCHIVE_CLOCKS = [120, 150, 180];
/** Points on the way from a whole minimum to none left. */
const MINIMUM_POINTS = 7;

/** A day's step between two states. */
export interface Step {
  readonly lower: number;
  readonly upper: number;
  readonly upperWeight: number;
}

/** All situations of a class set, numbered. */
export interface ClassStates {
  readonly count: number;
  readonly classOf: Uint8Array;
  /** Days of minimum left. */
  readonly left: Float64Array;
  /** State right after entering each class. */
  readonly fresh: Int32Array;
  readonly afterQuiet: (state: number) => Step;
  readonly afterRead: (state: number) => Step;
  /** Dollars of a quiet day. */
  readonly rent: (state: number, recencyDays: number) => number;
  /** State of a class with `leftDays` of its minimum to go, or with its own clock at `clock` (`null`: synced). */
  readonly indexOf: (storageClass: number, leftDays: number, clock: number | null) => number;
}

interface Entry {
  readonly storageClass: number;
  readonly left: number;
  /** `null` where the clock is synced or there is none. */
  readonly clock: number | null;
}

/** Numbers the situations of a tariff's classes. */
export function classStates(tariff: DailyTariff): ClassStates {
  const entries: Entry[] = [];
  const first: number[] = [];
  for (let storageClass = 0; storageClass < tariff.count; storageClass += 1) {
    first.push(entries.length);
    entries.push(...entriesOf(tariff, storageClass));
  }
  const steps = entries.map((_, state) => quietStep(entries, state));
  const synced = tariff.auto < 0 ? 0 : (first[tariff.auto] ?? 0);
  const fresh = Int32Array.from(first, (from, storageClass) =>
    storageClass === tariff.auto ? from + 1 : from + entriesOf(tariff, storageClass).length - 1,
  );
  return {
    count: entries.length,
    classOf: Uint8Array.from(entries, ({ storageClass }) => storageClass),
    left: Float64Array.from(entries, ({ left }) => left),
    fresh,
    afterQuiet: (state) => steps[state] ?? { lower: state, upper: state, upperWeight: 0 },
    afterRead: (state) =>
      entries[state]?.storageClass === tariff.auto
        ? { lower: synced, upper: synced, upperWeight: 0 }
        : (steps[state] ?? { lower: state, upper: state, upperWeight: 0 }),
    rent: (state, recencyDays) => {
      const entry = entries[state];
      if (!entry || entry.storageClass !== tariff.auto) return tariff.rentPerDay[entry?.storageClass ?? 0] ?? 0;
      return tariff.inner.rentPerDay[tierAt(tariff, entry.clock ?? recencyDays - 1)] ?? 0;
    },
    indexOf: (storageClass, leftDays, clock) => {
      const from = first[storageClass] ?? 0;
      const until = first[storageClass + 1] ?? entries.length;
      if (storageClass === tariff.auto)
        return clock === null ? from : nearest(entries, from + 1, until, clock, "clock");
      return nearest(entries, from, until, leftDays, "left");
    },
  };
}

function entriesOf(tariff: DailyTariff, storageClass: number): Entry[] {
  if (storageClass === tariff.auto) {
    const hasArchive = tariff.classes.hasAutoArchive;
    const clocks = [null, ...CLOCKS, ...(hasArchive ? ARCHIVE_CLOCKS : [])];
    return clocks.map((clock) => ({ storageClass, left: 0, clock }));
  }
  const minimum = tariff.minimumDays[storageClass] ?? 0;
  if (minimum === 0) return [{ storageClass, left: 0, clock: null }];
  return Array.from({ length: MINIMUM_POINTS }, (_, index) => ({
    storageClass,
    left: (minimum * index) / (MINIMUM_POINTS - 1),
    clock: null,
  }));
}

/** One day on: a day less of the minimum, or a day more on the clock, mixed between the neighbouring points. */
function quietStep(entries: readonly Entry[], state: number): Step {
  const entry = entries[state];
  if (entry?.clock !== null && entry !== undefined) {
    const next = entries[state + 1];
    if (next?.storageClass !== entry.storageClass || next.clock === null)
      return { lower: state, upper: state, upperWeight: 0 };
    return { lower: state, upper: state + 1, upperWeight: 1 / (next.clock - entry.clock) };
  }
  const before = entries[state - 1];
  if (!entry || entry.left === 0 || !before) return { lower: state, upper: state, upperWeight: 0 };
  return { lower: state - 1, upper: state, upperWeight: 1 - 1 / (entry.left - before.left) };
}

function tierAt(tariff: DailyTariff, idleDays: number): number {
  const { fromIdleDays } = tariff.inner;
  return Math.max(
    0,
    fromIdleDays.findLastIndex((from) => from <= idleDays),
  );
}

function nearest(
  entries: readonly Entry[],
  from: number,
  until: number,
  value: number,
  field: "left" | "clock",
): number {
  let best = from;
  for (let state = from; state < until; state += 1) {
    const distance = Math.abs((entries[state]?.[field] ?? 0) - value);
    if (distance < Math.abs((entries[best]?.[field] ?? 0) - value)) best = state;
  }
  return best;
}
