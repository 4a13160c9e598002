import { expect, test } from "vitest";
import { type Glob, isGlobFault, parseKeyGlob } from "./glob.ts";
import { globCovers, globsOverlap } from "./glob-relations.ts";

function glob(source: string): Glob {
  const parsed = parseKeyGlob(source);
  if (isGlobFault(parsed)) throw new Error(parsed.fault);
  return parsed;
}

test.each([
  ["logs/**", "logs/app/*.log", true, true],
  ["logs/app/*.log", "logs/**", true, false],
  ["logs/**", "data/**", false, false],
  ["*", "logs/**", true, true],
  ["*.log", "*.txt", true, false],
  ["logs/*.log", "logs/*.txt", false, false],
  ["{a,b}/x", "a/x", true, true],
  ["[a-m]*/x", "b/x", true, true],
  ["[a-m]*/x", "z/x", false, false],
  ["**", "legal-hold-*", true, true],
])("%s and %s overlap: %s; the first covers the second: %s", (a, b, overlaps, covers) => {
  expect(globsOverlap(glob(a), glob(b))).toBe(overlaps);
  expect(globsOverlap(glob(b), glob(a))).toBe(overlaps);
  expect(globCovers(glob(a), glob(b))).toBe(covers);
});

test("what is too large to find out is taken as an overlap, never as covered", () => {
  const [a, b] = [glob("*a?????????????????/x"), glob("*b?????????????????/x")];
  expect(globsOverlap(a, b)).toBe(true);
  expect(globCovers(a, b)).toBe(false);
});

test("questions share the effort they are given, and give up without it", () => {
  const effort = { stepsLeft: 500 };
  const [a, b] = [glob("{a*,*b,**c}{a*,*b,**c}{a*,*b,**c}/x"), glob("{a*,*b,**d}{a*,*b,**d}{a*,*b,**d}/y")];
  expect(globsOverlap(a, b, effort)).toBe(true);
  expect(effort.stepsLeft).toBeLessThanOrEqual(0);
  expect(globCovers(glob("**"), glob("a"), effort)).toBe(false);
  expect(globCovers(glob("**"), glob("a"))).toBe(true);
});
