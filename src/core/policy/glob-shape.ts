/**
 * Globs that come to comparisons of fixed texts, as most do: `logs/**`, `*.log`, `legal-hold-*`. Those are matched without
 * following the pattern, here and in SQL.
 */
import { ANY, BELOW, FOLDERS, type GlobNode, NO_SLASH, type TakenSet } from "./glob-parse.ts";

/** One way to match: the whole text, its ends (which may not overlap), or a part anywhere. */
export type GlobShape =
  | { readonly kind: "is"; readonly text: string }
  | { readonly kind: "ends"; readonly start: string; readonly end: string }
  | { readonly kind: "has"; readonly text: string };

/** More ways than this are followed as a pattern. */
const MOST_SHAPES = 12;

/** @returns ways of which a matching text has at least one; `null` where the glob is no such */
export function shapesOf(nodes: readonly GlobNode[]): readonly GlobShape[] | null {
  const sequences = expanded(joined(nodes));
  if (!sequences) return null;
  const shapes: GlobShape[] = [];
  for (const sequence of sequences) {
    const shape = shapeOf(sequence);
    if (!shape) return null;
    shapes.push(shape);
  }
  return shapes;
}

/** Whether a text has the shape. */
export function hasShape(shape: GlobShape, text: string): boolean {
  if (shape.kind === "is") return text === shape.text;
  if (shape.kind === "has") return text.includes(shape.text);
  const { start, end } = shape;
  return text.length >= start.length + end.length && text.startsWith(start) && text.endsWith(end);
}

/** A segment's beginning or end beside `*` sets no limit at all. */
function joined(nodes: readonly GlobNode[]): readonly GlobNode[] {
  const found: GlobNode[] = [];
  for (const node of nodes) {
    const before = found.at(-1);
    if ((before === FOLDERS && isStar(node)) || (node === BELOW && isStar(before))) {
      found[found.length - 1] = { kind: "many", set: ANY };
    } else found.push(node);
  }
  return found;
}

function isStar(node: GlobNode | undefined): boolean {
  return node?.kind === "many" && (node.set === NO_SLASH || node.set === ANY);
}

/** Fixed texts, and `null` for any characters between them. */
type Sequence = readonly (string | null)[];

function expanded(nodes: readonly GlobNode[]): readonly Sequence[] | null {
  let sequences: Sequence[] = [[]];
  for (const node of nodes) {
    const next = nextParts(node);
    if (!next || sequences.length * next.length > MOST_SHAPES) return null;
    sequences = sequences.flatMap((sequence) => next.map((parts) => parts.reduce(append, sequence)));
  }
  return sequences;
}

function nextParts(node: GlobNode): readonly Sequence[] | null {
  if (node.kind === "many") return node.set === ANY ? [[null]] : null;
  if (node.kind === "take") {
    const text = onlyText(node.set);
    return text === null ? null : [[text]];
  }
  const all: Sequence[] = [];
  for (const nodes of node.of) {
    const some = expanded(joined(nodes));
    if (!some) return null;
    all.push(...some);
  }
  return all;
}

function append(sequence: Sequence, part: string | null): Sequence {
  const last = sequence.at(-1);
  if (part === null) return last === null ? sequence : [...sequence, null];
  return typeof last === "string" ? [...sequence.slice(0, -1), last + part] : [...sequence, part];
}

/** Half of a surrogate pair is no character: a text is not to be compared with one unit by unit. */
function onlyText({ ranges, isNegated }: TakenSet): string | null {
  const [first] = ranges;
  if (isNegated || !first || ranges.length !== 1 || first[0] !== first[1]) return null;
  const text = String.fromCodePoint(first[0]);
  return text.isWellFormed() ? text : null;
}

function shapeOf(sequence: Sequence): GlobShape | null {
  const [a = "", b, c = "", ...more] = sequence;
  if (more.length > 0) return null;
  if (typeof a === "string") {
    if (b === undefined) return { kind: "is", text: a };
    return b === null && typeof c === "string" ? { kind: "ends", start: a, end: c } : null;
  }
  if (b === undefined) return { kind: "ends", start: "", end: "" };
  if (typeof b !== "string") return null;
  return c === null ? { kind: "has", text: b } : { kind: "ends", start: "", end: b };
}
