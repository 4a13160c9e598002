import { expect, test } from "vitest";
import { decideWith, policyRules } from "../../../test/support/policies.ts";
import { objectView } from "../../../test/support/views.ts";
import { classExclusion } from "./class-exclusion.ts";

const RULES = policyRules(
  "- { name: fast, max_latency: instant, match: { key: 'web/**' } }",
  "- { name: floor, floor: warm, match: { key: 'web/**' } }",
  "- { name: archive, after: { age: 30d, to: DEEP_ARCHIVE }, match: { key: 'old/**' } }",
);

test.each([
  ["web/a", "STANDARD_IA", null],
  ["web/a", "DEEP_ARCHIVE", { by: "policy", rule: "fast" }],
  ["web/a", "GLACIER_IR", { by: "policy", rule: "floor" }],
  ["web/a", "ONEZONE_IA", { by: "not_named", rule: null }],
  ["old/a", "DEEP_ARCHIVE", null],
  ["old/a", "STANDARD", { by: "policy", rule: "archive" }],
  ["other", "GLACIER_IR", null],
  ["other", "GLACIER", { by: "latency", rule: null }],
])("%s in %s: %j", (key, storageClass, exclusion) => {
  const view = objectView({ key, ageDays: 100 });
  expect(classExclusion(storageClass, view, decideWith(RULES, "cost"))).toEqual(exclusion);
});

test("a strategy with a map of its own may use classes with a wait", () => {
  const view = objectView({ key: "other" });
  expect(classExclusion("GLACIER", view, decideWith(RULES, "matrix"))).toBeNull();
});
