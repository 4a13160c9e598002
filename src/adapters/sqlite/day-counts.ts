/**
 * Reads per day as bytes: pairs of (days since the entry before, reads), each a varint of 7 bits a byte, the low ones
 * first; the days zigzag-coded, so that days before 1970 fit too. A day with few reads takes two bytes.
 */
import type { DayReads } from "../../core/access-stats.ts";

const NONE = new Uint8Array(0);

export function encodeDays(days: readonly DayReads[]): Uint8Array {
  if (days.length === 0) return NONE;
  const bytes: number[] = [];
  let before = 0;
  for (const { day, reads } of days) {
    const step = day - before;
    pushVarint(bytes, step >= 0 ? step * 2 : -step * 2 - 1);
    pushVarint(bytes, reads);
    before = day;
  }
  return Uint8Array.from(bytes);
}

export function decodeDays(bytes: Uint8Array): readonly DayReads[] {
  const days: DayReads[] = [];
  let day = 0;
  for (let at = 0; at < bytes.length;) {
    const step = readVarint(bytes, at);
    const reads = readVarint(bytes, step.end);
    day += step.value % 2 === 0 ? step.value / 2 : -(step.value + 1) / 2;
    days.push({ day, reads: reads.value });
    at = reads.end;
  }
  return days;
}

/** Arithmetic instead of shifts: counts may pass 2^31. */
function pushVarint(bytes: number[], value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is no count`);
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
}

function readVarint(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  let scale = 1;
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    value += (byte % 128) * scale;
    if (byte < 128) return { value, end: at + 1 };
    scale *= 128;
  }
  throw new RangeError("the day counts of an object end in the middle of a number");
}
