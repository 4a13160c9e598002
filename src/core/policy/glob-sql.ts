/**
 * Globs as SQL, from the same parsed form as the matcher: comparisons where a glob comes to those, else a regular expression.
 * The dialect is DuckDB's, whose texts are UTF-8 and whose regular expressions are RE2's: they take time in proportion to the
 * text, whatever the pattern.
 */
import type { Glob } from "./glob.ts";
import type { GlobNode, TakenSet } from "./glob-parse.ts";
import type { GlobShape } from "./glob-shape.ts";
import type { PolicySet } from "./policy-constraints.ts";
import { type SqlDialect, sqlDialect } from "./sql-dialect.ts";

const DUCKDB = sqlDialect("duckdb");
const LAST_POINT = 0x10_ffff;
const SURROGATES = [0xd800, 0xdfff] as const;

/**
 * @param text SQL of a VARCHAR that is not NULL
 * @param dialect DuckDB's unless given
 * @returns SQL of a boolean that is what the glob's matcher says of that text
 */
export function globSql(glob: Glob, text: string, dialect: SqlDialect = DUCKDB): string {
  const { shapes, nodes } = glob;
  // A zero character can't stand in an SQL literal.
  if (shapes && !shapes.some((shape) => textsOf(shape).some((part) => part.includes("\0")))) {
    return anyOf(shapes.map((shape) => shapeSql(shape, text, dialect)));
  }
  const matched = dialect.fullMatch(text, sequenceRegexp(nodes));
  const needed = longestText(nodes);
  return needed === ""
    ? matched
    : `(CASE WHEN ${dialect.contains(text, dialect.literal(needed))} THEN ${matched} ELSE false END)`;
}

/**
 * The rules of a policy file that the key agrees with, as `ObjectView.ruleBits` has them.
 * @param key SQL of the object's key, never NULL
 * @returns SQL of an INTEGER
 */
export function ruleBitsSql({ compiled }: PolicySet, key: string): string {
  const bits = compiled
    .filter(({ keyBit }) => keyBit >= 0)
    .map(({ rule, keyBit }) => {
      const isMatch = anyOf(rule.match.keys.map((glob) => globSql(glob, key)));
      return `(CASE WHEN ${isMatch} THEN ${2 ** keyBit} ELSE 0 END)`;
    });
  return bits.length === 0 ? "0" : `(${bits.join(" | ")})`;
}

function anyOf(conditions: readonly string[]): string {
  const distinct = [...new Set(conditions)];
  if (distinct.length === 0) return "false";
  return distinct.length === 1 ? distinct.join("") : `(${distinct.join(" OR ")})`;
}

function shapeSql(shape: GlobShape, text: string, { literal, startsWith, endsWith, contains }: SqlDialect): string {
  if (shape.kind === "is") return `(${text} = ${literal(shape.text)})`;
  if (shape.kind === "has") return contains(text, literal(shape.text));
  const { start, end } = shape;
  if (start === "" && end === "") return "true";
  const starts = startsWith(text, literal(start));
  if (end === "") return starts;
  const ends = endsWith(text, literal(end));
  if (start === "") return ends;
  return `(${starts} AND ${ends} AND length(${text}) >= ${Array.from(start + end).length})`;
}

function textsOf(shape: GlobShape): readonly string[] {
  return shape.kind === "ends" ? [shape.start, shape.end] : [shape.text];
}

function sequenceRegexp(nodes: readonly GlobNode[]): string {
  return nodes.map(nodeRegexp).join("");
}

function nodeRegexp(node: GlobNode): string {
  if (node.kind === "take") return setRegexp(node.set);
  if (node.kind === "many") return `${setRegexp(node.set)}*`;
  return `(?:${node.of.map(sequenceRegexp).join("|")})`;
}

/** Half of a surrogate pair has no UTF-8 form, so no text has it, and RE2 need not know of it. */
function setRegexp({ ranges, isNegated }: TakenSet): string {
  const known = ranges.flatMap(([low, high]): [number, number][] => {
    const below: [number, number] = [low, Math.min(high, SURROGATES[0] - 1)];
    const above: [number, number] = [Math.max(low, SURROGATES[1] + 1), high];
    return [below, above].filter(([from, to]) => from <= to);
  });
  // An empty set takes nothing, its opposite everything.
  if (known.length === 0) return `[${isNegated ? "" : "^"}${pointRegexp(0)}-${pointRegexp(LAST_POINT)}]`;
  const parts = known.map(([low, high]) => `${pointRegexp(low)}-${pointRegexp(high)}`);
  return `[${isNegated ? "^" : ""}${parts.join("")}]`;
}

function pointRegexp(point: number): string {
  return String.raw`\x{${point.toString(16)}}`;
}

/** The longest fixed text that every matching text has; without it, the regular expression need not be asked. */
function longestText(nodes: readonly GlobNode[]): string {
  let longest = "";
  let text = "";
  for (const node of nodes) {
    const [low = 0, high] = node.kind === "take" && !node.set.isNegated ? (node.set.ranges[0] ?? []) : [];
    const isFixed = node.kind === "take" && node.set.ranges.length === 1 && low === high && low > 0;
    text = isFixed ? text + String.fromCodePoint(low) : "";
    if (text.length > longest.length && text.isWellFormed()) longest = text;
  }
  return longest;
}
