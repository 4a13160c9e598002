/** The part of a line behind its key: Request-URI, the fields of the answer, referrer, user agent and version. */
import { firstOf, lastOf } from "./byte-search.ts";

const SPACE = 0x20;
const QUOTE = 0x22;
const MINUS = 0x2d;
const ZERO = 0x30;
const TWO = 0x32;
const SIX = 0x36;

const ERROR_CODE_MOST = 128;
const NUMBER_MOST = 15;
const STATUS_DIGITS = 3;

/** Finds the answer of a line; what it found stands in its fields. */
export class AnswerFields {
  /** Status 200 or 206. */
  hasData = false;
  /** Where the referrer begins. */
  end = 0;

  /** A quote inside the Request-URI ends it only where the fields of an answer follow. */
  find(view: DataView, uri: number, end: number): boolean {
    if (uri + 1 >= end) return false;
    if (view.getUint8(uri) === MINUS && view.getUint8(uri + 1) === SPACE) return this.#at(view, uri + 2, end);
    if (view.getUint8(uri) !== QUOTE) return false;
    for (
      let quote = firstOf(view, QUOTE, uri + 1, end - 1);
      quote >= 0;
      quote = firstOf(view, QUOTE, quote + 1, end - 1)
    ) {
      if (view.getUint8(quote + 1) === SPACE && this.#at(view, quote + 2, end)) return true;
    }
    return false;
  }

  /** HTTP status, error code, bytes sent, object size, total time, turn-around time, each with a space behind it. */
  #at(view: DataView, status: number, end: number): boolean {
    const code = numberEnd(view, status, end, STATUS_DIGITS) + 1;
    if (code === 0 || (code - 1 - status !== STATUS_DIGITS && view.getUint8(status) !== MINUS)) return false;
    let at = errorCodeEnd(view, code, end) + 1;
    for (let numbers = 0; numbers < 4 && at > 0; numbers += 1) at = numberEnd(view, at, end, NUMBER_MOST) + 1;
    if (at === 0) return false;
    const last = view.getUint8(status + 2);
    this.hasData =
      view.getUint8(status) === TWO && view.getUint8(status + 1) === ZERO && (last === ZERO || last === SIX);
    this.end = at;
    return true;
  }
}

/** Where digits or a single `-` end, at a space; -1 where it is none of both. */
function numberEnd(view: DataView, start: number, end: number, most: number): number {
  let i = start;
  if (i < end && view.getUint8(i) === MINUS) i += 1;
  else while (i < end && isDigit(view.getUint8(i))) i += 1;
  return i < end && i > start && i - start <= most && view.getUint8(i) === SPACE ? i : -1;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 0x39;
}

function errorCodeEnd(view: DataView, start: number, end: number): number {
  const most = Math.min(end, start + ERROR_CODE_MOST + 1);
  let i = start;
  while (i < most && view.getUint8(i) !== SPACE && view.getUint8(i) !== QUOTE) i += 1;
  return i < most && i > start && view.getUint8(i) === SPACE ? i : -1;
}

/** Whether referrer, user agent and version id are there. Only the last quote of both is told from those inside them. */
export function isWhole(view: DataView, start: number, end: number): boolean {
  const last = lastOf(view, QUOTE, start, end);
  if (last < 0) return hasThreeFields(view, start, end);
  const version = last + 2;
  return last > start && version < end && view.getUint8(last + 1) === SPACE && view.getUint8(version) !== SPACE;
}

function hasThreeFields(view: DataView, start: number, end: number): boolean {
  let at = start;
  for (let fields = 0; fields < 3; fields += 1) {
    if (at >= end || view.getUint8(at) === SPACE) return false;
    while (at < end && view.getUint8(at) !== SPACE) at += 1;
    at += 1;
  }
  return true;
}
