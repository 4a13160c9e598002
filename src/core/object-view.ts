/** Joins what a listing shows with what the state remembers into the view every strategy sees. */
import { NO_ACCESS, type ReadRate, decayedReadDaysAt, readRate, readsInWindow } from "./access-stats.ts";
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

const UNREAD: ReadRate = { readsPerMonth: 0, readDaysPerMonth: 0 };

/**
 * @param windowDays days counted into `windowReads`, today included.
 * @param ruleBits where the rules were matched beforehand
 */
export function viewOf(
  stored: StoredObject,
  state: ObjectState | undefined,
  nowMs: number,
  windowDays: number,
  bucket: string,
  ruleBits?: number,
): ObjectView {
  if (!state) return unknownView(stored, nowMs, bucket, ruleBits);
  const createdMs = createdMsOf(stored, state);
  const { access } = state;
  const isKnownClass = state.storageClass === stored.storageClass && state.classSinceMs !== null;
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
    daysSincePromotion: state.promotedMs === null ? null : daysBetween(state.promotedMs, nowMs),
    windowReads: readsInWindow(access, nowMs, windowDays),
    lifetimeReads: access.lifetimeReads,
    rate: readRate(access, createdMs, nowMs),
    readDays: access.days,
    decayedReadDays: decayedReadDaysAt(access, nowMs),
    ruleBits,
  };
}

/** Of an object that nothing is known of but what the store shows: the same, without the arithmetic. */
function unknownView(stored: StoredObject, nowMs: number, bucket: string, ruleBits: number | undefined): ObjectView {
  const { lastModifiedMs } = stored;
  const days = daysBetween(lastModifiedMs, nowMs);
  return {
    atMs: nowMs,
    bucket,
    key: stored.key,
    sizeBytes: stored.sizeBytes,
    storageClass: stored.storageClass,
    ageDays: days,
    idleDays: days,
    createdDay: dayNumber(lastModifiedMs),
    daysInClass: days,
    daysSincePromotion: null,
    windowReads: 0,
    lifetimeReads: 0,
    rate: UNREAD,
    readDays: NO_ACCESS.days,
    decayedReadDays: 0,
    ruleBits,
  };
}

/** How long a hold seen on an object is believed before the object is looked at again. */
export const HOLD_BELIEVED_MS = 30 * MS_PER_DAY;

/** The hold that keeps an object from moving, as far as it is remembered. */
export function knownHold(hold: HoldState | null | undefined, nowMs: number): KnownHold {
  if (!hold) return null;
  if (hold.retainUntilMs !== null && hold.retainUntilMs > nowMs) return "retention_lock";
  return hold.legalHold && nowMs - hold.seenAtMs < HOLD_BELIEVED_MS ? "legal_hold" : null;
}
