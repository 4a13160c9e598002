/** When an object would be decided otherwise if nothing were read meanwhile: until then, looking again changes nothing. */
import { RATE_HALF_LIFE_DAYS } from "./access-stats.ts";
import { type DecideContext, type Decision, type KnownHold, decide } from "./decide.ts";
import type { ObjectView } from "./strategy.ts";
import { MS_PER_DAY, dayNumber } from "./units.ts";

/** Days looked ahead. */
const LOOKED_AHEAD_DAYS = 730;

/** A decision of a day to come. */
export interface NextChange {
  readonly inDays: number;
  /** Where the object would then go. */
  readonly to: string;
}

/**
 * @param windowDays days of reads that a strategy counts
 * @returns `null` where the decision stands for two years or more
 */
export function nextChange(
  view: ObjectView,
  hold: KnownHold,
  context: DecideContext,
  windowDays: number,
): NextChange | null {
  const today = outcome(decide(view, hold, context), view);
  for (let inDays = 1; inDays <= LOOKED_AHEAD_DAYS; inDays += 1) {
    const then = unreadView(view, inDays, windowDays);
    const to = outcome(decide(then, hold, context), then);
    if (to !== today) return { inDays, to };
  }
  return null;
}

function outcome(decision: Decision, view: ObjectView): string {
  return decision.kind === "move" ? decision.proposal.storageClass : view.storageClass;
}

/** The object some days on, in its class and not read since. */
function unreadView(view: ObjectView, days: number, windowDays: number): ObjectView {
  const atMs = view.atMs + days * MS_PER_DAY;
  const oldest = dayNumber(atMs) - windowDays;
  const left = 2 ** (-days / RATE_HALF_LIFE_DAYS);
  const { readsPerMonth, readDaysPerMonth } = view.rate;
  return {
    ...view,
    atMs,
    ageDays: view.ageDays === null ? null : view.ageDays + days,
    idleDays: view.idleDays === null ? null : view.idleDays + days,
    daysInClass: view.daysInClass + days,
    ...(typeof view.daysSincePromotion === "number" && { daysSincePromotion: view.daysSincePromotion + days }),
    windowReads: view.readDays.reduce((sum, { day, reads }) => (day > oldest ? sum + reads : sum), 0),
    rate: { readsPerMonth: readsPerMonth * left, readDaysPerMonth: readDaysPerMonth * left },
    decayedReadDays: view.decayedReadDays * left,
  };
}
