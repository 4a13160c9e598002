/** When an object is to be decided anew because of something that happened to it: a comparison, and no decision. */
import type { EventType } from "./event.ts";
import type { ObjectState } from "./object-state.ts";
import { MS_PER_DAY } from "./units.ts";

/** What the comparison needs. */
export interface ReviewRule {
  readonly nowMs: number;
  /** The class new objects are given by the provider: nothing is hotter. */
  readonly baseClass: string;
}

/**
 * The review of an object after an event of that type made it `after`: new content is decided on at once; so is an access to
 * what lies colder than it might. Any other access pulls the review to the next day's beginning, so that an object costs one
 * decision for each day on which it is used. An earlier review stands. Of an object whose class is not known nothing can be
 * decided before a listing has told it.
 */
export function reviewAfter(type: EventType, after: ObjectState, rule: ReviewRule): number | null {
  switch (type) {
    case "astra.object.created":
    case "astra.object.overwritten":
      return earlier(after.reviewMs, rule.nowMs);
    case "astra.object.accessed":
      return reviewAfterReads(after, rule);
    case "astra.object.deleted":
    case "astra.object.restored":
      return after.reviewMs;
  }
}

/** As {@link reviewAfter}, of reads told by telemetry. */
export function reviewAfterReads(after: ObjectState, { nowMs, baseClass }: ReviewRule): number | null {
  if (after.storageClass === null) return after.reviewMs;
  return earlier(after.reviewMs, after.storageClass === baseClass ? startOfNextDay(nowMs) : nowMs);
}

/** Beginning of the UTC day after that of the instant. */
export function startOfNextDay(nowMs: number): number {
  return (Math.floor(nowMs / MS_PER_DAY) + 1) * MS_PER_DAY;
}

function earlier(known: number | null, ms: number): number {
  return known !== null && known <= ms ? known : ms;
}
