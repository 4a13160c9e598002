/** Plans a bucket object by object and in batch: `plan-both-ways.ts STRATEGY rules|none`, and prints both as JSON. */
import type { StrategyName } from "../../src/core/policy/policy.ts";
import type { PlanHeader, PlannedMove } from "../../src/core/plan.ts";
import { makePlan } from "../../src/services/make-plan.ts";
import { PLANNED_BUCKET, allMoves, plannedBucket, planningContext } from "./planned-bucket.ts";
import { policyRules } from "./policies.ts";

const RULES = policyRules(
  '- { name: quick images, match: { key: "images/**" }, max_latency: instant }',
  '- { name: json stays, match: { key: "**/*.json" }, floor: warm }',
  '- { name: logs down, match: { key: "logs/**" }, after: [{ age: 30d, to: cold }] }',
  `- { name: "quoted's", match: { key: "quote's/**", size: { at_least: 128KiB } }, pin: STANDARD_IA }`,
  '- { name: marked, match: { key: "\\uFEFFmark/**" }, action: ignore }',
  '- { name: tagged, match: { key: "größe/**", tags: { keep: "yes" } }, floor: hot }',
);

/** `predictive` works out a table for every size. */
const BUCKETS = {
  matrix: () => plannedBucket(1, 3000),
  cost: () => plannedBucket(2, 3000),
  predictive: () => plannedBucket(3, 120, [500_000_000]),
};

/** What one way came to. */
export interface PlannedWay {
  readonly header: PlanHeader;
  readonly moves: readonly PlannedMove[];
}

async function planned(strategy: StrategyName, isRuled: boolean, batchFrom: number): Promise<PlannedWay> {
  const policies = isRuled ? RULES : [];
  const info = { versioning: "enabled", noncurrentExpiryDays: 10 } as const;
  await using ctx = await planningContext(BUCKETS[strategy](), { strategy, policies, info, batchFrom });
  const header = await makePlan({ ctx, input: { bucket: PLANNED_BUCKET } });
  return { header, moves: await allMoves(ctx, header) };
}

if (import.meta.main) {
  const [, , strategy = "", rules] = process.argv;
  if (strategy !== "matrix" && strategy !== "cost" && strategy !== "predictive") throw new RangeError(strategy);
  const ways = [];
  for (const batchFrom of [200_000, 100]) ways.push(await planned(strategy, rules === "rules", batchFrom));
  process.stdout.write(JSON.stringify(ways));
}
