/** Joins what a listing shows with what the state remembers into the view every strategy sees. */
import { type AccessStats, NO_ACCESS, decayedReadDaysAt, readRate, readsInWindow } from "./access-stats.ts";
import type { KnownHold } from "./decide.ts";
import type { HoldState, ObjectState } from "./object-state.ts";
import type { ObjectView } from "./strategy.ts";
import { MS_PER_DAY, dayNumber, daysBetween } from "./units.ts";

/** An object as the store shows it now. */
export interface StoredObject {
  readonly key: string;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly lastModifiedMs: number;
  readonly storageClass: string;
}

/**
 * Creation by the user. The state's date holds as long as the content is the one it speaks of; other content was written
 * behind our back, so the store's LastModified is its creation.
 */
export function createdMsOf(stored: StoredObject, state: ObjectState | undefined): number {
  if (!state || state.createdMs === null) return stored.lastModifiedMs;
  const isOtherContent = state.etag !== null && state.etag !== stored.etag;
  return isOtherContent ? stored.lastModifiedMs : state.createdMs;
}

/** @param windowDays days counted into `windowReads`, today included. */
export function viewOf(
  stored: StoredObject,
  state: ObjectState | undefined,
  nowMs: number,
  windowDays: number,
  bucket: string,
): ObjectView {
  const createdMs = createdMsOf(stored, state);
  const access: AccessStats = state?.access ?? NO_ACCESS;
  const isKnownClass = state?.storageClass === stored.storageClass && state.classSinceMs !== null;
  // Whoever writes it anew, be it only its metadata, makes the minimum duration run anew; a lifecycle transition leaves the date.
  const classSinceMs = isKnownClass
    ? Math.max(state.classSinceMs ?? stored.lastModifiedMs, stored.lastModifiedMs)
    : stored.lastModifiedMs;
  return {
    atMs: nowMs,
    bucket,
    key: stored.key,
    sizeBytes: stored.sizeBytes,
    storageClass: stored.storageClass,
    ageDays: daysBetween(createdMs, nowMs),
    idleDays: daysBetween(Math.max(createdMs, access.lastAccessMs ?? createdMs), nowMs),
    createdDay: dayNumber(createdMs),
    daysInClass: daysBetween(classSinceMs, nowMs),
    daysSincePromotion: state && state.promotedMs !== null ? daysBetween(state.promotedMs, nowMs) : null,
    windowReads: readsInWindow(access, nowMs, windowDays),
    lifetimeReads: access.lifetimeReads,
    rate: readRate(access, createdMs, nowMs),
    readDays: access.days,
    decayedReadDays: decayedReadDaysAt(access, nowMs),
  };
}

/** How long a hold seen on an object is believed before the object is looked at again. */
const HOLD_BELIEVED_MS = 30 * MS_PER_DAY;

/** The hold that keeps an object from moving, as far as it is remembered. */
export function knownHold(hold: HoldState | null | undefined, nowMs: number): KnownHold {
  if (!hold) return null;
  if (hold.retainUntilMs !== null && hold.retainUntilMs > nowMs) return "retention_lock";
  return hold.legalHold && nowMs - hold.seenAtMs < HOLD_BELIEVED_MS ? "legal_hold" : null;
}
