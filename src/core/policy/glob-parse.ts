/** The one parsed form of a glob, from which the matcher and the SQL are made. What patterns mean: `glob.ts`. */

/** Longest pattern: half of the longest key. */
export const MAX_GLOB_LENGTH = 512;
const MAX_NESTED_BRACES = 8;
const SLASH = 0x2f;

/** What one step of a pattern takes: code points in `ranges`, or all others where `isNegated`. */
export interface TakenSet {
  readonly ranges: readonly (readonly [number, number])[];
  readonly isNegated: boolean;
}

/** Every character. */
export const ANY: TakenSet = { ranges: [], isNegated: true };
/** Every character but `/`. */
export const NO_SLASH: TakenSet = { ranges: [[SLASH, SLASH]], isNegated: true };
const ONE_SLASH: TakenSet = { ranges: [[SLASH, SLASH]], isNegated: false };

/** One character of a set; any number of `ANY` or `NO_SLASH`; or one of several sequences. */
export type GlobNode =
  | { readonly kind: "take"; readonly set: TakenSet }
  | { readonly kind: "many"; readonly set: TakenSet }
  | { readonly kind: "either"; readonly of: readonly (readonly GlobNode[])[] };

const SLASH_NODE: GlobNode = { kind: "take", set: ONE_SLASH };
const ANY_NODE: GlobNode = { kind: "many", set: ANY };
/** Nothing, or anything that ends with a slash. */
export const FOLDERS: GlobNode = { kind: "either", of: [[ANY_NODE, SLASH_NODE], []] };
/** Nothing, or a slash and anything. */
export const BELOW: GlobNode = { kind: "either", of: [[SLASH_NODE, ANY_NODE], []] };

/** What is wrong with a pattern. */
export interface GlobFault {
  readonly fault: string;
}

class GlobError extends Error {}

/** @param isOfSegment the pattern is of any segment of the text, and of all below it */
export function parseNodes(source: string, isOfSegment: boolean): readonly GlobNode[] | GlobFault {
  if (source === "") return { fault: "the pattern is empty" };
  if (source.length > MAX_GLOB_LENGTH) return { fault: `the pattern is longer than ${MAX_GLOB_LENGTH} characters` };
  try {
    const nodes = new Parser(source).sequence(0);
    return isOfSegment ? [FOLDERS, ...nodes, BELOW] : nodes;
  } catch (error) {
    if (error instanceof GlobError) return { fault: error.message };
    throw error;
  }
}

/** Whether the set takes a code point. */
export function takes(set: TakenSet, point: number): boolean {
  for (const [low, high] of set.ranges) if (point >= low && point <= high) return !set.isNegated;
  return set.isNegated;
}

class Parser {
  readonly #points: readonly string[];
  #at = 0;

  constructor(source: string) {
    this.#points = Array.from(source);
  }

  /** Up to the end, or within braces up to their `,` or `}`. */
  sequence(depth: number): GlobNode[] {
    const nodes: GlobNode[] = [];
    for (let point = this.#points[this.#at]; point !== undefined; point = this.#points[this.#at]) {
      if (depth > 0 && (point === "," || point === "}")) break;
      this.#at += 1;
      if (point === "*") nodes.push(this.#stars());
      else if (point === "?") nodes.push({ kind: "take", set: NO_SLASH });
      else if (point === "[") nodes.push({ kind: "take", set: this.#set() });
      else if (point === "{") nodes.push(this.#braces(depth + 1));
      else nodes.push({ kind: "take", set: only(point === "\\" ? this.#escaped() : point) });
    }
    return nodes;
  }

  #stars(): GlobNode {
    const isSegmentStart = this.#at === 1 || this.#points[this.#at - 2] === "/";
    let count = 1;
    while (this.#points[this.#at] === "*") {
      count += 1;
      this.#at += 1;
    }
    if (count === 1) return { kind: "many", set: NO_SLASH };
    if (!isSegmentStart || this.#points[this.#at] !== "/") return ANY_NODE;
    this.#at += 1;
    return FOLDERS;
  }

  #braces(depth: number): GlobNode {
    const opened = this.#at;
    if (depth > MAX_NESTED_BRACES) throw new GlobError(`braces are nested more than ${MAX_NESTED_BRACES} deep`);
    const of: GlobNode[][] = [];
    for (;;) {
      of.push(this.sequence(depth));
      const point = this.#points[this.#at];
      this.#at += 1;
      if (point === undefined) throw new GlobError(`the { at character ${opened} is not closed`);
      if (point === "}") return { kind: "either", of };
    }
  }

  #set(): TakenSet {
    const opened = this.#at;
    const isNegated = this.#points[this.#at] === "!" || this.#points[this.#at] === "^";
    if (isNegated) this.#at += 1;
    const ranges: [number, number][] = [];
    for (let isFirst = true; ; isFirst = false) {
      const point = this.#points[this.#at];
      this.#at += 1;
      if (point === undefined) throw new GlobError(`the [ at character ${opened} is not closed`);
      if (point === "]" && !isFirst) break;
      const low = codePoint(point === "\\" ? this.#escaped() : point);
      const isRange = this.#points[this.#at] === "-" && (this.#points[this.#at + 1] ?? "]") !== "]";
      ranges.push([low, isRange ? this.#rangeEnd(low) : low]);
    }
    return isNegated ? { ranges: [...ranges, [SLASH, SLASH]], isNegated } : { ranges: withoutSlash(ranges), isNegated };
  }

  #rangeEnd(low: number): number {
    this.#at += 1;
    const point = this.#points[this.#at] ?? "";
    this.#at += 1;
    const high = codePoint(point === "\\" ? this.#escaped() : point);
    if (high < low) throw new GlobError(`the range that ends at character ${this.#at} runs backwards`);
    return high;
  }

  #escaped(): string {
    const point = this.#points[this.#at];
    if (point === undefined) throw new GlobError("the pattern ends with a backslash");
    this.#at += 1;
    return point;
  }
}

function codePoint(text: string): number {
  return text.codePointAt(0) ?? 0;
}

function only(text: string): TakenSet {
  const point = codePoint(text);
  return { ranges: [[point, point]], isNegated: false };
}

function withoutSlash(ranges: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  return ranges.flatMap(([low, high]): [number, number][] => {
    if (SLASH < low || SLASH > high) return [[low, high]];
    const parts: [number, number][] = [
      [low, SLASH - 1],
      [SLASH + 1, high],
    ];
    return parts.filter(([from, to]) => from <= to);
  });
}
