/** Cutting a stretch of keys into stretches that can be listed side by side. Cuts are guesses; any cut is correct. */
import { type KeyRange, compareKeys } from "../../core/key-range.ts";
import type { Page, PageInput } from "./list.ts";

export type ListPage = (input: PageInput) => Promise<Page>;

/** Sorts behind every character of a key. */
const BEHIND_ALL = "\u{10FFFF}";
const MAX_DEPTH = 32;

/**
 * Cuts at the "directories" that a listing with a delimiter shows, or, where keys lie flat, at their first differing
 * characters. Parts come as they are found, in order.
 * @returns ranges that together are the given one; that one alone where no cut was found.
 */
export async function* splitRange(
  list: ListPage,
  prefix: string,
  range: KeyRange,
  most: number,
): AsyncGenerator<KeyRange, void, undefined> {
  let after = range.after;
  for await (const cut of findCuts(list, prefix, range, most)) {
    yield { after, upTo: cut };
    after = cut;
  }
  yield { after, upTo: range.upTo };
}

async function* findCuts(
  list: ListPage,
  prefix: string,
  range: KeyRange,
  most: number,
): AsyncGenerator<string, void, undefined> {
  let folder = commonFolder(prefix, range);
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const page = await list({ prefix: folder, startAfter: range.after, token: null, delimiter: "/" });
    const cuts = page.commonPrefixes.filter((child) => isInside(child, range));
    if (cuts.length > 0) {
      yield* spread(cuts, most);
      return;
    }
    if (page.objects.length > 0) {
      if (page.token !== null) yield* flatCuts(list, folder, page, range, most);
      return;
    }
    const child = childHolding(folder, range.after) ?? page.commonPrefixes[0];
    if (child === undefined) return;
    folder = child;
  }
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

/** Skips from the branch that a page lies in to the next one, and on: the further, the larger the branches are. */
async function* flatCuts(
  list: ListPage,
  folder: string,
  page: Page,
  range: KeyRange,
  most: number,
): AsyncGenerator<string, void, undefined> {
  const nextBranch = async (branch: string): Promise<string | null> => {
    const next = await list({ prefix: folder, startAfter: branch + BEHIND_ALL, token: null, maxKeys: 1 });
    const key = next.objects[0]?.key;
    if (key === undefined || !isInside(key, range)) return null;
    const cut = withNextCharacter(commonStart(branch, key), key);
    return isInside(cut, range) ? cut : null;
  };
  const first = page.objects[0]?.key ?? "";
  const shared = commonStart(first, page.objects.at(-1)?.key ?? "");
  // Where all that is left lies in the page's own branch, the branches inside that one are next.
  let cut = (await nextBranch(shared)) ?? (await nextBranch(withNextCharacter(shared, first)));
  for (let cuts = 1; cut !== null && cuts < most; cuts++) {
    yield cut;
    cut = await nextBranch(cut);
  }
}

function withNextCharacter(start: string, key: string): string {
  const point = key.codePointAt(start.length);
  return point === undefined ? start : start + String.fromCodePoint(point);
}
