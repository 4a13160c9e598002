/**
 * Globs of policies, in one parsed form: `*` any characters but `/`, `**` any characters, a leading `**` segment also
 * none at all, `?` one character but `/`, `[a-z]` and `[!a-z]` one of a set (never `/`), `{a,b}` either, `\` takes the
 * next character as it is. Matching follows every possibility at once (Thompson's construction), so its time grows with
 * the product of text and pattern and never faster: no text makes it go back. What comes to fixed texts is compared.
 */
import { type GlobFault, type GlobNode, type TakenSet, parseNodes, takes } from "./glob-parse.ts";
import { type GlobShape, hasShape, shapesOf } from "./glob-shape.ts";

export { type GlobFault, MAX_GLOB_LENGTH, type TakenSet, takes } from "./glob-parse.ts";

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
  /** The parsed form. */
  readonly nodes: readonly GlobNode[];
  /** Comparisons that the glob comes to; `null` where it has to be followed. */
  readonly shapes: readonly GlobShape[] | null;
  readonly steps: GlobSteps;
  matches(text: string): boolean;
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

function compile(source: string, isOfSegment: boolean): Glob | GlobFault {
  const nodes = parseNodes(source, isOfSegment);
  if ("fault" in nodes) return nodes;
  const steps = stepsOf(programOf(nodes));
  const shapes = shapesOf(nodes);
  const literal = /^[^*?[{\\]*/.exec(source)?.[0] ?? "";
  return { source, nodes, shapes, steps, matches: matcher(steps, shapes, literal, isOfSegment) };
}

type Instruction =
  | { readonly kind: "take"; readonly set: TakenSet }
  | { readonly kind: "fork"; readonly to: readonly number[] }
  | { readonly kind: "end" };

function programOf(nodes: readonly GlobNode[]): readonly Instruction[] {
  const program: Instruction[] = [];
  addSequence(program, nodes);
  program.push({ kind: "end" });
  return program;
}

function addSequence(program: Instruction[], nodes: readonly GlobNode[]): void {
  for (const node of nodes) {
    if (node.kind === "take") program.push(node);
    else if (node.kind === "many") addLoop(program, node.set);
    else addFork(program, node.of);
  }
}

function addLoop(program: Instruction[], set: TakenSet): void {
  const fork = program.length;
  program.push({ kind: "fork", to: [fork + 1, fork + 3] }, { kind: "take", set }, { kind: "fork", to: [fork] });
}

function addFork(program: Instruction[], of: readonly (readonly GlobNode[])[]): void {
  const fork = program.push({ kind: "end" }) - 1;
  const starts: number[] = [];
  const ends: number[] = [];
  for (const nodes of of) {
    starts.push(program.length);
    addSequence(program, nodes);
    ends.push(program.push({ kind: "end" }) - 1);
  }
  program[fork] = { kind: "fork", to: starts };
  for (const end of ends) program[end] = { kind: "fork", to: [program.length] };
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

/** @param literal characters every matching text has where the pattern begins */
function matcher(
  steps: GlobSteps,
  shapes: readonly GlobShape[] | null,
  literal: string,
  isOfSegment: boolean,
): (text: string) => boolean {
  if (shapes) return (text) => shapes.some((shape) => hasShape(shape, text));
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
