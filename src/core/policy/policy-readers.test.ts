import { expect, test } from "vitest";
import { policyRules } from "../../../test/support/policies.ts";
import type { DataEvent } from "../event.ts";
import { unknownObject } from "../object-state.ts";
import { isExcludedReader } from "./policy-readers.ts";

const REF = { bucket: "data", key: "logs/a" };
const RULES = policyRules(
  "- { name: a, match: { key: logs/** }, reads_excluded_from: [crawler] }",
  "- { name: b, match: { size: { at_least: 1KiB } }, reads_excluded_from: backup }",
);

function access(principal?: string, type: DataEvent["type"] = "astra.object.accessed"): DataEvent {
  return {
    specversion: "1.0",
    id: "1",
    source: "s3://data",
    subject: REF.key,
    type,
    time: "2026-01-01T00:00:00Z",
    data: principal === undefined ? {} : { principal },
  };
}

test.each([
  ["a reader named for its objects", "crawler", REF.key, null, true],
  ["a reader named for other objects", "crawler", "web/a", null, false],
  ["another reader", "ann", REF.key, 4096, false],
  ["no reader", undefined, REF.key, 4096, false],
  ["a reader named for large objects", "backup", "x", 4096, true],
  ["a reader of an object of unknown size", "backup", "x", null, false],
])("%s", (_, principal, key, sizeBytes, expected) => {
  const known = { ...unknownObject({ ...REF, key }), sizeBytes };
  expect(isExcludedReader(RULES, known, access(principal), { ...REF, key })).toBe(expected);
});

test("an object that isn't known yet, and events that are no reads", () => {
  expect(isExcludedReader(RULES, undefined, access("crawler"), REF)).toBe(true);
  expect(isExcludedReader(RULES, undefined, access("crawler", "astra.object.created"), REF)).toBe(false);
});
