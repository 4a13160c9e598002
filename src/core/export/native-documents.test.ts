import { expect, test } from "vitest";
import { AWS } from "../../../test/support/prices.ts";
import { nativeDocument } from "./native-documents.ts";
import type { ExactRule } from "./scope-judge.ts";

function rule(days: number, to: string, changes: Partial<ExactRule> = {}): ExactRule {
  const sums = { moves: 1, bytes: 1, feeMicros: 1, savingMicrosPerMonth: 1 };
  const sizes = { largerThan: null, smallerThan: null, hasSmaller: false };
  return { source: "matrix", prefix: "logs/", days, to, ...sizes, ...sums, ...changes };
}

const TERMS = { bucket: "data", prices: AWS, existing: [] };
const why = ({ refused }: ReturnType<typeof nativeDocument>): readonly string[] =>
  refused.map((each) => `${each.rule.to} ${each.why}`);

test("without the rule for the colder class, the one for the warmer would take its objects: both are left out", () => {
  const rules = [rule(30, "STANDARD_IA"), rule(90, "GLACIER", { hasSmaller: true })];
  for (const provider of ["gcs", "azure"] as const) {
    const made = nativeDocument(provider, rules, TERMS);
    expect(made.written).toEqual([]);
    expect(why(made)).toEqual(["GLACIER size_filter", "STANDARD_IA size_filter"]);
  }
});

test("so it is where the bucket has room for the first rule only, and other prefixes stay", () => {
  const existing = Array.from({ length: 998 }, (_, index) => ({ ID: `own-${index}` }));
  const elsewhere = rule(30, "STANDARD_IA", { prefix: "tmp/" });
  const rules = [elsewhere, rule(30, "STANDARD_IA"), rule(90, "GLACIER")];
  const made = nativeDocument("s3", rules, { ...TERMS, existing });
  expect(made.written).toEqual([elsewhere]);
  expect(why(made)).toEqual(["GLACIER too_many_rules", "STANDARD_IA too_many_rules"]);
  expect(made.document["Rules"]).toHaveLength(999);
});

test("a warmer class that is refused does not hold up the colder one", () => {
  const made = nativeDocument("s3", [rule(7, "STANDARD_IA"), rule(90, "GLACIER")], TERMS);
  expect(made.written.map(({ to }) => to)).toEqual(["GLACIER"]);
  expect(why(made)).toEqual(["STANDARD_IA minimum_days"]);
});
