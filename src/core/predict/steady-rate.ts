/**
 * The plainest forecast: the object goes on being read as of late. What each class would cost over the next three months then,
 * in closed form. Where habits are steady it is hard to beat, so it is one of the modes that a trial chooses among.
 */
import { watchedDays } from "../access-stats.ts";
import type { DailyTariff } from "../backtest/daily-tariff.ts";
import type { Situation } from "./predictor.ts";

/** Days that costs are added up over. */
export const STEADY_DAYS = 90;
/** Read-days that may merely not have been seen yet (Jeffreys' prior of a Poisson rate). */
const UNSEEN_READ_DAYS = 0.5;

/** Dollars of each class over {@link STEADY_DAYS}, fees not included. */
export function steadyCosts(tariff: DailyTariff, situation: Situation): Float64Array {
  const rate = (situation.score + UNSEEN_READ_DAYS) / watchedDays(situation.ageDays);
  const costs = new Float64Array(tariff.count);
  for (let storageClass = 0; storageClass < tariff.count; storageClass += 1) {
    const perRead = (tariff.readCost[storageClass] ?? 0) + tariff.sizeGb * (tariff.retrievalPerGb[storageClass] ?? 0);
    const readDay = situation.fullReads * perRead + (tariff.restoreCost[storageClass] ?? 0);
    const rent =
      storageClass === tariff.auto
        ? innerRent(tariff, rate, clockOf(tariff, situation))
        : (tariff.rentPerDay[storageClass] ?? 0);
    costs[storageClass] = STEADY_DAYS * (rent + rate * readDay);
  }
  return costs;
}

/** Where the idle clock stands; it begins anew in an object that is only now moved in. */
function clockOf(tariff: DailyTariff, { storageClass, clock, recencyDays }: Situation): number {
  return storageClass === tariff.auto ? (clock ?? recencyDays - 1) : 0;
}

/**
 * Mean rent of a day in the class that moves objects inside, with read-days a Poisson process. On day t the clock shows θ or
 * more if the last θ days had no read; of those, the days before now are known to have had none.
 */
function innerRent(tariff: DailyTariff, rate: number, clock: number): number {
  const { fromIdleDays, rentPerDay } = tariff.inner;
  let rent = rentPerDay[0] ?? 0;
  for (let tier = 1; tier < rentPerDay.length; tier += 1) {
    const step = (rentPerDay[tier] ?? 0) - (rentPerDay[tier - 1] ?? 0);
    rent += step * shareIdleFor(fromIdleDays[tier] ?? 0, rate, clock);
  }
  return rent;
}

/** Share of the days on which the clock shows at least `idleDays`. */
function shareIdleFor(idleDays: number, rate: number, clock: number): number {
  const from = Math.max(0, idleDays - clock);
  const until = Math.min(idleDays, STEADY_DAYS);
  const known = until > from ? (Math.exp(-rate * from) - Math.exp(-rate * until)) / rate : 0;
  const later = Math.max(0, STEADY_DAYS - idleDays) * Math.exp(-rate * idleDays);
  return (known + later) / STEADY_DAYS;
}
