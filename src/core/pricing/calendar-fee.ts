/**
 * Fees that are rent (what is left of a minimum duration, and the noncurrent version a copy leaves) are stated for an
 * average month, but billed by the hours of the calendar month they fall into: up to 9 % more in a February.
 */
import { type CopyMove, type MoveFee, copyFeeBetween } from "./move-fee.ts";
import { DEFAULT_RESTORE_SPEED, copyDayDollarsAt, ratesOf } from "./class-rates.ts";
import type { PriceBook } from "./price-book.ts";
import {
  DAYS_PER_MONTH,
  GB_BYTES,
  MICROS_PER_DOLLAR,
  MS_PER_DAY,
  MS_PER_HOUR,
  calendarMonthMs,
  nextCalendarMonth,
} from "../units.ts";

/** Calendar months between two instants, each by its own length: what a ledger prorates by. */
export function calendarMonths(fromMs: number, toMs: number): number {
  let months = 0;
  for (let at = fromMs; at < toMs; at = nextCalendarMonth(at)) {
    months += (Math.min(toMs, nextCalendarMonth(at)) - at) / calendarMonthMs(at);
  }
  return months;
}

/** Of the last span asked for: a batch asks for the same one again and again, and the calendar is slow. */
let lastSpan = { fromMs: 0, toMs: 0, months: 0 };

function knownCalendarMonths(fromMs: number, toMs: number): number {
  if (lastSpan.fromMs !== fromMs || lastSpan.toMs !== toMs) {
    lastSpan = { fromMs, toMs, months: calendarMonths(fromMs, toMs) };
  }
  return lastSpan.months;
}

/**
 * The fee of a move made at `atMs` as the ledger will bill it.
 * @param noncurrentDays days the source stays as a noncurrent version; its remainder is due when it goes.
 */
export function feeInCalendar(fee: MoveFee, atMs: number, noncurrentDays: number): MoveFee {
  // Only rent depends on the calendar.
  if (fee.earlyDeletionMicros === 0 && (noncurrentDays === 0 || fee.noncurrentMicros === 0)) return fee;
  const goneMs = atMs + noncurrentDays * MS_PER_DAY;
  const averageMonthMs = DAYS_PER_MONTH * MS_PER_DAY;
  const earlyDeletionMicros =
    fee.earlyDeletionMicros === 0 ? 0 : fee.earlyDeletionMicros * (averageMonthMs / calendarMonthMs(goneMs));
  const noncurrentMicros =
    noncurrentDays === 0
      ? 0
      : fee.noncurrentMicros * ((knownCalendarMonths(atMs, goneMs) * DAYS_PER_MONTH) / noncurrentDays);
  return {
    ...fee,
    earlyDeletionMicros,
    noncurrentMicros,
    totalMicros:
      fee.totalMicros + (earlyDeletionMicros - fee.earlyDeletionMicros) + (noncurrentMicros - fee.noncurrentMicros),
  };
}

/**
 * The fee of a copy that is begun at `atMs`, as the ledger will bill it. An archived object is moved as soon as its restored
 * copy is there: until then it pays on in its class. Where the source stays as a noncurrent version, so does the restored
 * copy, to the midnight (UTC) after `restoreDays`; otherwise it goes with the move. A noncurrent version goes at midnight too.
 * Both roundings: S3 user guide, "Restoring an archived object" and "Lifecycle actions".
 * @returns `null` when a price is unknown
 */
export function copyFeeAt(book: PriceBook, move: CopyMove, atMs: number): MoveFee | null {
  const { managed } = ratesOf(book);
  const source = managed.get(move.from);
  const target = managed.get(move.to);
  if (!source || !target || source.prices.copyRefusedTo?.includes(move.to)) return null;
  if (!source.isRestored && move.noncurrentDays <= 0) {
    const fee = copyFeeBetween(book, source, target, move);
    return fee && feeInCalendar(fee, atMs, 0);
  }
  const hours = source.prices.restore?.[move.restoreSpeed ?? DEFAULT_RESTORE_SPEED]?.hours ?? 0;
  const movedMs = atMs + hours * MS_PER_HOUR;
  const goneMs = move.noncurrentDays > 0 ? nextMidnight(movedMs + move.noncurrentDays * MS_PER_DAY) : movedMs;
  const noncurrentDays = (goneMs - movedMs) / MS_PER_DAY;
  const daysHeld = move.daysHeld + (movedMs - atMs) / MS_PER_DAY;
  const average = copyFeeBetween(book, source, target, { ...move, daysHeld, noncurrentDays, restoreDays: 0 });
  if (!average) return null;
  const fee = feeInCalendar(average, movedMs, noncurrentDays);
  if (!source.isRestored || noncurrentDays === 0) return fee;
  const expiresMs = Math.min(goneMs, nextMidnight(movedMs + (move.restoreDays ?? 1) * MS_PER_DAY));
  const copyDay = copyDayDollarsAt(source, move.sizeBytes / GB_BYTES);
  if (Number.isNaN(copyDay)) return null;
  const kept = copyDay * DAYS_PER_MONTH * MICROS_PER_DOLLAR * calendarMonths(movedMs, expiresMs);
  return { ...fee, retrievalMicros: fee.retrievalMicros + kept, totalMicros: fee.totalMicros + kept };
}

function nextMidnight(ms: number): number {
  return Math.ceil(ms / MS_PER_DAY) * MS_PER_DAY;
}
