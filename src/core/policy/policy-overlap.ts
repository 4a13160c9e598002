/** Whether two rules can speak of the same object, and whether one speaks of all that the other does. */
import { durationDays } from "./duration.ts";
import type { Glob } from "./glob.ts";
import { type GlobEffort, globCovers, globsOverlap } from "./glob-relations.ts";
import type { PolicyMatch, Span } from "./policy.ts";

/** A span in plain numbers. */
interface Range {
  readonly from: number;
  readonly to: number;
}

function rangeOf<T>(span: Span<T>, valueOf: (end: T) => number): Range {
  return {
    from: span.atLeast === null ? 0 : valueOf(span.atLeast),
    to: span.below === null ? Infinity : valueOf(span.below),
  };
}

function ranges(match: PolicyMatch): readonly Range[] {
  return [rangeOf(match.sizeBytes, (bytes) => bytes), rangeOf(match.age, durationDays)];
}

/** Whether some object may be matched by both; tags are taken to be compatible unless they exclude each other. */
export function overlaps(a: PolicyMatch, b: PolicyMatch, effort?: GlobEffort): boolean {
  const [ofA, ofB] = [ranges(a), ranges(b)];
  const inRange = ofA.every((range, index) => {
    const other = ofB[index];
    return other === undefined || (range.from < other.to && other.from < range.to);
  });
  const classes =
    a.classes.length === 0 || b.classes.length === 0 || a.classes.some((name) => b.classes.includes(name));
  const tags = a.tags.every(({ name, value }) =>
    b.tags.every((other) => other.name !== name || globsOverlap(value, other.value, effort)),
  );
  return (
    inRange &&
    classes &&
    tags &&
    anyOverlap(a.buckets, b.buckets, effort) &&
    anyOverlap(a.keys, b.keys, effort) &&
    anyOverlap(a.tenants, b.tenants, effort)
  );
}

function anyOverlap(a: readonly Glob[], b: readonly Glob[], effort: GlobEffort | undefined): boolean {
  return a.length === 0 || b.length === 0 || a.some((glob) => b.some((other) => globsOverlap(glob, other, effort)));
}

/** Whether every object that `inner` matches is matched by `outer`. */
export function covers(outer: PolicyMatch, inner: PolicyMatch, effort?: GlobEffort): boolean {
  const [wide, narrow] = [ranges(outer), ranges(inner)];
  const inRange = wide.every((range, index) => {
    const other = narrow[index];
    return other !== undefined && range.from <= other.from && other.to <= range.to;
  });
  const classes =
    outer.classes.length === 0 ||
    (inner.classes.length > 0 && inner.classes.every((name) => outer.classes.includes(name)));
  const tags = outer.tags.every(({ name, value }) =>
    inner.tags.some((other) => other.name === name && globCovers(value, other.value, effort)),
  );
  return (
    inRange &&
    classes &&
    tags &&
    allCovered(outer.buckets, inner.buckets, effort) &&
    allCovered(outer.keys, inner.keys, effort) &&
    allCovered(outer.tenants, inner.tenants, effort)
  );
}

/** Each of the inner globs by one of the outer ones: enough, though not all there is. */
function allCovered(outer: readonly Glob[], inner: readonly Glob[], effort: GlobEffort | undefined): boolean {
  if (outer.length === 0) return true;
  return inner.length > 0 && inner.every((glob) => outer.some((other) => globCovers(other, glob, effort)));
}
