import { expect, test } from "vitest";
import { policyRules } from "../../../test/support/policies.ts";
import { AWS } from "../../../test/support/prices.ts";
import { matrixSteps, policyScopes } from "./age-ladder.ts";

function scopesOf(...lines: readonly string[]): unknown {
  return policyRules(...lines).flatMap((rule) => policyScopes(rule, AWS));
}

test("the tree's ages lead to the configured classes", () => {
  const classes = { hot: "STANDARD", warm: "STANDARD_IA", cold: "GLACIER", archive: "DEEP_ARCHIVE" };
  expect(matrixSteps(classes)).toEqual([
    { days: 30, to: "STANDARD_IA" },
    { days: 90, to: "GLACIER" },
    { days: 365, to: "DEEP_ARCHIVE" },
  ]);
});

test("a policy by age, prefix and size is a rule", () => {
  const rule =
    "- { name: r, match: { key: 'logs/app/**', size: { at_least: 1MB } }, after: [{ age: 2 weeks, to: warm }, { age: 90d, to: GLACIER_IR }] }";
  expect(scopesOf(rule)).toEqual([
    {
      source: "r",
      prefix: "logs/app/",
      fromBytes: 1_000_000,
      belowBytes: null,
      steps: [
        { days: 14, to: "STANDARD_IA" },
        { days: 90, to: "GLACIER_IR" },
      ],
    },
  ]);
  expect(scopesOf("- { name: all, after: { age: 1d, to: cold } }")).toMatchObject([{ prefix: "" }]);
});

test.each([
  "- { name: r, after: { idle: 30d, to: warm } }",
  "- { name: r, after: { age: 1 month, to: warm } }",
  "- { name: r, after: { age: 36h, to: warm } }",
  "- { name: r, match: { key: '*.log' }, after: { age: 30d, to: warm } }",
  "- { name: r, match: { key: 'a/*' }, after: { age: 30d, to: warm } }",
  "- { name: r, match: { tags: { a: b } }, after: { age: 30d, to: warm } }",
  "- { name: r, match: { class: STANDARD }, after: { age: 30d, to: warm } }",
  "- { name: r, until: 2027-01-01, after: { age: 30d, to: warm } }",
  "- { name: r, pin: warm }",
])("no lifecycle rule says %s", (line) => {
  expect(scopesOf(line)).toEqual([]);
});
