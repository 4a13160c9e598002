/** The optimum the long way: every path or every state is priced day by day with the bill itself. Slow, and easy to believe. */
import {
  type Holding,
  chargeMove,
  chargeQuiet,
  chargeReadDay,
  earlyDeletion,
  emptyBill,
  holdingFrom,
  totalOf,
} from "../../src/core/backtest/daily-bill.ts";
import type { DailyTariff } from "../../src/core/backtest/daily-tariff.ts";
import type { ObjectLife } from "../../src/core/backtest/optimum.ts";
import { GB_BYTES } from "../../src/core/units.ts";

/** Dollars of one day that begins with a move to `to`; `holding` is changed. */
function dayCost(tariff: DailyTariff, life: ObjectLife, holding: Holding, day: number, to: number): number {
  const bill = emptyBill();
  chargeMove(tariff, holding, day, to, bill);
  const row = Array.from(life.readDay).indexOf(day);
  if (row < 0) chargeQuiet(tariff, holding, day, day + 1, bill);
  else chargeReadDay(tariff, holding, day, life.reads[row] ?? 0, (life.bytesRead[row] ?? 0) / GB_BYTES, bill);
  return totalOf(bill);
}

/** What a path costs, by the bill. */
export function pathCost(
  tariff: DailyTariff,
  life: ObjectLife,
  classOn: (day: number, held: number) => number,
): number {
  const holding = holdingFrom(0, life.firstDay);
  let cost = 0;
  for (let day = life.firstDay; day < life.endDay; day += 1) {
    cost += dayCost(tariff, life, holding, day, classOn(day, holding.storageClass));
  }
  return cost + (life.isDeleted ? earlyDeletion(tariff, holding, life.endDay) : 0);
}

/** The cheapest of all paths, by a dynamic programme over every state there can be, none left out. */
export function plainOptimum(tariff: DailyTariff, life: ObjectLife): number {
  let states = [{ holding: holdingFrom(0, life.firstDay), cost: 0 }];
  for (let day = life.firstDay; day < life.endDay; day += 1) {
    const next = new Map<string, (typeof states)[number]>();
    for (const { holding, cost } of states) {
      for (let to = 0; to < tariff.count; to += 1) {
        const after = { ...holding };
        const total = cost + dayCost(tariff, life, after, day, to);
        const held = Math.min(day + 1 - after.sinceDay, tariff.minimumDays[to] ?? 0);
        const key = `${to} ${held} ${to === tariff.auto ? after.clockDay : ""}`;
        if (total < (next.get(key)?.cost ?? Infinity)) next.set(key, { holding: after, cost: total });
      }
    }
    states = [...next.values()];
  }
  const owed = (holding: Holding) => (life.isDeleted ? earlyDeletion(tariff, holding, life.endDay) : 0);
  return Math.min(...states.map(({ holding, cost }) => cost + owed(holding)));
}
