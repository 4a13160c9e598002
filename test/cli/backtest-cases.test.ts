import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DAYS_PER_MONTH, GB_BYTES } from "../../src/core/units.ts";
import { astra, oneLine, workFolder } from "./cli.ts";

let folder: Awaited<ReturnType<typeof workFolder>>;

beforeAll(async () => {
  folder = await workFolder();
});

afterAll(() => folder?.[Symbol.asyncDispose]());

const RENT = 0.023 / DAYS_PER_MONTH;
const IA_RENT = 0.0125 / DAYS_PER_MONTH;
const IA_READ = 0.01 + (0.001 - 0.0004) / 1000;

/** 1 GiB for 40 days, read once on day 35: worked out by hand from the prices of AWS us-east-1. */
function handMade(): Record<string, unknown> {
  return {
    id: "by hand",
    classes: ["STANDARD", "STANDARD_IA"],
    intelligentTieringArchive: false,
    sizeBytes: GB_BYTES,
    days: 40,
    deletedAtEnd: false,
    fractionRead: 1,
    reads: [[35, 1]],
    // In STANDARD_IA until just before the read: the minimum of 30 days is over by then, but copying out costs as much as the read.
    optimum: 40 * IA_RENT + 0.01 / 1000 + IA_READ,
    paths: [
      {
        moves: [[0, "STANDARD"]],
        total: 40 * RENT,
        storage: 40 * RENT,
        transitions: 0,
        retrieval: 0,
        earlyDeletion: 0,
        restoreDays: 0,
      },
      {
        moves: [
          [0, "STANDARD_IA"],
          [10, "STANDARD"],
        ],
        total: 10 * IA_RENT + 30 * RENT + 0.015 / 1000 + 0.01 + 0.001 / 1000 + 20 * IA_RENT,
        storage: 10 * IA_RENT + 30 * RENT,
        transitions: 0.015 / 1000 + 0.01 + 0.001 / 1000,
        retrieval: 0,
        earlyDeletion: 20 * IA_RENT,
        restoreDays: 0,
      },
    ],
  };
}

async function caseFile(name: string, text: string): Promise<string> {
  const path = join(folder.path, name);
  await writeFile(path, text);
  return path;
}

test("figures that are right: one line of three numbers, and a table that says so", async () => {
  const file = await caseFile("right.json", JSON.stringify({ cases: [handMade()] }));
  const [json, text, quiet] = await Promise.all([
    astra(["backtest", "cases", file, "--json"]),
    astra(["backtest", "cases", file]),
    astra(["backtest", "cases", file, "--quiet"]),
  ]);
  expect(json).toMatchObject({ status: 0, stderr: "" });
  const line = oneLine(json);
  expect(Object.keys(line)).toEqual(["cases", "billMaxRelativeError", "optimumMaxRelativeError"]);
  expect(line["cases"]).toBe(1);
  expect(Number(line["billMaxRelativeError"])).toBeLessThan(1e-12);
  expect(Number(line["optimumMaxRelativeError"])).toBeLessThan(1e-12);
  expect(text).toMatchObject({ status: 0, stderr: "" });
  expect(text.stdout).toMatch(/^1 case, 2 paths;/);
  expect(text.stdout).toMatch(/early deletion +\d/);
  expect(text.stdout).toMatch(/Everything agrees to 1e-9\.\n$/);
  expect(quiet).toMatchObject({ status: 0, stdout: "", stderr: "" });
});

test("a figure that is wrong: status 1, the size of the error, and the case it is in", async () => {
  const file = await caseFile("wrong.json", JSON.stringify({ cases: [{ ...handMade(), optimum: 0.02 }] }));
  const [json, text] = await Promise.all([
    astra(["backtest", "cases", file, "--json"]),
    astra(["backtest", "cases", file]),
  ]);
  expect(json.status).toBe(1);
  expect(Number(oneLine(json)["optimumMaxRelativeError"])).toBeGreaterThan(0.1);
  expect(text.status).toBe(1);
  expect(text.stdout).toMatch(/FAILED +optimum .*\$0\.0200000+ .*case by hand\n/);
  expect(text.stdout).toContain("1 kind of figures do not agree.");
});

test("the configured price book is the one that is used", async () => {
  const file = await caseFile("prices.json", JSON.stringify({ cases: [handMade()] }));
  const missing = await astra(["backtest", "cases", file], { env: { ASTRA_PRICES: "none.json" } });
  expect(missing.status).toBe(64);
  expect(missing.stderr).toMatch(/none\.json/);
});

describe("a file that is refused, with the place", () => {
  const made = handMade();
  const cases = (changes: Record<string, unknown>) => JSON.stringify({ cases: [made, { ...made, ...changes }] });
  test.each([
    ["cut off", '{"cases":\n [', /not JSON/, /cut-off\.json/],
    ["no JSON", '{"cases": [\n  oops]}', /not JSON/, /no-JSON\.json/],
    ["NaN", cases({}).replace(/"optimum":[\d.e-]+/, '"optimum":NaN'), /not JSON/, /NaN\.json/],
    ["a number past all", cases({}).replace(/"optimum":[\d.e-]+/, '"optimum":1e999'), /cases\.0\.optimum: /, /json/],
    ["a sum that is none", cases({ optimum: null }), /cases\.1\.optimum: /, /json/],
    ["no cases", '{"cases": []}', /cases: /, /json/],
    ["no object", "[]", /expected object/, /json/],
    ["a negative size", cases({ sizeBytes: -1 }), /cases\.1\.sizeBytes: /, /json/],
    ["too many days", cases({ days: 1e9 }), /cases\.1\.days: /, /json/],
    ["a read after the end", cases({ reads: [[40, 1]] }), /cases\.1\.reads\.0: day 40 is past the 40 days/, /json/],
    [
      "two rows of a day",
      cases({
        reads: [
          [3, 1],
          [3, 2],
        ],
      }),
      /cases\.1\.reads\.1: day 3 comes twice/,
      /json/,
    ],
    ["a class that is not there", cases({ classes: ["STANDARD", "CLOUD"] }), /cases\.1: .* no class CLOUD/, /json/],
  ])("%s", async (name, text, says, where) => {
    const file = await caseFile(`${name.replaceAll(" ", "-")}.json`, text);
    const result = await astra(["backtest", "cases", file]);
    expect(result).toMatchObject({ status: 1, stdout: "" });
    expect(result.stderr).toContain("(ASTRA_CASES_INVALID)");
    expect(result.stderr).toMatch(says);
    expect(result.stderr).toMatch(where);
    expect(result.stderr).toMatch(/^ {2}fix: {3}\S/m);
    expect(result.stderr).not.toMatch(/^\s+at /m);
  });

  test("no file", async () => {
    const result = await astra(["backtest", "cases", "none.json", "--json"]);
    expect(result).toMatchObject({ status: 1, stderr: "" });
    expect(oneLine(result)).toMatchObject({ ok: false, error: { code: "ASTRA_CASES_INVALID", where: "none.json" } });
  });
});
