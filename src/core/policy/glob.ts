/**
 * Globs of policies, in one parsed form: `*` any characters but `/`, `**` any characters, a leading `**` segment also
 * none at all, `?` one character but `/`, `[a-z]` and `[!a-z]` one of a set (never `/`), `{a,b}` either, `\` takes the
 * next character as it is. Matching follows every possibility at once (Thompson's construction), so its time grows with
 * the product of text and pattern and never faster: no text makes it go back.
 */

/** Longest pattern: half of the longest key. */
export const MAX_GLOB_LENGTH = 512;
const MAX_NESTED_BRACES = 8;
const SLASH = 0x2f;

/** What one step of a pattern takes: code points in `ranges`, or all others where `isNegated`. */
export interface TakenSet {
  readonly ranges: readonly (readonly [number, number])[];
  readonly isNegated: boolean;
}

const ANY: TakenSet = { ranges: [], isNegated: true };
const NO_SLASH: TakenSet = { ranges: [[SLASH, SLASH]], isNegated: true };
const ONE_SLASH: TakenSet = { ranges: [[SLASH, SLASH]], isNegated: false };

/** Steps that take a character, and for each the steps that may come after it; `accept` stands for the end. */
export interface GlobSteps {
  readonly takes: readonly TakenSet[];
  readonly first: readonly number[];
  readonly next: readonly (readonly number[])[];
  /** Number of the step that is no step: the text has been matched. */
  readonly accept: number;
}

export interface Glob {
  /** As written. */
  readonly source: string;
  readonly steps: GlobSteps;
  matches(text: string): boolean;
}

/** What is wrong with a pattern. */
export interface GlobFault {
  readonly fault: string;
}

/** Whether parsing found a fault. */
export function isGlobFault(parsed: Glob | GlobFault): parsed is GlobFault {
  return "fault" in parsed;
}

/** A glob of a whole text. */
export function parseGlob(source: string): Glob | GlobFault {
  return compile(source, false);
}

/**
 * A glob of a key. With a `/` it is of the whole key; without one, of any of its segments: `legal-hold-*` speaks of
 * `docs/legal-hold-1.pdf` and of everything below `legal-hold-2026/`.
 */
export function parseKeyGlob(source: string): Glob | GlobFault {
  return compile(source, !source.includes("/"));
}

/** Whether the set takes a code point. */
export function takes(set: TakenSet, point: number): boolean {
  for (const [low, high] of set.ranges) if (point >= low && point <= high) return !set.isNegated;
  return set.isNegated;
}

type Instruction =
  | { readonly kind: "take"; readonly set: TakenSet }
  | { readonly kind: "fork"; readonly to: readonly number[] }
  | { readonly kind: "end" };

class GlobError extends Error {}

function compile(source: string, isOfSegment: boolean): Glob | GlobFault {
  if (source === "") return { fault: "the pattern is empty" };
  if (source.length > MAX_GLOB_LENGTH) return { fault: `the pattern is longer than ${MAX_GLOB_LENGTH} characters` };
  try {
    const parser = new Parser(source);
    const steps = stepsOf(parser.program(isOfSegment));
    return { source, steps, matches: matcher(steps, parser.literalStart, isOfSegment) };
  } catch (error) {
    if (error instanceof GlobError) return { fault: error.message };
    throw error;
  }
}

class Parser {
  /** Characters every matching text has where the pattern begins. */
  literalStart = "";
  readonly #points: readonly string[];
  readonly #program: Instruction[] = [];
  #at = 0;

  constructor(source: string) {
    this.#points = Array.from(source);
  }

  program(isOfSegment: boolean): readonly Instruction[] {
    if (isOfSegment) this.#optionalFolders();
    this.#sequence(0);
    this.literalStart = this.#literals();
    if (isOfSegment) {
      const fork = this.#reserve();
      this.#take(ONE_SLASH);
      this.#loop(ANY);
      this.#program[fork] = { kind: "fork", to: [fork + 1, this.#program.length] };
    }
    this.#program.push({ kind: "end" });
    return this.#program;
  }

