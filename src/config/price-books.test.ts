import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AstraError } from "../core/errors.ts";
import { priceDifferences } from "../core/pricing/price-diff.ts";
import { priceLines } from "../core/pricing/price-lines.ts";
import awsJson from "../data/aws-us-east-1.json" with { type: "json" };
import { PRICE_BOOK_NAMES, builtInPriceBook, priceBooks, pricesInForce, readPriceBook } from "./price-books.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "astra-prices-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function fileOf(text: string): string {
  const path = join(folder, "prices.json");
  writeFileSync(path, text);
  return path;
}

function refusal(text: string): { readonly code: string; readonly place: string; readonly message: string } {
  try {
    readPriceBook(fileOf(text));
  } catch (error) {
    if (!(error instanceof AstraError)) throw error;
    return { code: error.code, place: (error.where ?? "").replace(/^.*prices\.json/, ""), message: error.message };
  }
  throw new Error("the file was not refused");
}

const amounts = (nameOrFile: string): Record<string, number | null> =>
  Object.fromEntries(priceLines(readPriceBook(nameOrFile)).map(({ path, price }) => [path, price?.amount ?? null]));

describe("built-in books", () => {
  it("are found by name, AWS first", () => {
    expect(PRICE_BOOK_NAMES).toEqual(["aws-us-east-1", "azure-eastus-lrs", "gcs-us-east1"]);
    expect([...priceBooks().keys()]).toEqual(PRICE_BOOK_NAMES);
    expect(readPriceBook("aws-us-east-1")).toEqual(builtInPriceBook());
    expect(new Set([...priceBooks().values()].map(({ version }) => version)).size).toBe(3);
  });

  it("are in force without what is uncertain in them, unless that is allowed", () => {
    const gcs = (allowed: boolean) => pricesInForce({ prices: "gcs-us-east1", prices_allow_uncertain: allowed });
    expect(gcs(false).classes["NEARLINE"]?.put).toBeNull();
    expect(gcs(true).classes["NEARLINE"]?.put?.amount).toBe(0.01);
    expect(pricesInForce({ prices_allow_uncertain: false }).version).toBe(builtInPriceBook().version);
  });

  it("are named where a file is not there", () => {
    expect(() => readPriceBook("gcs-us-east-1")).toThrow(/cannot be read; did you mean gcs-us-east1\?/);
  });
});

