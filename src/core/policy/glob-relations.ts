/** Whether two globs can match the same text, and whether one matches all that the other does: for finding rules in vain. */
import { type Glob, type GlobSteps, takes } from "./glob.ts";

const SLASH = 0x2f;
/** A code point that has no character. */
const UNNAMED = 0x10_fffe;

/** Steps looked at before a question is given up as too large: a few hundredths of a second. */
const MOST_STEPS = 300_000;

/** Steps that all questions of one check may look at together; a caller with many questions hands it from one to the next. */
export interface GlobEffort {
  stepsLeft: number;
}

/**
 * Code points that stand for all: between two edges of sets, every point is taken by the same sets. Without ranges of
 * several points, one that no set names stands for all the others.
 */
function sampleOf(a: GlobSteps, b: GlobSteps): readonly number[] {
  const points = new Set<number>([0, SLASH, UNNAMED]);
  const ranges = [...a.takes, ...b.takes].flatMap((set) => set.ranges);
  const isPlain = ranges.every(([low, high]) => low === high);
  for (const [low, high] of ranges) {
    points.add(low);
    if (!isPlain && high < 0x10_ffff) points.add(high + 1);
  }
  return [...points];
}

function step(steps: GlobSteps, from: readonly number[], point: number, effort: GlobEffort): readonly number[] {
  const found = new Set<number>();
  effort.stepsLeft -= from.length + 1;
  for (const number of from) {
    const set = steps.takes[number];
    if (set && takes(set, point)) for (const after of steps.next[number] ?? []) found.add(after);
  }
  return [...found].toSorted((x, y) => x - y);
}

interface Pair {
  readonly a: readonly number[];
  readonly b: readonly number[];
}

interface Question {
  readonly a: Glob;
  readonly b: Glob;
  readonly isFound: (inA: boolean, inB: boolean) => boolean;
  /** Whether a text that `b` can't match any more is of no interest. */
  readonly needsB: boolean;
}

/** Looks for a pair of step sets that some text leads to. @returns `null` when there are too many to look at. */
function reaches({ a, b, isFound, needsB }: Question, effort: GlobEffort): boolean | null {
  const least = Math.max(0, effort.stepsLeft - MOST_STEPS);
  const points = sampleOf(a.steps, b.steps);
  const open: Pair[] = [{ a: a.steps.first, b: b.steps.first }];
  const seen = new Set<string>();
  for (let pair = open.pop(); pair; pair = open.pop()) {
    if (isFound(pair.a.includes(a.steps.accept), pair.b.includes(b.steps.accept))) return true;
    for (const point of points) {
      if (effort.stepsLeft <= least) return null;
      const after = { a: step(a.steps, pair.a, point, effort), b: step(b.steps, pair.b, point, effort) };
      if (after.a.length === 0 || (needsB && after.b.length === 0)) continue;
      const name = `${after.a.join()}|${after.b.join()}`;
      if (seen.has(name)) continue;
      seen.add(name);
      open.push(after);
    }
  }
  return false;
}

/** Whether some text is matched by both. Where that can't be found out in bounded time: yes. */
export function globsOverlap(a: Glob, b: Glob, effort: GlobEffort = { stepsLeft: MOST_STEPS }): boolean {
  return reaches({ a, b, isFound: (inA, inB) => inA && inB, needsB: true }, effort) ?? true;
}

function isOnlyA(inA: boolean, inB: boolean): boolean {
  return inA && !inB;
}

/** Whether `outer` matches every text that `inner` does. Where that can't be found out in bounded time: no. */
export function globCovers(outer: Glob, inner: Glob, effort: GlobEffort = { stepsLeft: MOST_STEPS }): boolean {
  return reaches({ a: inner, b: outer, isFound: isOnlyA, needsB: false }, effort) === false;
}
