/** A plan decided in batch is, move by move and bit by bit, the one decided object by object. */
import { expect, test } from "vitest";
import type { PlanTotals } from "../../src/core/plan.ts";
import { makePlan } from "../../src/services/make-plan.ts";
import { PLANNED_BUCKET, allMoves, plannedBucket, planningContext } from "../support/planned-bucket.ts";
import { policyRules } from "../support/policies.ts";

/** `predictive` works out a table for every size. */
const BUCKETS = {
  matrix: plannedBucket(1, 3000),
  cost: plannedBucket(2, 3000),
  predictive: plannedBucket(3, 400, [500_000_000]),
};

const RULES = policyRules(
  '- { name: quick images, match: { key: "images/**" }, max_latency: instant }',
  '- { name: json stays, match: { key: "**/*.json" }, floor: warm }',
  '- { name: logs down, match: { key: "logs/**" }, after: [{ age: 30d, to: cold }] }',
  `- { name: "quoted's", match: { key: "quote's/**", size: { at_least: 128KiB } }, pin: STANDARD_IA }`,
  '- { name: marked, match: { key: "\\uFEFFmark/**" }, action: ignore }',
  '- { name: tagged, match: { key: "größe/**", tags: { keep: "yes" } }, floor: hot }',
);

test.each([
  ["matrix", "no rules"],
  ["matrix", "rules"],
  ["cost", "no rules"],
  ["cost", "rules"],
  ["predictive", "no rules"],
  ["predictive", "rules"],
] as const)("%s with %s", async (strategy, ruled) => {
  const policies = ruled === "rules" ? RULES : [];
  const bucket = BUCKETS[strategy];
  const info = { lifecycleRules: [], versioning: "enabled", noncurrentExpiryDays: 10 } as const;
  const setting = { strategy, policies, info };
  await using single = await planningContext(bucket, setting);
  await using batch = await planningContext(bucket, { ...setting, batchFrom: 200 });
  const byObject = await makePlan({ ctx: single, input: { bucket: PLANNED_BUCKET } });
  const inBatch = await makePlan({ ctx: batch, input: { bucket: PLANNED_BUCKET } });
  expect(byObject.parts).toBeUndefined();
  expect(inBatch.parts).toHaveLength(1);
  expect(byObject.totals.moves).toBeGreaterThan(20);
  expect(await allMoves(batch, inBatch)).toEqual(await allMoves(single, byObject));
  expectAlike(inBatch.totals, byObject.totals);
});

/** Counts to the last, money but for the last bits of a double. */
function expectAlike(found: PlanTotals, wanted: PlanTotals): void {
  const differences: string[] = [];
  const compare = (a: unknown, b: unknown, path: string): void => {
    if (typeof a === "number" && typeof b === "number" && !Number.isInteger(b)) {
      if (Math.abs(a - b) > 1e-9 * Math.max(1, Math.abs(b))) differences.push(`${path}: ${a} for ${b}`);
    } else if (typeof a === "object" && a !== null && typeof b === "object" && b !== null) {
      expect(Object.keys(a).toSorted()).toEqual(Object.keys(b).toSorted());
      for (const [name, value] of Object.entries(a)) compare(value, Reflect.get(b, name), `${path}.${name}`);
    } else if (a !== b) differences.push(`${path}: ${String(a)} for ${String(b)}`);
  };
  compare(found, wanted, "totals");
  expect(differences).toEqual([]);
}
