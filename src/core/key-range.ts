/** Stretches of keys, in the order of a listing: by the bytes of their UTF-8. */

/** The keys above `after`, up to and including `upTo`; `null`: to the end. */
export interface KeyRange {
  readonly after: string;
  readonly upTo: string | null;
}

/** Order of keys in a listing. UTF-16, as strings are compared by themselves, has another one above U+D7FF. */
export function compareKeys(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let index = 0; index < shorter; index++) {
    const unitA = a.charCodeAt(index);
    const unitB = b.charCodeAt(index);
    if (unitA !== unitB) return utf8Rank(unitA) - utf8Rank(unitB);
  }
  return a.length - b.length;
}

function utf8Rank(unit: number): number {
  if (unit < 0xd800) return unit;
  // Surrogates stand for U+10000 and up, so they go above U+E000 to U+FFFF.
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** The same keys in as few ranges as possible, ascending. */
export function joinedRanges(ranges: readonly KeyRange[]): readonly KeyRange[] {
  const joined: KeyRange[] = [];
  for (const range of ranges.toSorted((a, b) => compareKeys(a.after, b.after))) {
    const last = joined.at(-1);
    if (!last || (last.upTo !== null && compareKeys(last.upTo, range.after) < 0)) joined.push(range);
    else joined[joined.length - 1] = { after: last.after, upTo: later(last.upTo, range.upTo) };
  }
  return joined.filter(({ after, upTo }) => upTo === null || compareKeys(after, upTo) < 0);
}

/** All keys that are in none of the ranges, ascending. */
export function missingRanges(ranges: readonly KeyRange[]): readonly KeyRange[] {
  const missing: KeyRange[] = [];
  let after = "";
  for (const range of joinedRanges(ranges)) {
    if (compareKeys(after, range.after) < 0) missing.push({ after, upTo: range.after });
    if (range.upTo === null) return missing;
    after = range.upTo;
  }
  return [...missing, { after, upTo: null }];
}

function later(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return null;
  return compareKeys(a, b) < 0 ? b : a;
}
