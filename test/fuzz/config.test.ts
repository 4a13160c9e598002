/** Configuration and policies: from files, variables and flags, a value of the schema or an error with its place. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { configFields } from "../../src/config/fields.ts";
import { loadConfig } from "../../src/config/load.ts";
import { parsePolicies } from "../../src/config/policy-file.ts";
import { parsePriceBook } from "../../src/config/price-books.ts";
import { replayStart, ratePerSecond, sizeBytes, wholeNumber } from "../../src/apps/cli/parse-options.ts";
import { untilMs } from "../../src/config/policy-schema.ts";
import { nearestWord } from "../../src/config/suggest.ts";
import { addDuration, durationDays, parseDuration } from "../../src/core/policy/duration.ts";
import { parseSizeBytes } from "../../src/core/units.ts";
import { isAstraError } from "../../src/core/errors.ts";
import { TIMEOUT_MS, acceptedOrRefused, expectHarmless, expectPlain, hostileText, mutated } from "./fuzzing.ts";

const folder = mkdtempSync(join(tmpdir(), "astra-fuzz-"));
const file = join(folder, "astra.yaml");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const YAML_PIECES = [
  "__proto__: { x: 1 }\n",
  "  constructor: { prototype: { x: 1 } }\n",
  "&a ",
  "*a ",
  "<<: *a\n",
  "!!binary ",
  "!!js/function ",
  "? ",
  "- ",
  ": ",
  "|\n",
  ">\n",
  "---\n",
  "...\n",
  "%YAML 1.1\n",
  "~",
  "0x7fffffffffffffff",
  ".inf",
  "2026-03-01",
  "\u00a0",
];

const config = fc.constantFrom(
  "bucket: data\nstate: { path: s.db }\n",
  "log:\n  kind: sqlite\n  partitions: 4\n",
  "buckets:\n  a-b: { region: eu-central-1 }\n",
  "s3: { endpoint: 'http://127.0.0.1:9000', path_style: true }\n",
  "engine: { strategy: matrix, window_days: 30 }\n",
  "ingest:\n  file_roots: [./in]\n  parallel: 4\n",
);

/** An error of a file names its place in it. */
function expectPlaced(error: unknown): void {
  if (isAstraError(error)) assert.match(error.where ?? "", /astra\.yaml(?::\d+:\d+)?$/);
}

test("configuration files", { timeout: TIMEOUT_MS }, () => {
  expectHarmless({
    name: "config, files",
    share: 0.1,
    input: mutated(config, YAML_PIECES),
    leastAccepted: 0.1,
    check: (text) =>
      acceptedOrRefused(() => {
        writeFileSync(file, text);
        try {
          expectPlain(loadConfig({ file, environment: {}, flags: [] }).config);
        } catch (error) {
          expectPlaced(error);
          throw error;
        }
      }),
  });
});

test("variables and flags", { timeout: TIMEOUT_MS }, () => {
  const fields = configFields();
  const variables = fields.flatMap(({ environment }) => (environment === null ? [] : [environment]));
  const paths = fields.map(({ path }) => path.split("."));
  const value = fc.oneof(fc.constantFrom("1", "data", "true", "a,b", "90", "", "matrix", "http://h:1"), hostileText());
  const strange = fc.constantFrom(
    ["__proto__", "x"],
    ["buckets", "__proto__", "region"],
    ["constructor", "prototype", "x"],
  );
  writeFileSync(file, "bucket: data\n");
  expectHarmless({
    name: "config, variables and flags",
    share: 0.4,
    input: fc.record({
      variable: fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom(...variables) },
        { weight: 1, arbitrary: hostileText() },
      ),
      path: fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...paths) }, { weight: 1, arbitrary: strange }),
      values: fc.tuple(value, value),
      hasFlag: fc.boolean(),
    }),
    leastAccepted: 0.1,
    check: ({ variable, path, values, hasFlag }) =>
      acceptedOrRefused(() => {
        const environment = { [`${variable.startsWith("ASTRA_") ? "" : "ASTRA_"}${variable}`]: values[0] };
        const flags = hasFlag ? [{ path, flag: "--flag", value: values[1] }] : [];
        delete environment["ASTRA_CONFIG"];
        expectPlain(loadConfig({ file, environment, flags }).config);
      }),
  });
});

