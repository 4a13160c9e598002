/** Instants in the form that `Date.toISOString` gives, read without the general parser. */
import { MS_PER_DAY } from "./units.ts";

const ZERO = 48;
/** Places of the digits in `2025-03-01T10:30:00`, and what stands between them. */
const DATE_TIME_CHARS = 19;
const MS_CHARS = 23;
const DAYS_OF_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** Days before 1970-01-01 since 0000-03-01 of the proleptic Gregorian calendar. */
const DAYS_TO_1970 = 719_468;

/**
 * Epoch ms of `2025-03-01T10:30:00Z` or `2025-03-01T10:30:00.123Z`.
 * @returns `null` for any other form, whether it is an instant or not
 */
export function utcInstant(text: string): number | null {
  const isWhole = text.length === DATE_TIME_CHARS + 1;
  if (!isWhole && (text.length !== MS_CHARS + 1 || text[DATE_TIME_CHARS] !== ".")) return null;
  if (text.at(-1) !== "Z" || text[4] !== "-" || text[7] !== "-" || text[10] !== "T") return null;
  if (text[13] !== ":" || text[16] !== ":") return null;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const second = digits(text, 17, 2);
  const ms = isWhole ? 0 : digits(text, 20, 3);
  // Digits that are none give NaN, which no comparison lets through.
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month))) return null;
  if (!(hour <= 23 && minute <= 59 && second <= 59 && ms <= 999)) return null;
  return dayOf(year, month, day) * MS_PER_DAY + hour * 3_600_000 + minute * 60_000 + second * 1000 + ms;
}

function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at += 1) {
    const digit = text.charCodeAt(at) - ZERO;
    value = digit >= 0 && digit <= 9 ? value * 10 + digit : NaN;
  }
  return value;
}

function daysOf(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : (DAYS_OF_MONTH[month - 1] ?? 0);
}

/**
 * Days since 1970-01-01. Years begin in March here, so that the leap day is their last; source of the form: Howard Hinnant,
 * "chrono-Compatible Low-Level Date Algorithms", days_from_civil (https://howardhinnant.github.io/date_algorithms.html).
 */
function dayOf(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const monthFromMarch = (month + 9) % 12;
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + day - 1;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return marchYear * 365 + leapDays + dayOfYear - DAYS_TO_1970;
}
