/** The days of a generated workload and their place in the calendar, UTC. */
import { MS_PER_DAY } from "../units.ts";

/** Days counted from 0; `startDay` is day 0 as days since 1970-01-01 UTC. */
export interface WorkloadSpan {
  readonly startDay: number;
  readonly days: number;
  /** Days that are the last of their month. */
  readonly monthEnds: readonly number[];
  /** 1 on the last two and the first three days of a month. */
  readonly isAroundMonthEnd: Uint8Array;
}

/** The span of `days` days from `startDay`. */
export function workloadSpan(startDay: number, days: number): WorkloadSpan {
  const monthEnds: number[] = [];
  const isAroundMonthEnd = new Uint8Array(days);
  for (let day = 0; day < days; day += 1) {
    const date = dayOfMonth(startDay + day);
    if (dayOfMonth(startDay + day + 1) === 1) monthEnds.push(day);
    isAroundMonthEnd[day] = date <= 3 || dayOfMonth(startDay + day + 2) <= 2 ? 1 : 0;
  }
  return { startDay, days, monthEnds, isAroundMonthEnd };
}

/** Whether a day is the first of its month. */
export function isMonthStart({ startDay }: WorkloadSpan, day: number): boolean {
  return dayOfMonth(startDay + day) === 1;
}

/** Whether a day is a Sunday; 1970-01-01 was a Thursday. */
export function isSunday({ startDay }: WorkloadSpan, day: number): boolean {
  return (startDay + day + 4) % 7 === 0;
}

/** `2025-03-31`. */
export function dateOf({ startDay }: WorkloadSpan, day: number): string {
  return new Date((startDay + day) * MS_PER_DAY).toISOString().slice(0, 10);
}

function dayOfMonth(dayNumber: number): number {
  return new Date(dayNumber * MS_PER_DAY).getUTCDate();
}