  #literals(): string {
    let literal = "";
    for (const point of this.#points) {
      if ("*?[{\\".includes(point)) break;
      literal += point;
    }
    return literal;
  }

  /** Up to the end, or within braces up to their `,` or `}`. */
  #sequence(depth: number): void {
    for (let point = this.#points[this.#at]; point !== undefined; point = this.#points[this.#at]) {
      if (depth > 0 && (point === "," || point === "}")) return;
      this.#at += 1;
      if (point === "*") this.#stars();
      else if (point === "?") this.#take(NO_SLASH);
      else if (point === "[") this.#take(this.#set());
      else if (point === "{") this.#braces(depth + 1);
      else if (point === "\\") this.#take(only(this.#escaped()));
      else this.#take(only(point));
    }
  }

  #stars(): void {
    const isSegmentStart = this.#at === 1 || this.#points[this.#at - 2] === "/";
    let count = 1;
    while (this.#points[this.#at] === "*") {
      count += 1;
      this.#at += 1;
    }
    if (count === 1) this.#loop(NO_SLASH);
    else if (isSegmentStart && this.#points[this.#at] === "/") {
      this.#at += 1;
      this.#optionalFolders();
    } else this.#loop(ANY);
  }

  /** Nothing, or anything that ends with a slash. */
  #optionalFolders(): void {
    const fork = this.#reserve();
    this.#loop(ANY);
    this.#take(ONE_SLASH);
    this.#program[fork] = { kind: "fork", to: [fork + 1, this.#program.length] };
  }

  #loop(set: TakenSet): void {
    const fork = this.#reserve();
    this.#take(set);
    this.#program.push({ kind: "fork", to: [fork] });
    this.#program[fork] = { kind: "fork", to: [fork + 1, this.#program.length] };
  }

  #braces(depth: number): void {
    const opened = this.#at;
    if (depth > MAX_NESTED_BRACES) throw new GlobError(`braces are nested more than ${MAX_NESTED_BRACES} deep`);
    const fork = this.#reserve();
    const starts: number[] = [];
    const ends: number[] = [];
    for (;;) {
      starts.push(this.#program.length);
      this.#sequence(depth);
      ends.push(this.#reserve());
      const point = this.#points[this.#at];
      this.#at += 1;
      if (point === undefined) throw new GlobError(`the { at character ${opened} is not closed`);
      if (point === "}") break;
    }
    this.#program[fork] = { kind: "fork", to: starts };
    for (const end of ends) this.#program[end] = { kind: "fork", to: [this.#program.length] };
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

  #take(set: TakenSet): void {
    this.#program.push({ kind: "take", set });
  }

  /** Place of a fork that is filled in when its targets are known. */
  #reserve(): number {
    return this.#program.push({ kind: "end" }) - 1;
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

/** The program without its forks: which taking steps follow which. */
function stepsOf(program: readonly Instruction[]): GlobSteps {
  const numbers = new Map<number, number>();
  const sets: TakenSet[] = [];
  for (const [place, instruction] of program.entries()) {
    if (instruction.kind === "take") numbers.set(place, sets.push(instruction.set) - 1);
  }
  const accept = sets.length;
  const reach = (start: number): number[] => {
    const seen = new Set<number>();
    const found = new Set<number>();
    const open = [start];
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      const instruction = program[place];
      if (!instruction || seen.has(place)) continue;
      seen.add(place);
      if (instruction.kind === "fork") open.push(...instruction.to);
      else found.add(instruction.kind === "end" ? accept : (numbers.get(place) ?? accept));
    }
    return [...found];
  };
  const next = [...numbers.keys()].map((place) => reach(place + 1));
  return { takes: sets, first: reach(0), next, accept };
}

function matcher(steps: GlobSteps, literal: string, isOfSegment: boolean): (text: string) => boolean {
  const run = runner(steps);
  if (literal === "") return run;
  return isOfSegment ? (text) => text.includes(literal) && run(text) : (text) => text.startsWith(literal) && run(text);
}

/** Runs all steps at once; the two lists and the marks are kept, as one text is looked at after the other. */
function runner({ takes: sets, first, next, accept }: GlobSteps): (text: string) => boolean {
  let now = new Int32Array(accept + 1);
  let then = new Int32Array(accept + 1);
  const marks = new Float64Array(accept + 1);
  let mark = 0;
  return (text) => {
    now.set(first);
    let count = first.length;
    for (let at = 0; at < text.length && count > 0; at += 1) {
      const point = text.codePointAt(at) ?? 0;
      if (point > 0xffff) at += 1;
      mark += 1;
      let found = 0;
      for (let index = 0; index < count; index += 1) {
        const step = now[index] ?? accept;
        const set = sets[step];
        if (!set || !takes(set, point)) continue;
        for (const after of next[step] ?? []) {
          if (marks[after] === mark) continue;
          marks[after] = mark;
          then[found] = after;
          found += 1;
        }
      }
      [now, then] = [then, now];
      count = found;
    }
    for (let index = 0; index < count; index += 1) if (now[index] === accept) return true;
    return false;
  };
}
