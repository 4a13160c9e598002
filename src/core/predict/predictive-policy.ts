/**
 * The predictive strategy on a trace: it learns from the past, tries itself on the last part of that past, and works on the
 * rest in the mode that this warrants. Nothing of a day or later is known to a decision on that day.
 */
import type { DailyTariff } from "../daily-tariff.ts";
import { ObjectAccount, type ReplayInput, type ReplayPolicy, type ReplayResult, ReplayTally } from "../replay.ts";
import type { Trace } from "../trace.ts";
import { learned, strideFor } from "./learn.ts";
import {
  type Mode,
  Predictor,
  SIZES,
  type Situation,
  type TariffOfSize,
  middleOfBucket,
  sizeBucket,
} from "./predictor.ts";
import { TraceHabits, usualAmount } from "./trace-habits.ts";
import { traceProfiles } from "./trace-profiles.ts";
import { type ModeTimeline, modeTimeline } from "./trial.ts";

/** Days of the past from which the bold table is tried, as shares of it. */
const TRIAL_SHARES = [0.5, 0.75] as const;
/** Most objects that are tried. */
const MOST_TRIED = 20_000;

/** A predictor, from the day it was learned on. */
interface Learned {
  readonly fromDay: number;
  readonly predictor: Predictor;
  /** By object, as known on that day. */
  readonly profiles: Uint8Array;
}

/** @param tariffOfSize the price book in the setting's classes */
export function predictivePolicy(tariffOfSize: TariffOfSize): ReplayPolicy {
  return {
    name: "predictive",
    replay(input: ReplayInput): ReplayResult {
      const stages = stagesOf(input, tariffOfSize);
      const timeline = timelineOf(input, stages);
      const tally = new ReplayTally(input.trace.objects);
      const habits = new TraceHabits(input.trace, usualAmount(input.trace, input.splitDay));
      for (let object = 0; object < input.trace.objects; object += 1) {
        const account = new ObjectAccount(input, object);
        if (account.isOver) continue;
        follow(input, object, account, habits, stages, (day) => timeline.modeOn(day));
        tally.close(object, account);
      }
      return tally;
    },
  };
}

/** What was learned at the days of the trial and at the split. */
function stagesOf({ trace, splitDay }: ReplayInput, tariffOf: TariffOfSize): Learned[] {
  const days = [...TRIAL_SHARES.map((share) => Math.floor(splitDay * share)), splitDay];
  const usual = usualAmount(trace, splitDay);
  return days.map((fromDay) => {
    const profiles = traceProfiles(trace, fromDay);
    const model = learned(trace, new TraceHabits(trace, usual), profiles, fromDay);
    return { fromDay, profiles, predictor: new Predictor({ model, tariffOf, sizes: typicalSizes(trace, fromDay) }) };
  });
}

/** The geometric mean of the sizes known before `day`, by bucket. */
function typicalSizes(trace: Trace, day: number): number[] {
  const logs = new Float64Array(SIZES);
  const counts = new Float64Array(SIZES);
  for (let object = 0; object < trace.objects; object += 1) {
    if ((trace.createdDay[object] ?? 0) >= day) continue;
    const size = Math.max(1, trace.sizeBytes[object] ?? 1);
    const bucket = sizeBucket(size);
    logs[bucket] = (logs[bucket] ?? 0) + Math.log(size);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return Array.from(counts, (count, bucket) =>
    count === 0 ? middleOfBucket(bucket) : Math.round(Math.exp((logs[bucket] ?? 0) / count)),
  );
}

/** All modes side by side on a sample, from the first day of the trial to the end; the mode of a day follows from the days before it. */
function timelineOf(input: ReplayInput, stages: readonly Learned[]): ModeTimeline {
  const from = stages[0]?.fromDay ?? 0;
  const trial: ReplayInput = { trace: input.trace, splitDay: from, lateDay: Infinity, tariffOf: input.tariffOf };
  const spent = (mode: Mode): Float64Array => {
    const byDay = new Float64Array(input.trace.days);
    const habits = new TraceHabits(input.trace, usualAmount(input.trace, input.splitDay));
    const stride = strideFor(input.trace.objects, MOST_TRIED);
    for (let object = 0; object < input.trace.objects; object += stride) {
      const account = new ObjectAccount(trial, object);
      if (account.isOver) continue;
      follow(trial, object, account, habits, stages, () => mode, byDay);
    }
    return byDay;
  };
  const spending = { calm: spent("calm"), short: spent("short"), long: spent("long") };
  return modeTimeline({ spending, from, splitDay: input.splitDay });
}

/** Decides and charges an object day by day. */
function follow(
  input: ReplayInput,
  object: number,
  account: ObjectAccount,
  habits: TraceHabits,
  stages: readonly Learned[],
  modeOn: (day: number) => Mode,
  spentByDay?: Float64Array,
): void {
  const created = input.trace.createdDay[object] ?? 0;
  const { tariff, holding } = account;
  let spent = 0;
  while (!account.isOver) {
    const day = account.day;
    habits.seek(object, day);
    const stage = stages.findLast(({ fromDay }) => fromDay <= day) ?? stages[0];
    const situation = situationOf(tariff, holding, habits, object, day, created, stage?.profiles[object] ?? 0);
    if (stage) account.move(stage.predictor.choose(tariff, situation, modeOn(day)));
    account.advance(day + 1);
    if (spentByDay) {
      const total = account.spent();
      spentByDay[day] = (spentByDay[day] ?? 0) + total - spent;
      spent = total;
    }
  }
}

function situationOf(
  tariff: DailyTariff,
  holding: ObjectAccount["holding"],
  habits: TraceHabits,
  object: number,
  day: number,
  created: number,
  profile: number,
): Situation {
  const last = habits.lastRead(object);
  const { storageClass, sinceDay, clockDay } = holding;
  return {
    storageClass,
    leftDays: Math.max(0, (tariff.minimumDays[storageClass] ?? 0) - (day - sinceDay)),
    clock: storageClass === tariff.auto && clockDay !== last + 1 ? day - clockDay : null,
    recencyDays: Math.max(1, day - last),
    ageDays: day - created,
    score: habits.score(object, day),
    fullReads: habits.fullReads(object),
    profile,
  };
}
