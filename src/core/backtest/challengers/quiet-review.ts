/**
 * Finds the first quiet day on which a decision would move an object, without asking for every day.
 *
 * While nothing is read, what a decision sees changes in two ways: in steps, on days that are known beforehand (an age rule's
 * day, a read that falls out of the window, the end of a minimum duration), and smoothly, as the read rate fades and with it
 * the case for leaving. Between two steps, once a move pays it goes on paying, so a search by halves finds the day.
 * The days asked about depend on the past only: what comes later cannot change an earlier answer.
 */

/** Days after the first that are asked about before the steps are looked at: reads mostly follow each other closely. */
const DAILY_FOR = 1;

/** What is asked: whether the decision on a day, if nothing is read until then, is to move. */
export type WouldMove = (day: number) => boolean;

/**
 * The first day from `fromDay` to `untilDay`, both included, on which `wouldMove` says yes; `null` where there is none.
 * @param stepDays days on which the answer may jump, in any order, those after `untilDay` too
 */
export function firstMoveDay(
  fromDay: number,
  untilDay: number,
  stepDays: () => Iterable<number>,
  wouldMove: WouldMove,
): number | null {
  if (untilDay < fromDay) return null;
  const daily = Math.min(untilDay, fromDay + DAILY_FOR);
  for (let day = fromDay; day <= daily; day += 1) if (wouldMove(day)) return day;
  if (daily === untilDay) return null;
  return searchFrom(daily, untilDay, stepDays(), wouldMove);
}

/** @param fromDay a day known to be a no */
function searchFrom(
  fromDay: number,
  untilDay: number,
  stepDays: Iterable<number>,
  wouldMove: WouldMove,
): number | null {
  const steps = [...new Set(stepDays)].filter((day) => day > fromDay).toSorted((a, b) => a - b);
  let low = fromDay;
  let gap = 1;
  let nextStep = 0;
  while (low < untilDay) {
    const step = steps[nextStep] ?? Infinity;
    // The last day before a jump, or the next day of a doubling grid, whichever is first.
    let high = Math.min(low + gap, step - 1);
    if (high <= low) {
      high = step;
      nextStep += 1;
    }
    gap = high === step ? 1 : gap * 2;
    if (wouldMove(high)) {
      const day = high === step ? step : firstYes(low, high, wouldMove);
      return day <= untilDay ? day : null;
    }
    low = high;
  }
  return null;
}

/** Between a no at `low` and a yes at `high`. */
function firstYes(low: number, high: number, wouldMove: WouldMove): number {
  let no = low;
  let yes = high;
  while (yes - no > 1) {
    const middle = Math.floor((no + yes) / 2);
    if (wouldMove(middle)) yes = middle;
    else no = middle;
  }
  return yes;
}
