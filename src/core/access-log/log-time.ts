/** The time field of an access log, from its bytes: `[06/Feb/2019:00:00:38 +0000]`. */
import { MS_PER_DAY, MS_PER_HOUR } from "../units.ts";

const DAY_LENGTH = 21;
const ZONE_LENGTH = 6;
const MS_PER_MINUTE = 60_000;

/** Names of the months, three bytes as one number. */
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"].map((name) =>
  new TextEncoder().encode(name).reduce((word, letter) => (word << 8) | letter, 0),
);
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DAYS_BEFORE_MONTH = MONTH_DAYS.map((_, month) => MONTH_DAYS.slice(0, month).reduce((sum, days) => sum + days, 0));
/** Since 0001-01-01 of the Gregorian calendar. */
const DAYS_BEFORE_1970 = 719_162;

const LEFT = 0x5b;
const RIGHT = 0x5d;
const SLASH = 0x2f;
const COLON = 0x3a;
const PLUS = 0x2b;
const MINUS = 0x2d;
const ZERO = 0x30;

/** What stands for no time. */
export const NO_TIME = Number.NaN;

/**
 * @param day where the field begins; its first part ends at `dayEnd`, and after a space the zone at `zoneEnd`
 * @returns epoch ms, or {@link NO_TIME} where it is no time of the calendar
 */
export function logTimeMs(view: DataView, day: number, dayEnd: number, zoneEnd: number): number {
  if (dayEnd - day !== DAY_LENGTH || zoneEnd - dayEnd - 1 !== ZONE_LENGTH) return NO_TIME;
  if (view.getUint8(day) !== LEFT || view.getUint8(day + 3) !== SLASH || view.getUint8(day + 7) !== SLASH)
    return NO_TIME;
  if (view.getUint8(day + 12) !== COLON || view.getUint8(day + 15) !== COLON || view.getUint8(day + 18) !== COLON)
    return NO_TIME;
  const hour = twoDigits(view, day + 13);
  const minute = twoDigits(view, day + 16);
  const second = twoDigits(view, day + 19);
  if (hour > 23 || minute > 59 || second > 60) return NO_TIME;
  const days = dayOfDate(view, day + 1);
  return days * MS_PER_DAY + hour * MS_PER_HOUR + minute * MS_PER_MINUTE + second * 1000 - zoneMs(view, dayEnd + 1);
}

/** More than any two digits make. */
const NO_NUMBER = 1000;

function twoDigits(view: DataView, at: number): number {
  const tens = view.getUint8(at) - ZERO;
  const ones = view.getUint8(at + 1) - ZERO;
  return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? NO_NUMBER : tens * 10 + ones;
}

/** `06/Feb/2019`: days since 1970-01-01; `NaN` where the calendar has no such day. */
function dayOfDate(view: DataView, at: number): number {
  const name = (view.getUint8(at + 3) << 16) | (view.getUint8(at + 4) << 8) | view.getUint8(at + 5);
  const month = MONTHS.indexOf(name);
  const day = twoDigits(view, at);
  const century = twoDigits(view, at + 7);
  const years = twoDigits(view, at + 9);
  if (month < 0 || day < 1 || century < 1 || century === NO_NUMBER || years === NO_NUMBER) return NO_TIME;
  const year = century * 100 + years;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (day > (month === 1 && isLeap ? 29 : (MONTH_DAYS[month] ?? 0))) return NO_TIME;
  const past = year - 1;
  const leapDays = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
  const isAfterLeapDay = isLeap && month > 1;
  return (
    past * 365 + leapDays - DAYS_BEFORE_1970 + (DAYS_BEFORE_MONTH[month] ?? 0) + day - 1 + (isAfterLeapDay ? 1 : 0)
  );
}

/** `+0000]`: the zone's hours run to 19 and its minutes to 59. */
function zoneMs(view: DataView, at: number): number {
  const sign = view.getUint8(at);
  const hours = twoDigits(view, at + 1);
  const minutes = twoDigits(view, at + 3);
  if ((sign !== PLUS && sign !== MINUS) || hours > 19 || minutes > 59 || view.getUint8(at + 5) !== RIGHT)
    return NO_TIME;
  const ms = (hours * 60 + minutes) * MS_PER_MINUTE;
  return sign === MINUS ? -ms : ms;
}