describe("a file that changes a book", () => {
  it("takes a discount off every price, another off some, and leaves stated prices as they are", () => {
    const base = amounts("aws-us-east-1");
    const changed = amounts(
      fileOf(
        JSON.stringify({
          base: "aws-us-east-1",
          discountPercent: 10,
          discounts: { GLACIER: 20, "GLACIER.restore": 0, list: 50 },
          prices: { "STANDARD.storage[0]": 0.02, tagMonth: null },
        }),
      ),
    );
    expect(changed["STANDARD.storage[0]"]).toBe(0.02);
    expect(changed["tagMonth"]).toBeNull();
    expect(changed["list"]).toBeCloseTo(0.0025, 12);
    expect(changed["GLACIER.put"]).toBeCloseTo(0.024, 12);
    expect(changed["GLACIER.restore.standard.perGb"]).toBe(base["GLACIER.restore.standard.perGb"]);
    expect(changed["GLACIER_IR.put"]).toBeCloseTo(0.018, 12);
    expect(changed["STANDARD.storage[1]"]).toBeCloseTo(0.0198, 12);
  });

  it("names the changed book after its content, or as it says", () => {
    const version = (override: object) =>
      readPriceBook(fileOf(JSON.stringify({ base: "aws-us-east-1", ...override }))).version;
    const [one, two] = [version({ discountPercent: 1 }), version({ discountPercent: 2 })];
    expect(one).toMatch(/^aws-us-east-1-2026-09-22\+[0-9a-f]{8}$/);
    expect(two).not.toBe(one);
    expect(version({ discountPercent: 2 })).toBe(two);
    expect(version({ version: "ours-2027" })).toBe("ours-2027");
  });

  it("gives a price that the book does not know", () => {
    const file = fileOf(JSON.stringify({ base: "azure-eastus-lrs", prices: { tagMonth: 0.000001, egress: 0.08 } }));
    expect(priceDifferences(readPriceBook("azure-eastus-lrs"), readPriceBook(file)).map(({ path }) => path)).toEqual([
      "tagMonth",
      "egress",
    ]);
  });

  it.each([
    ['{"base": "aws-us-east-1",\n "discountPercent": -3}', ":2:2", "discountPercent: must be at least 0"],
    ['{"base": "aws-us-east-1",\n "discountPercent": 101}', ":2:2", "discountPercent"],
    ['{"base": "aws-us-east-1", "prices": {\n  "list": -1}}', ":2:3", "prices.list: must be at least 0"],
    ['{"base": "aws-us-east-1", "prices": {\n  "list": NaN}}', ":2:11", '"NaN" is no value'],
    ['{"base": "aws-us-east-1", "prices": {\n  "list": 1e999}}', ":2:3", "must be a finite number"],
    ['{"base": "aws-us-east-1", "prices": {"list": "0.1"}}', ":1:38", "must be a finite number"],
    ['{"base": "aws-us-east-1", "prices": {"STANDART.put": 1}}', ":1:38", "names no price of aws-us-east-1"],
    ['{"base": "aws-us-east-1", "discounts": {"COLD": 1}}', ":1:41", "names no price of aws-us-east-1"],
    ['{"base": "aws-us-east-1", "currency": "EUR"}', ":1:27", "currency: must be USD"],
    ['{"base": "aws-us-west-9"}', ":1:2", '"aws-us-west-9" is no book'],
    ['{"base": "aws-us-east-1", "discount": 5}', ":1:27", "discount: is no field"],
    ["null", ":1:1", "the file: must be an object with fields"],
    ["x".repeat(5_000), ":1:1", `"${"x".repeat(40)}" is no value`],
    ['{"base": "aws-us-east-1",\n\n "prices": {"list": 1, "list": 2}}', ":3:24", "a name stands twice"],
  ])("is refused: %j", (text, place, says) => {
    const { code, place: found, message } = refusal(text);
    expect(code).toBe("ASTRA_PRICES_INVALID");
    expect(message).toContain(says);
    expect(found).toBe(place);
  });
});

describe("a whole book", () => {
  const text = JSON.stringify(awsJson, null, 1);

  it("is read as it is", () => {
    expect(readPriceBook(fileOf(text))).toEqual(builtInPriceBook());
  });

  it.each([
    ['"currency": "USD"', '"currency": "EUR"', "currency: must be USD: prices are not converted"],
    ['"amount": 0.0125', '"amount": -0.0125', "amount: must be at least 0"],
    ['"amount": 0.0125,', "", "amount: is missing"],
    ['"baseClass": "STANDARD"', '"baseClass": "STANDRD"', "baseClass: there is no class STANDRD"],
    ['"confidence": "read"', '"confidence": "sure"', "confidence: Invalid option"],
    ['"upToGb": 512000', '"upToGb": 51', "upToGb: must rise from band to band"],
    ['"source": "D"', '"source": "X"', 'lacks the source "X" that INTELLIGENT_TIERING.archiveTiers'],
    ['"idleDays": 90', '"idleDays": 20', "idleDays: must rise from tier to tier"],
    ['"minimumDays": 30', '"minimumDays": 30.5', "minimumDays"],
    ['"provider": "s3"', '"provider": "s3", "colour": "red"', "colour: is no field of a price book"],
  ])("with %s made %s is refused in its line", (from, to, says) => {
    expect(text).toContain(from);
    const { code, place, message } = refusal(text.replace(from, to));
    expect(code).toBe("ASTRA_PRICES_INVALID");
    expect(message).toContain(says);
    const line = Number(/^:(\d+):\d+$/.exec(place)?.[1]);
    const expected = text.slice(0, text.indexOf(from)).split("\n").length;
    // A field that is missing or a source that is named elsewhere is placed at what surrounds it.
    if (!/is missing|lacks the source/.test(says)) expect(line).toBe(expected);
    expect(line).toBeGreaterThan(0);
  });

  it.each(["", "[]", "null", "42", '"aws"', "{", "base: aws-us-east-1"])("is not %j", (content) => {
    expect(refusal(content).code).toBe("ASTRA_PRICES_INVALID");
  });
});
