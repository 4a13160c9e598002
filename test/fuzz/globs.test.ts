/** Globs of policies: a matcher or a fault, in time that grows with pattern and text only; relations that hold. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Glob, MAX_GLOB_LENGTH, isGlobFault, parseGlob, parseKeyGlob } from "../../src/core/policy/glob.ts";
import { globCovers, globsOverlap } from "../../src/core/policy/glob-relations.ts";
import { TIMEOUT_MS, expectHarmless, hostileText, mutated } from "./fuzzing.ts";

const PARTS = [
  "*",
  "**",
  "?",
  "/",
  "a",
  "b",
  ".log",
  "[a-c]",
  "[!a]",
  "[]a]",
  "{a,b}",
  "{a,{b,c}}",
  "{,a}",
  "\\*",
  "**/",
  "é",
];
const pattern = fc.array(fc.constantFrom(...PARTS), { minLength: 1, maxLength: 6 }).map((parts) => parts.join(""));
const text = fc
  .array(fc.constantFrom("a", "b", "c", "/", ".log", "*", "é", "x"), { maxLength: 6 })
  .map((all) => all.join(""));

function parsed(source: string, isKey: boolean): Glob | null {
  const found = isKey ? parseKeyGlob(source) : parseGlob(source);
  if (!isGlobFault(found)) return found;
  assert.ok(found.fault.length > 0 && found.fault.length < 200);
  return null;
}

test("patterns and texts of any kind", { timeout: TIMEOUT_MS }, () => {
  expectHarmless({
    name: "globs, matching",
    share: 0.77,
    input: fc.tuple(
      mutated(pattern, ["{", "}", "[", "]", "\\", "!", "^", "-", ","]),
      fc.oneof(text, hostileText()),
      fc.boolean(),
    ),
    leastAccepted: 0.5,
    check: ([source, subject, isKey]) => {
      const glob = parsed(source, isKey);
      if (!glob) return "refused";
      const isMatch = glob.matches(subject);
      // A second time: nothing of the text before may be left in the matcher.
      glob.matches(`${subject}/x`);
      assert.equal(glob.matches(subject), isMatch);
      // What a key's glob without a slash matches, it matches in any folder.
      if (isKey && isMatch && !source.includes("/")) assert.ok(glob.matches(`any/folder/${subject}`));
      return "accepted";
    },
  });
});

test("a text is its own pattern once its signs are escaped", { timeout: TIMEOUT_MS }, () => {
  expectHarmless({
    name: "globs, escaped",
    share: 0.2,
    input: fc.tuple(hostileText(), hostileText()),
    leastAccepted: 0.9,
    check: ([subject, other]) => {
      const glob = parsed(subject.replace(/[*?[\]{},\\]/g, String.raw`\$&`), false);
      if (!glob) return "refused";
      assert.ok(glob.matches(subject));
      assert.equal(glob.matches(other), other === subject);
      return "accepted";
    },
  });
});

test("what covers matches as much, and what does not overlap matches nothing alike", { timeout: TIMEOUT_MS }, () => {
  expectHarmless({
    name: "globs, relations",
    share: 0.03,
    input: fc.tuple(pattern, pattern, fc.array(text, { minLength: 1, maxLength: 8 })),
    leastAccepted: 0.5,
    check: ([sourceA, sourceB, texts]) => {
      const [a, b] = [parsed(sourceA, true), parsed(sourceB, true)];
      if (!a || !b) return "refused";
      const [covers, overlap] = [globCovers(a, b), globsOverlap(a, b)];
      assert.ok(globCovers(a, a) && globsOverlap(a, b) === globsOverlap(b, a));
      for (const each of texts) {
        if (covers && b.matches(each)) assert.ok(a.matches(each), each);
        if (!overlap) assert.ok(!(a.matches(each) && b.matches(each)), each);
      }
      return "accepted";
    },
  });
});

test("the longest patterns do not go back over the longest texts", () => {
  const repeated = ["*a", "**a", "**/", "?*", "{a,aa}", "{*,**}", "{a,{b,c}}*", "[!b]*", "*?"];
  const texts = ["a".repeat(1024), "a/".repeat(512), `${"a".repeat(1023)}!`, "\u{10FFFF}".repeat(256)];
  for (const piece of repeated) {
    const source = piece.repeat(Math.floor((MAX_GLOB_LENGTH - 1) / piece.length));
    const glob = parsed(`${source}b`, true);
    expect(glob).not.toBeNull();
    for (const each of texts) expect(glob?.matches(each)).toBeTypeOf("boolean");
    const other = parsed(`${source}c`, true);
    if (glob && other) expect([globsOverlap(glob, other), globCovers(glob, other)]).toHaveLength(2);
  }
});
