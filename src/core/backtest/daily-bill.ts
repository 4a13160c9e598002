/**
 * The bill of one object day by day: decide, pay the move, pay the day's storage in the class held, pay the day's reads.
 * Spans without a read are charged at once, so the work grows with reads and moves, not with days.
 */
import type { DailyTariff } from "./daily-tariff.ts";

/** Where an object stands. Days count from the same origin as the caller's. */
export interface Holding {
  /** Index into the tariff's classes. */
  storageClass: number;
  /** Day of entry; `-Infinity` where no minimum is pending. */
  sinceDay: number;
  /** First day on which the idle clock of the moving class stands at 0. */
  clockDay: number;
}

/** Dollars by component; `totalOf` adds them up. */
export interface DailyBill {
  /** Monitoring included. */
  storage: number;
  /** Retrieval on copying out included. */
  transitions: number;
  /** Requests and restores included. */
  retrieval: number;
  earlyDeletion: number;
  /** Days with reads on which a reader waited. */
  restoreDays: number;
}

/** A bill with nothing on it. */
export function emptyBill(): DailyBill {
  return { storage: 0, transitions: 0, retrieval: 0, earlyDeletion: 0, restoreDays: 0 };
}

/** The sum of the components, in dollars. */
export function totalOf(bill: DailyBill): number {
  return bill.storage + bill.transitions + bill.retrieval + bill.earlyDeletion;
}

/** An object that has been in `storageClass` since before anything is charged. */
export function holdingFrom(storageClass: number, day: number): Holding {
  return { storageClass, sinceDay: -Infinity, clockDay: day };
}

/** Inner tier on a day on which the idle clock shows `idleDays`. */
export function innerTierAt(tariff: DailyTariff, idleDays: number): number {
  const { fromIdleDays } = tariff.inner;
  let tier = 0;
  while (tier + 1 < fromIdleDays.length && idleDays >= (fromIdleDays[tier + 1] ?? 0)) tier += 1;
  return tier;
}

/** Storage of the days from `fromDay` up to, not including, `toDay`, none of which has a read. */
export function quietRent(tariff: DailyTariff, holding: Holding, fromDay: number, toDay: number): number {
  if (toDay <= fromDay) return 0;
  if (holding.storageClass !== tariff.auto) return (toDay - fromDay) * (tariff.rentPerDay[holding.storageClass] ?? 0);
  const { fromIdleDays, rentPerDay } = tariff.inner;
  let rent = 0;
  for (let tier = 0; tier < rentPerDay.length; tier += 1) {
    const begins = Math.max(fromDay, holding.clockDay + (fromIdleDays[tier] ?? 0));
    const ends = tier + 1 < rentPerDay.length ? holding.clockDay + (fromIdleDays[tier + 1] ?? 0) : Infinity;
    rent += Math.max(0, Math.min(toDay, ends) - (tier === 0 ? fromDay : begins)) * (rentPerDay[tier] ?? 0);
  }
  return rent;
}

/** Charges the days from `fromDay` up to, not including, `toDay`, none of which has a read. */
export function chargeQuiet(
  tariff: DailyTariff,
  holding: Holding,
  fromDay: number,
  toDay: number,
  bill: DailyBill,
): void {
  bill.storage += quietRent(tariff, holding, fromDay, toDay);
}

/** Charges one day with reads; `gb` is what was read that day. */
export function chargeReadDay(
  tariff: DailyTariff,
  holding: Holding,
  day: number,
  reads: number,
  gb: number,
  bill: DailyBill,
): void {
  const { storageClass } = holding;
  bill.storage += tariff.rentPerDay[storageClass] ?? 0;
  if (tariff.isWaiting[storageClass] === 1) {
    bill.retrieval += tariff.restoreCost[storageClass] ?? 0;
    bill.restoreDays += 1;
  } else {
    bill.retrieval += reads * (tariff.readCost[storageClass] ?? 0) + gb * (tariff.retrievalPerGb[storageClass] ?? 0);
    if (storageClass === tariff.auto && innerTierAt(tariff, day - holding.clockDay) >= tariff.inner.firstWaiting) {
      bill.restoreDays += 1;
    }
  }
  holding.clockDay = day + 1;
}

/** What leaving the class on `day` still owes: the rest of its minimum at a day's rent. */
export function earlyDeletion(tariff: DailyTariff, holding: Holding, day: number): number {
  const left = (tariff.minimumDays[holding.storageClass] ?? 0) - (day - holding.sinceDay);
  return left > 0 ? left * (tariff.rentPerDay[holding.storageClass] ?? 0) : 0;
}

/** Moves the object at the beginning of `day`. Moving to the class held is no move. */
export function chargeMove(tariff: DailyTariff, holding: Holding, day: number, to: number, bill: DailyBill): void {
  if (to === holding.storageClass) return;
  bill.earlyDeletion += earlyDeletion(tariff, holding, day);
  bill.transitions += tariff.moveCost[holding.storageClass * tariff.count + to] ?? 0;
  holding.storageClass = to;
  holding.sinceDay = day;
  holding.clockDay = day;
}
