import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { policyRules } from "../../../test/support/policies.ts";
import { AWS } from "../../../test/support/prices.ts";
import { type Glob, isGlobFault, parseGlob, parseKeyGlob } from "./glob.ts";
import { globSql, ruleBitsSql } from "./glob-sql.ts";
import { compilePolicies } from "./policy-constraints.ts";

function glob(source: string, parse: typeof parseGlob = parseKeyGlob): Glob {
  const parsed = parse(source);
  if (isGlobFault(parsed)) throw new Error(`${source}: ${parsed.fault}`);
  return parsed;
}

describe("a glob in SQL", () => {
  it.each([
    ["logs/**", "starts_with(k, 'logs/')"],
    ["*.log", "(contains(k, '.log/') OR ends_with(k, '.log'))"],
    ["**/*.parquet", "ends_with(k, '.parquet')"],
    ["it's/*", "(CASE WHEN contains(k, 'it''s/') THEN regexp_full_match(k, "],
    ["a/b", "(k = 'a/b')"],
    ["logs/**/*.log", "(starts_with(k, 'logs/') AND ends_with(k, '.log') AND length(k) >= 9)"],
    ["**/backup_*", "(CASE WHEN contains(k, 'backup_') THEN regexp_full_match(k, "],
    ["a/**c", "(starts_with(k, 'a/') AND ends_with(k, 'c') AND length(k) >= 3)"],
    ["**", "true"],
    ["*", "true"],
    ["[a-c]?", String.raw`[\x{61}-\x{63}][^\x{2f}-\x{2f}]`],
  ])("%s", (source, sql) => {
    expect(globSql(glob(source), "k")).toContain(sql);
  });
});

describe("in DuckDB", () => {
  let close = (): void => undefined;
  let ask: (sql: string) => Promise<readonly unknown[]>;
  beforeAll(async () => {
    const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
    const connection = await instance.connect();
    ask = async (sql) => (await connection.runAndReadAll(sql)).getColumns()[0] ?? [];
    close = () => {
      connection.closeSync();
      instance.closeSync();
    };
  });
  afterAll(() => {
    close();
  });

  /** Keys as UTF-8 in hexadecimal, so that nothing of how they are written depends on what is tested. */
  function table(keys: readonly string[]): string {
    const rows = keys.map((key) => `(decode(unhex('${Buffer.from(key, "utf8").toString("hex")}')))`);
    return `(SELECT k FROM (VALUES ${rows.join(", ")}) AS t(k))`;
  }

  test("every glob says of every key what the matcher says", { timeout: 60_000 }, async () => {
    const token = fc.constantFrom(
      ...Array.from("ab/.'%_é😀\n\0\\{,}[]!^-"),
      ..."* ** ? **/ /** [a-b] [!a-b] [^'] {a,b/} {*.a,b**} {,'} \\* \\\\ 😀 .log \ud800".split(" "),
    );
    const source = fc.array(token, { minLength: 1, maxLength: 6 }).map((tokens) => tokens.join(""));
    const letter = fc.constantFrom(...Array.from("aab/.'%_é😀\n\0\\*[-"), "/a", "a/", ".log");
    const keys = fc.array(
      fc.array(letter, { maxLength: 7 }).map((letters) => letters.join("")),
      { minLength: 10, maxLength: 30 },
    );
    const property = fc.asyncProperty(
      fc.array(source, { minLength: 10, maxLength: 25 }),
      keys,
      fc.constantFrom(parseGlob, parseKeyGlob),
      async (sources, texts, parse) => {
        const globs = sources.map(parse).flatMap((parsed) => (isGlobFault(parsed) ? [] : [parsed]));
        if (globs.length === 0) return;
        const found = await ask(
          `SELECT [${globs.map((each) => globSql(each, "k")).join(", ")}]::VARCHAR FROM ${table(texts)}`,
        );
        const expected = texts.map((text) => `[${globs.map((each) => each.matches(text)).join(", ")}]`);
        expect(found).toEqual(expected);
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });

  test("bit i is the match of rule i; rules without a key, and those after the 31st, have none", async () => {
    const rules = policyRules(
      '- { name: logs, match: { key: ["logs/**", "*.log"] }, action: { floor: warm } }',
      "- { name: large, match: { size: { at_least: 1MB } }, action: { floor: warm } }",
      '- { name: "it\'s", match: { key: "it\'s/**" }, action: { floor: warm } }',
      ...Array.from(
        { length: 30 },
        (_, index) => `- { name: r${index}, match: { key: "**" }, action: { floor: warm } }`,
      ),
    );
    const set = compilePolicies(rules, AWS);
    expect(set.compiled.map(({ keyBit }) => keyBit)).toEqual([
      0,
      -1,
      ...Array.from({ length: 29 }, (_, index) => index + 2),
      -1,
      -1,
    ]);
    const all = 2 ** 31 - 1 - 0b111;
    const found = await ask(`SELECT ${ruleBitsSql(set, "k")} FROM ${table(["logs/a", "x.log", "it's/a", "x"])}`);
    expect(found).toEqual([all + 1, all + 1, all + 4, all]);
    expect(await ask(`SELECT ${ruleBitsSql(compilePolicies([], AWS), "k")} FROM ${table(["a"])}`)).toEqual([0]);
  });
});
