/** Whether two globs can match the same text, and whether one matches all that the other does: for finding rules in vain. */
import { type Glob, type GlobSteps, takes } from "./glob.ts";

/** Pairs of step sets looked at before a question is given up as too large. */
const MOST_PAIRS = 20_000;

/** Code points that stand for all: the edges of every set of either glob, and their neighbours. */
function sampleOf(a: GlobSteps, b: GlobSteps): readonly number[] {
  const points = new Set<number>([0x2f, 0x10_fffd]);
  for (const { ranges } of [...a.takes, ...b.takes]) {
    for (const [low, high] of ranges) for (const point of [low - 1, low, high, high + 1]) points.add(point);
  }
  return [...points].filter((point) => point >= 0 && point <= 0x10_ffff);
}

function step(steps: GlobSteps, from: readonly number[], point: number): readonly number[] {
  const found = new Set<number>();
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

/** Looks for a pair of step sets that some text leads to. @returns `null` when there are too many to look at. */
function reaches(a: Glob, b: Glob, isFound: (inA: boolean, inB: boolean) => boolean): boolean | null {
  const points = sampleOf(a.steps, b.steps);
  const open: Pair[] = [{ a: a.steps.first, b: b.steps.first }];
  const seen = new Set<string>();
  for (let pair = open.pop(); pair; pair = open.pop()) {
    if (isFound(pair.a.includes(a.steps.accept), pair.b.includes(b.steps.accept))) return true;
    for (const point of points) {
      const after = { a: step(a.steps, pair.a, point), b: step(b.steps, pair.b, point) };
      const name = `${after.a.join()}|${after.b.join()}`;
      if (after.a.length === 0 || seen.has(name)) continue;
      seen.add(name);
      if (seen.size > MOST_PAIRS) return null;
      open.push(after);
    }
  }
  return false;
}

/** Whether some text is matched by both. Where that can't be found out in bounded time: yes. */
export function globsOverlap(a: Glob, b: Glob): boolean {
  return reaches(a, b, (inA, inB) => inA && inB) ?? true;
}

/** Whether `outer` matches every text that `inner` does. Where that can't be found out in bounded time: no. */
export function globCovers(outer: Glob, inner: Glob): boolean {
  return reaches(inner, outer, (inInner, inOuter) => inInner && !inOuter) === false;
}
