/** Restoring out of an archive: how fast it is asked for, and when it is looked after. */
import type { RestoreSpeed } from "./pricing/price-book.ts";
import { GB_BYTES, MICROS_PER_DOLLAR, MS_PER_HOUR } from "./units.ts";

/** A speed, how long it usually takes at most, and what it costs for one object. */
export interface ChosenSpeed<Name extends string> {
  readonly speed: Name;
  /** Longest usual wait for the first byte, as the price book states it. */
  readonly hours: number;
  /** Request and bytes; the rent of the readable copy comes on top. */
  readonly micros: number;
}

/** What is to be restored, and by when. */
export interface RestoreWish {
  readonly sizeBytes: number;
  /** Hours from now. */
  readonly deadlineHours: number;
}

/**
 * The cheapest speed that meets the deadline, of equally cheap ones the faster; where none meets it, the fastest. A speed
 * with an unknown price is never chosen.
 * @param speeds of the class, from the price book (its times: S3 user guide, "Archive retrieval options")
 * @param offered names the store takes
 * @returns `null` where no offered speed has a known price
 */
export function chooseRestoreSpeed<Name extends string>(
  speeds: Readonly<Record<string, RestoreSpeed>>,
  offered: readonly Name[],
  { sizeBytes, deadlineHours }: RestoreWish,
): ChosenSpeed<Name> | null {
  const priced = offered.flatMap((speed) => {
    const found = Object.hasOwn(speeds, speed) ? speeds[speed] : undefined;
    const micros = found ? restoreMicros(found, sizeBytes) : null;
    return found && micros !== null ? [{ speed, hours: found.hours, micros }] : [];
  });
  const inTime = priced.filter(({ hours }) => hours <= deadlineHours);
  const cheapest = inTime.toSorted((a, b) => a.micros - b.micros || a.hours - b.hours)[0];
  return cheapest ?? priced.toSorted((a, b) => a.hours - b.hours || a.micros - b.micros)[0] ?? null;
}

/** @returns `null` where a price is unknown */
function restoreMicros({ perThousand, perGb }: RestoreSpeed, sizeBytes: number): number | null {
  if (!perThousand || !perGb) return null;
  return (perThousand.amount / 1000 + (perGb.amount * sizeBytes) / GB_BYTES) * MICROS_PER_DOLLAR;
}

/** A restore under way. */
export interface RestoreUnderWay {
  readonly askedMs: number;
  /** Longest usual wait of its speed, {@link ChosenSpeed.hours}. */
  readonly hours: number;
}

/**
 * When to look next whether the readable copy is there: first after half of the usual wait, then after half as long again each
 * time, the step growing to an hour or an eighth of the usual wait, whichever is longer. Looks cost money as well: one an hour
 * through a two-day restore comes to 48 × $0.0004 per 1,000 objects, three quarters of the $0.025 that asking for it costs.
 * After a pause one look follows, not all that were missed; a clock that was ahead when the restore was asked for delays the
 * first look by no more than its own wait.
 */
export function nextRestoreLookMs({ askedMs, hours }: RestoreUnderWay, nowMs: number): number {
  const usualMs = hours * MS_PER_HOUR;
  const firstMs = usualMs / 2;
  const elapsedMs = nowMs - askedMs;
  if (elapsedMs < firstMs) return Math.min(askedMs, nowMs) + firstMs;
  return nowMs + Math.min(elapsedMs / 2, Math.max(MS_PER_HOUR, usualMs / 8));
}
