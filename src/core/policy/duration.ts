/** Spans of time as people write them: `90d`, `12h`, `7 years`, `1 year 6 months`. Months and years are the calendar's. */
import { DAYS_PER_MONTH, MS_PER_DAY, MS_PER_HOUR } from "../units.ts";

export interface Duration {
  /** As written. */
  readonly text: string;
  /** Calendar months, years included. */
  readonly months: number;
  /** What is left, milliseconds. */
  readonly ms: number;
}

/** Longest span: longer than any law asks for, and within the dates that can be counted with. */
const MAX_MONTHS = 12 * 1000;

const MS_OF: Readonly<Record<string, number>> = {
  h: MS_PER_HOUR,
  hour: MS_PER_HOUR,
  hours: MS_PER_HOUR,
  d: MS_PER_DAY,
  day: MS_PER_DAY,
  days: MS_PER_DAY,
  w: 7 * MS_PER_DAY,
  week: 7 * MS_PER_DAY,
  weeks: 7 * MS_PER_DAY,
};

const MONTHS_OF: Readonly<Record<string, number>> = { month: 1, months: 1, y: 12, year: 12, years: 12 };

const FORM = /^\s*(?:\d{1,7}\s*[a-z]{1,8}\s*){1,6}$/i;
const PART = /(\d+)\s*([a-z]+)/gi;

/** @returns `null` where the text is no span; `m` alone is none, as it might be minutes or months. */
export function parseDuration(text: string): Duration | null {
  if (text.length > 100 || !FORM.test(text)) return null;
  let months = 0;
  let ms = 0;
  for (const [, digits = "", word = ""] of text.matchAll(PART)) {
    const unit = word.toLowerCase();
    const inMs = Object.hasOwn(MS_OF, unit) ? MS_OF[unit] : undefined;
    const inMonths = Object.hasOwn(MONTHS_OF, unit) ? MONTHS_OF[unit] : undefined;
    if (inMs === undefined && inMonths === undefined) return null;
    ms += Number(digits) * (inMs ?? 0);
    months += Number(digits) * (inMonths ?? 0);
  }
  return months + ms / MS_PER_DAY / DAYS_PER_MONTH > MAX_MONTHS ? null : { text: text.trim(), months, ms };
}

/** The instant a span after `fromMs`, UTC; the 31st becomes the last day of a shorter month. */
export function addDuration(fromMs: number, { months, ms }: Duration): number {
  if (months === 0) return fromMs + ms;
  const from = new Date(fromMs);
  const month = from.getUTCMonth() + months;
  const lastDay = new Date(Date.UTC(from.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const day = Math.min(from.getUTCDate(), lastDay);
  const midnight = Date.UTC(from.getUTCFullYear(), month, day);
  return midnight + (fromMs - Date.UTC(from.getUTCFullYear(), from.getUTCMonth(), from.getUTCDate())) + ms;
}

/** Length in days, a month taken as 30.4375 of them: for comparing spans, not for adding them to a date. */
export function durationDays({ months, ms }: Duration): number {
  return months * DAYS_PER_MONTH + ms / MS_PER_DAY;
}
