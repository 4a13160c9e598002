/** One object of a trace, decided and charged day by day by a predictor. */
import type { DailyTariff } from "../backtest/daily-tariff.ts";
import { ObjectAccount, type ReplayInput } from "../backtest/replay.ts";
import type { Mode, Situation } from "./predictor.ts";
import type { TraceHabits } from "./trace-habits.ts";
import type { Stage } from "./training.ts";

/** What an object is followed with. */
export interface Following {
  readonly object: number;
  readonly habits: TraceHabits;
  readonly stages: readonly Stage[];
  readonly modeOn: (day: number) => Mode;
  /** Gets the dollars of each day added. */
  readonly spentByDay?: Float64Array;
}

/** @returns the account, not yet closed; `null` for an object that no day is charged of */
export function followObject(input: ReplayInput, following: Following): ObjectAccount | null {
  const { object, habits, stages, modeOn, spentByDay } = following;
  const account = new ObjectAccount(input, object);
  if (account.isOver) return null;
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
  return account;
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
