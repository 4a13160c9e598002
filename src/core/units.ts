/** Bytes, time and money in the units the field uses. Nothing here rounds: rounding happens where a figure is shown. */

/** Bytes in a kibibyte. */
export const KIB = 1024;
/** Bytes in a mebibyte. */
export const MIB = 1024 * KIB;
/** A provider's "GB" is 2^30 bytes (S3 FAQ: KB are divided by 1,048,576 to give GB). */
export const GB_BYTES = 1024 * MIB;

/** Milliseconds in an hour. */
export const MS_PER_HOUR = 3_600_000;
/** Milliseconds in a day of UTC, which has no leap seconds in Unix time. */
export const MS_PER_DAY = 24 * MS_PER_HOUR;
/** The month of expectations: 365.25 / 12 days. The ledger uses calendar months instead. */
export const DAYS_PER_MONTH = 30.4375;

/** One US dollar in micros, the unit of every `…Micros` field. */
export const MICROS_PER_DOLLAR = 1_000_000;

/** Whole days since 1970-01-01 UTC, the day an instant belongs to. */
export function dayNumber(ms: number): number {
  return Math.floor(ms / MS_PER_DAY);
}

/** Age in days, fractional, never negative. */
export function daysBetween(fromMs: number, toMs: number): number {
  return Math.max(0, (toMs - fromMs) / MS_PER_DAY);
}

/** Length of the UTC calendar month that holds `ms`, in milliseconds. */
export function calendarMonthMs(ms: number): number {
  const at = new Date(ms);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1) - Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1);
}

/** First instant of the UTC calendar month after the one that holds `ms`. */
export function nextCalendarMonth(ms: number): number {
  const at = new Date(ms);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1);
}

/** `2025-03` for an instant in March 2025, UTC. */
export function calendarMonth(ms: number): string {
  return new Date(ms).toISOString().slice(0, 7);
}

const SIZE_UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: KIB,
  mib: MIB,
  gib: GB_BYTES,
  tib: GB_BYTES * KIB,
};

/**
 * Parses `64MiB`, `1.5 GB`, `1024` into bytes.
 * @returns `null` when the text is no size, is negative, or passes 2^53.
 */
export function parseSizeBytes(text: string): number | null {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text);
  if (!match) return null;
  const unit = match[2] === "" ? 1 : SIZE_UNITS[(match[2] ?? "").toLowerCase()];
  if (unit === undefined) return null;
  const bytes = Math.round(Number(match[1]) * unit);
  return Number.isSafeInteger(bytes) ? bytes : null;
}
