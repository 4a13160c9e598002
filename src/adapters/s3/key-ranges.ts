/** Cutting a stretch of keys into stretches that can be listed side by side. Cuts are guesses; any cut is correct. */
import { compareKeys } from "./encoding.ts";
import type { Page, PageInput } from "./list.ts";

/** The keys above `after` up to and including `upTo`; `null`: to the end of the listing. */
export interface KeyRange {
  readonly after: string;
  readonly upTo: string | null;
}

export type ListPage = (input: PageInput) => Promise<Page>;

/** Sorts behind every character of a key. */
const BEHIND_ALL = "\u{10FFFF}";
const MAX_DEPTH = 32;

/**
 * Cuts at the "directories" that a listing with a delimiter shows, or, where keys lie flat, at their first differing
 * characters.
 * @returns ranges that together are the given one; one where no cut was found.
 */
export async function splitRange(
  list: ListPage,
  prefix: string,
  range: KeyRange,
  most: number,
): Promise<readonly KeyRange[]> {
  const cuts = await findCuts(list, prefix, range, most);
  const ranges: KeyRange[] = [];
  let after = range.after;
  for (const cut of cuts) {
    ranges.push({ after, upTo: cut });
    after = cut;
  }
  return [...ranges, { after, upTo: range.upTo }];
}

async function findCuts(list: ListPage, prefix: string, range: KeyRange, most: number): Promise<readonly string[]> {
  let folder = commonFolder(prefix, range);
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const page = await list({ prefix: folder, startAfter: range.after, token: null, delimiter: "/" });
    const cuts = page.commonPrefixes.filter((child) => isInside(child, range));
    if (cuts.length > 0) return spread(cuts, most);
    if (page.objects.length > 0) return page.token === null ? [] : flatCuts(list, folder, range, most);
    const child = childHolding(folder, range.after) ?? page.commonPrefixes[0];
    if (child === undefined) return [];
    folder = child;
  }
  return [];
}

function isInside(key: string, { after, upTo }: KeyRange): boolean {
  return compareKeys(key, after) > 0 && (upTo === null || compareKeys(key, upTo) < 0);
}

/** Where everything of the range lies, as far as its ends tell. */
function commonFolder(prefix: string, { after, upTo }: KeyRange): string {
  if (upTo === null) return prefix;
  const common = commonStart(after, upTo);
  const folder = common.slice(0, common.lastIndexOf("/") + 1);
  return folder.length > prefix.length && folder.startsWith(prefix) ? folder : prefix;
}

function commonStart(a: string, b: string): string {
  let length = 0;
  while (length < a.length && length < b.length && a.codePointAt(length) === b.codePointAt(length)) {
    length += (a.codePointAt(length) ?? 0) > 0xffff ? 2 : 1;
  }
  return a.slice(0, length);
}

function childHolding(folder: string, key: string): string | undefined {
  if (!key.startsWith(folder)) return undefined;
  const slash = key.indexOf("/", folder.length);
  return slash < 0 ? undefined : key.slice(0, slash + 1);
}

/** `most` − 1 of the cuts at even distances, which make `most` ranges. */
function spread(cuts: readonly string[], most: number): readonly string[] {
  if (cuts.length < most) return cuts;
  return Array.from({ length: most - 1 }, (_unused, index) => {
    return cuts[Math.floor(((index + 1) * cuts.length) / most)] ?? "";
  });
}

async function flatCuts(list: ListPage, folder: string, range: KeyRange, most: number): Promise<readonly string[]> {
  const firstAfter = async (key: string): Promise<string | null> => {
    const page = await list({ prefix: folder, startAfter: key, token: null, maxKeys: 1 });
    const found = page.objects[0]?.key;
    return found !== undefined && isInside(found, range) ? found : null;
  };
  let start = folder;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const first = await firstAfter(compareKeys(range.after, start) > 0 ? range.after : start);
    if (first === null) return [];
    const cuts: string[] = [];
    let branch = nextCharacter(start, first);
    while (cuts.length < most - 1) {
      const next = await firstAfter(branch + BEHIND_ALL);
      if (next === null) break;
      branch = nextCharacter(start, next);
      cuts.push(branch);
    }
    if (cuts.length > 0) return cuts.filter((cut) => isInside(cut, range));
    start = branch;
  }
  return [];
}

/** `start` and the one character of `key` behind it. */
function nextCharacter(start: string, key: string): string {
  const point = key.codePointAt(start.length);
  return point === undefined ? start : start + String.fromCodePoint(point);
}
