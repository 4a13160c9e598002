/**
 * Maintenance windows: `Mon-Fri 22:00-06:00`, `Sat,Sun 00:00-24:00`, `daily 01:00-05:00`. They go by the wall clock of their
 * time zone: an hour that the clock skips in spring is no part of any window, one that it repeats in autumn is open twice.
 * A window over midnight belongs to the day it begins on.
 */
import { AstraError } from "./errors.ts";
import { MS_PER_DAY, MS_PER_HOUR } from "./units.ts";

/** From when to when, in wall-clock milliseconds since Monday 00:00; the end may lie in the next week. */
interface WeekSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Windows of one time zone. */
export interface MaintenanceWindows {
  /** Without any, it is always open. */
  readonly spans: readonly WeekSpan[];
  /** Wall clock less UTC at an instant, milliseconds. */
  readonly offsetMs: (atMs: number) => number;
}

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const WEEK_MS = 7 * MS_PER_DAY;
/** 1970-01-01 was a Thursday. */
const EPOCH_IN_WEEK_MS = 3 * MS_PER_DAY;
const MS_PER_MINUTE = 60_000;

const FORM = /^([a-z,\s-]{1,60}?)\s+(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})$/i;
const FIX = "Write it like `Mon-Fri 22:00-06:00`, `Sat,Sun 00:00-24:00` or `daily 01:00-05:00`.";

/** Reads the windows. @throws AstraError ASTRA_CONFIG_INVALID, naming the text or the zone at fault */
export function maintenanceWindows(texts: readonly string[], timezone: string): MaintenanceWindows {
  const spans = texts.flatMap((text) => {
    const parsed = parseWindow(text);
    if (typeof parsed === "string") throw new AstraError("ASTRA_CONFIG_INVALID", parsed, { fix: FIX });
    return parsed;
  });
  if (!isTimeZone(timezone)) {
    throw new AstraError("ASTRA_CONFIG_INVALID", `brakes.timezone: ${JSON.stringify(timezone)} is no time zone`, {
      fix: "Name it as the zone database does: `UTC`, `Europe/Berlin`.",
    });
  }
  return { spans, offsetMs: offsetsOf(timezone) };
}

/** What is wrong with a window's text, with the form it should have; `null` where it is one. */
export function windowFault(text: string): string | null {
  const parsed = parseWindow(text);
  return typeof parsed === "string" ? `${parsed}. ${FIX}` : null;
}

/** Whether the zone database knows the name. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Whether moves may go on at an instant. */
export function isOpen({ spans, offsetMs }: MaintenanceWindows, atMs: number): boolean {
  if (spans.length === 0) return true;
  const inWeek = weekTime(atMs + offsetMs(atMs));
  return spans.some(({ fromMs, toMs }) => {
    const sinceOpening = inWeek >= fromMs ? inWeek - fromMs : inWeek + WEEK_MS - fromMs;
    return sinceOpening < toMs - fromMs;
  });
}

/** The first instant from `atMs` on at which moves may go on: `atMs` itself inside a window. */
export function nextOpening(windows: MaintenanceWindows, atMs: number): number {
  const { spans, offsetMs } = windows;
  let at = atMs;
  while (!isOpen(windows, at)) {
    const offset = offsetMs(at);
    const inWeek = weekTime(at + offset);
    const waits = spans.map(({ fromMs }) => (fromMs > inWeek ? fromMs - inWeek : fromMs + WEEK_MS - inWeek));
    const opening = at + Math.min(...waits);
    // Where the clock is changed on the way, the wall clock is read again from there.
    at = offsetMs(opening) === offset ? opening : clockChange(offsetMs, at, opening);
  }
  return at;
}

/** The first instant, of those after `fromMs` up to `toMs`, whose offset is another than that of `fromMs`. */
function clockChange(offsetMs: (atMs: number) => number, fromMs: number, toMs: number): number {
  const before = offsetMs(fromMs);
  let [low, high] = [fromMs, toMs];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMs(middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

function weekTime(wallMs: number): number {
  return (((wallMs + EPOCH_IN_WEEK_MS) % WEEK_MS) + WEEK_MS) % WEEK_MS;
}

/** @returns the window on each of its days, or what is wrong with the text */
function parseWindow(text: string): readonly WeekSpan[] | string {
  const named = JSON.stringify(text);
  const match = FORM.exec(text.trim());
  if (!match) return `${named} is no maintenance window`;
  const [, dayText = "", ...digits] = match;
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = digits.map(Number);
  const from = clockTime(fromHour, fromMinute);
  const to = clockTime(toHour, toMinute);
  if (from === null || to === null || from === MS_PER_DAY) {
    return `${named}: times of day go from 00:00 to 23:59, the end to 24:00`;
  }
  if (from === to) return `${named} is empty: the whole day is 00:00-24:00`;
  const days = daysOf(dayText);
  if (typeof days === "string") return `${named}: ${days}`;
  return days.map((day) => {
    const fromMs = day * MS_PER_DAY + from;
    return { fromMs, toMs: fromMs + (to > from ? to - from : to + MS_PER_DAY - from) };
  });
}

function clockTime(hour: number, minute: number): number | null {
  const ms = hour * MS_PER_HOUR + minute * MS_PER_MINUTE;
  return minute > 59 || ms > MS_PER_DAY ? null : ms;
}

/** Days of the week, Monday 0, or what is wrong with them. A range may go over Sunday: `Fri-Mon`. */
function daysOf(text: string): readonly number[] | string {
  if (/^\s*daily\s*$/i.test(text)) return DAYS.map((_, day) => day);
  const days = new Set<number>();
  for (const part of text.split(",")) {
    const names = part.split("-").map((name) => name.trim().toLowerCase());
    const [first = -1, last = first] = names.map((name) => DAYS.indexOf(name));
    if (names.length > 2 || first < 0 || last < 0) {
      return `${JSON.stringify(part.trim())} is no day: Mon, Tue, Wed, Thu, Fri, Sat, Sun, a range of them, or daily`;
    }
    for (let day = first; ; day = (day + 1) % DAYS.length) {
      days.add(day);
      if (day === last) break;
    }
  }
  return [...days];
}

const OFFSET = /^GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/;

/** The zone database's offsets, which are data of the runtime: the same instant gives the same answer. */
function offsetsOf(timezone: string): (atMs: number) => number {
  if (timezone === "UTC") return () => 0;
  const format = new Intl.DateTimeFormat("en-US", { timeZone: timezone, timeZoneName: "longOffset" });
  return (atMs) => {
    const name = format.formatToParts(atMs).find(({ type }) => type === "timeZoneName")?.value ?? "";
    const match = OFFSET.exec(name);
    if (!match) throw new RangeError(`the zone ${timezone} has the offset ${name}`);
    const [, sign, ...digits] = match;
    const [hours = 0, minutes = 0, seconds = 0] = digits.map((each) => Number(each ?? 0));
    return (sign === "-" ? -1 : 1) * (hours * MS_PER_HOUR + minutes * MS_PER_MINUTE + seconds * 1000);
  };
}
