import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { type Glob, MAX_GLOB_LENGTH, isGlobFault, parseGlob, parseKeyGlob } from "./glob.ts";

function glob(source: string, parse: typeof parseGlob = parseGlob): Glob {
  const parsed = parse(source);
  if (isGlobFault(parsed)) throw new Error(`${source}: ${parsed.fault}`);
  return parsed;
}

describe("a glob", () => {
  it.each([
    ["*", ["", "a", "a.b"], ["a/b", "/"]],
    ["**", ["", "a", "a/b", "/"], []],
    ["a/*/c", ["a/b/c", "a//c"], ["a/c", "a/b/b/c", "xa/b/c"]],
    ["a/**/c", ["a/c", "a/b/c", "a/b/b/c"], ["ac", "a/cc", "a/b/cc"]],
    ["**/c", ["c", "a/c", "/c"], ["ac", "c/a"]],
    ["a/**", ["a/", "a/b", "a/b/c"], ["a", "ab"]],
    ["a**c", ["ac", "abc", "a/b/c"], ["a", "acb"]],
    ["?", ["a", "é", "😀"], ["", "ab", "/"]],
    ["[a-c]x", ["ax", "cx"], ["dx", "x", "/x"]],
    ["[!a-c]x", ["dx", "-x"], ["ax", "/x"]],
    ["[^a]", ["b"], ["a"]],
    ["[]a]", ["]", "a"], ["b"]],
    ["[a-]", ["a", "-"], ["b"]],
    ["[+-9]", ["-", "5"], ["/"]],
    ["{a,b}c", ["ac", "bc"], ["c", "abc"]],
    ["{a,}c", ["ac", "c"], ["aac"]],
    ["{a{b,c},d}", ["ab", "ac", "d"], ["a", "ad"]],
    ["{*.log,logs/**}", ["x.log", "logs/a/b"], ["a/x.log"]],
    [String.raw`\*\{`, ["*{"], ["a{"]],
    ["a,b}", ["a,b}"], ["a"]],
    ["__proto__", ["__proto__"], ["x"]],
  ])("%s", (source, matching, others) => {
    const parsed = glob(source);
    for (const text of matching) expect(parsed.matches(text), text).toBe(true);
    for (const text of others) expect(parsed.matches(text), text).toBe(false);
  });

  it.each([
    ["", "empty"],
    ["[a", "the [ at character 1 is not closed"],
    ["x{a,b", "the { at character 2 is not closed"],
    ["[z-a]", "runs backwards"],
    ["a\\", "ends with a backslash"],
    ["{".repeat(9) + "}".repeat(9), "nested more than 8"],
    ["a".repeat(MAX_GLOB_LENGTH + 1), "longer than 512"],
  ])("%j is none", (source, fault) => {
    const parsed = parseGlob(source);
    expect(isGlobFault(parsed) && parsed.fault).toContain(fault);
  });
});

describe("a glob of a key", () => {
  it.each([
    ["legal-hold-*", ["legal-hold-1.pdf", "docs/legal-hold-1.pdf", "legal-hold-2026/a/b.pdf"], ["my-legal-hold-1"]],
    ["*.log", ["a.log", "x/y/a.log", "old.log/a"], ["a.logs", "a.log.gz"]],
    ["logs/*.log", ["logs/a.log"], ["a.log", "x/logs/a.log", "logs/x/a.log"]],
    ["**/backup_*", ["backup_1", "x/backup_1"], ["backup_1/readme"]],
    ["*", ["a", "a/b", "//"], []],
  ])("%s", (source, matching, others) => {
    const parsed = glob(source, parseKeyGlob);
    for (const key of matching) expect(parsed.matches(key), key).toBe(true);
    for (const key of others) expect(parsed.matches(key), key).toBe(false);
  });
});

/** The same by backtracking, slow and plain: for patterns of literals, `?`, `*` and `**` between other characters. */
function oracle(pattern: string, text: string): boolean {
  if (pattern === "") return text === "";
  if (pattern.startsWith("**"))
    return oracle(pattern.slice(2), text) || (text !== "" && oracle(pattern, text.slice(1)));
  if (pattern.startsWith("*"))
    return oracle(pattern.slice(1), text) || (text !== "" && !text.startsWith("/") && oracle(pattern, text.slice(1)));
  if (text === "") return false;
  const isTaken = pattern.startsWith("?") ? !text.startsWith("/") : pattern[0] === text[0];
  return isTaken && oracle(pattern.slice(1), text.slice(1));
}

test("agrees with backtracking on small patterns", () => {
  const token = fc.constantFrom("a", "b", "x/", "*", "?", "**");
  const pattern = fc.array(token, { minLength: 1, maxLength: 6 }).map((tokens) => tokens.join(""));
  // A segment of `**` alone may be absent altogether, which the oracle knows nothing of.
  const plain = pattern.filter((source) => !/(?:^|\/)\*\*+\//.test(source) && !source.includes("***"));
  const text = fc.array(fc.constantFrom("a", "b", "x", "/"), { maxLength: 8 }).map((letters) => letters.join(""));
  fc.assert(
    fc.property(plain, text, (source, key) => {
      expect(glob(source).matches(key)).toBe(oracle(source, key));
    }),
    { numRuns: 500 },
  );
});

test("a glob that comes to comparisons matches what following it would", () => {
  const token = fc.constantFrom("a", "b/", ".log", "*", "**", "**/", "/", "{a,b/}", "{*,b}", "\\*");
  const pattern = fc.array(token, { minLength: 1, maxLength: 5 }).map((tokens) => tokens.join(""));
  const text = fc
    .array(fc.constantFrom("a", "b", "*", "/", ".log"), { maxLength: 8 })
    .map((letters) => letters.join(""));
  let compared = 0;
  fc.assert(
    fc.property(pattern, fc.array(text, { minLength: 5 }), (source, keys) => {
      const [short, followed] = [glob(source), glob(`${source}{,[xy]}`)];
      if (!short.shapes) return;
      expect(followed.shapes).toBeNull();
      compared += 1;
      for (const key of keys) expect(short.matches(key), `${source} of ${key}`).toBe(followed.matches(key));
    }),
    { numRuns: 1000 },
  );
  expect(compared).toBeGreaterThan(100);
});

test.each(["*a".repeat(100), "**a".repeat(100), "{a,aa}".repeat(60), "{*,**}".repeat(60), "?*".repeat(100)])(
  "%s ends on the longest key, whatever the key",
  (source) => {
    const parsed = glob(source, parseKeyGlob);
    expect(parsed.matches(`${"a".repeat(1000)}!`)).toBe(
      source.endsWith("}") ? source.includes("*") : source.includes("?"),
    );
  },
);

test("no pattern and no key make it fail", () => {
  const characters = [...Array.from("*?[]{}!^-,\\/ab\0\n\u{10ffff}\ud800"), "**", "**/"];
  const odd = fc.array(fc.constantFrom(...characters), { maxLength: 30 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(odd, odd, (source, key) => {
      const parsed = parseKeyGlob(source);
      if (!isGlobFault(parsed)) expect(parsed.matches(key)).toBeTypeOf("boolean");
    }),
  );
});