const policies = fc
  .tuple(
    fc.constantFrom("a", "legal hold", "__proto__"),
    fc.constantFrom("action: ignore", "pin: hot", "after: { idle: 90d, to: cold }"),
  )
  .map(
    ([name, action]) =>
      `policies:\n  - name: ${name}\n    match: { key: "logs/*.log", tags: { a: "b*" }, size: { at_least: 1KiB } }\n    ${action}\n`,
  );

test("policy files", { timeout: TIMEOUT_MS }, () => {
  expectHarmless({
    name: "config, policies",
    share: 0.1,
    input: mutated(policies, [
      ...YAML_PIECES,
      "duration: 7 years\n",
      "until: 2030-02-30\n",
      "tags: { __proto__: x }\n",
    ]),
    leastAccepted: 0.1,
    check: (text) =>
      acceptedOrRefused(() => {
        for (const { match } of parsePolicies("policies.yaml", text)) {
          for (const { value } of match.tags) assert.equal(typeof value.matches("x"), "boolean");
        }
      }),
  });
});

test("values of fields and options", { timeout: TIMEOUT_MS }, () => {
  const value = fc.constantFrom(
    "90d",
    "7 years",
    "1 year 6 months",
    "128KiB",
    "1.5 GB",
    "1024",
    "2030-12-31",
    "2030-12-31T10:00Z",
  );
  expectHarmless({
    name: "config, values",
    share: 0.4,
    input: mutated(value, ["years", "KiB", ".", "e9", "-", "9999999", "months "]),
    leastAccepted: 0.2,
    check: (text) => {
      const duration = parseDuration(text);
      if (duration) assert.ok(Number.isFinite(addDuration(0, duration)) && durationDays(duration) >= 0);
      const size = parseSizeBytes(text);
      assert.ok(size === null || (Number.isSafeInteger(size) && size >= 0));
      const until = untilMs(text);
      assert.ok(until === null || Number.isFinite(until));
      const nearest = nearestWord(text, ["duration", "until", "pattern", "1024d"]);
      assert.ok(nearest === null || typeof nearest === "string");
      acceptedOrRefused(() => assert.ok(sizeBytes(text) >= 0));
      acceptedOrRefused(() => assert.ok(ratePerSecond(text) > 0));
      acceptedOrRefused(() => assert.ok(wholeNumber(1, 9)(text) <= 9));
      acceptedOrRefused(() => assert.ok(replayStart(text).kind !== "offset" || BigInt(text) >= 0n));
      return duration !== null || size !== null || until !== null ? "accepted" : "refused";
    },
  });
});

test("price books with names of the language", () => {
  for (const name of ["__proto__", "constructor", "toString"]) {
    const json: unknown = JSON.parse(`{"version":"x","classes":{"${name}":{}},"${name}":1}`);
    expect(() => parsePriceBook(json, "book.json")).toThrow(expect.objectContaining({ code: "ASTRA_PRICES_INVALID" }));
  }
});

test("large files of a kind that parsers choke on are refused or read", () => {
  const long = [
    "? ",
    '"',
    "&a ",
    "!a ",
    "*a ",
    "a: ",
    "- ",
    "[",
    "{",
    "---\n",
    "%\n",
    "] ",
    "\\x",
    "'",
    "#",
    ": ",
    "> ",
    "\t",
    "é: ",
  ];
  for (const piece of long) {
    for (const times of [40, 500, 8000]) {
      expect(acceptedOrRefused(() => parsePolicies("p.yaml", piece.repeat(times)))).toBe("refused");
    }
  }
});
