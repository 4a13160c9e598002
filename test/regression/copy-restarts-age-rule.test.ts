/**
 * S3 dates a copy by the moment it is made, so whatever moves objects by copying them makes them young: rules on age, the
 * mover's own and the bucket's, begin anew, and what should have expired is kept and paid (radosgw's documentation of
 * cloud-transition, ceph/ceph pull request 62661, says that the modification time cannot be preserved). Here our rules count
 * from the creation that the state remembers, and where the bucket has an age rule of its own a copy is refused, or the
 * object is moved by a tag, which leaves its date alone.
 */
import { PutBucketLifecycleConfigurationCommand, type LifecycleRule } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { makePlan } from "../../src/services/make-plan.ts";
import { applyPlan } from "../../src/services/moving/apply-plan.ts";
import { continueMoves } from "../../src/services/moving/continue-moves.ts";
import { MOVING_BUCKET, type MovingWorld, movingWorld } from "../support/moving-world.ts";
import { policyRules } from "../support/policies.ts";
import { sdkClient } from "../support/sandbox.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const BODY = "x".repeat(256 * 1024);
/** What a move may cost is another test's business. */
const ENGINE = { strategy: "matrix", max_payback_days: 1_000_000 };

async function withRules(world: MovingWorld, ...rules: readonly LifecycleRule[]): Promise<void> {
  const s3 = sdkClient(world.sandbox.endpoint);
  const LifecycleConfiguration = { Rules: [...rules] };
  await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket: MOVING_BUCKET, LifecycleConfiguration }));
  s3.destroy();
}

const EXPIRES: LifecycleRule = {
  ID: "a-year-and-a-half",
  Status: "Enabled",
  Filter: { Prefix: "" },
  Expiration: { Days: 540 },
};

const BY_TAG: LifecycleRule = {
  ID: "astra-to-glacier",
  Status: "Enabled",
  Filter: { Tag: { Key: "astra-move-to", Value: "GLACIER" } },
  Transitions: [{ Days: 0, StorageClass: "GLACIER" }],
};

test.each([
  ["the decision tree", [], "age 395 d"],
  ["a policy", [`- name: "year"`, `  match: {}`, `  after: {age: 360d, to: archive}`], "policy:year"],
])("our copy does not make an object young for %s", async (_, rules, word) => {
  await using world = await movingWorld({ config: { engine: ENGINE } });
  world.put("a", BODY);
  world.advance(200 * DAY);
  await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(["a"], "STANDARD_IA") } });
  const copiedMs = world.sandbox.inspect(MOVING_BUCKET, "a").lastModifiedMs;
  world.advance(195 * DAY);
  // For the store it is 195 days old now, for its owner 395.
  expect((world.clock.now() - copiedMs) / DAY).toBe(195);
  const ctx = { ...world.ctx, policies: policyRules(...rules) };
  const plan = await makePlan({ ctx, input: { bucket: MOVING_BUCKET } });
  const moves = [];
  for await (const page of ctx.state.plannedMoves(plan.id)) moves.push(...page);
  expect(moves).toMatchObject([{ move: { key: "a", from: "STANDARD_IA", to: "DEEP_ARCHIVE" } }]);
  expect(moves[0]?.move.createdMs).toBe(copiedMs - 200 * DAY);
  expect(JSON.stringify(moves[0]?.move)).toContain(word);
});

test("where the bucket expires objects by age, a copy is refused with the rule's id", async () => {
  await using world = await movingWorld({ config: { engine: ENGINE } });
  await withRules(world, EXPIRES);
  world.put("a", BODY);
  world.advance(200 * DAY);
  const plan = await makePlan({ ctx: world.ctx, input: { bucket: MOVING_BUCKET } });
  expect(plan.totals).toMatchObject({ moves: 0, refusals: { native_rule_conflict: { objects: 1 } } });
  expect(plan.totals.breakdown?.nativeRules).toEqual([{ id: EXPIRES.ID, objects: 1 }]);
});

test("where a tag may be used instead, the object moves and expires on its day", async () => {
  await using world = await movingWorld({ config: { engine: { ...ENGINE, mechanisms: ["copy", "tag"] } } });
  await withRules(world, EXPIRES, BY_TAG);
  world.put("a", BODY);
  const { lastModifiedMs: createdMs } = world.sandbox.inspect(MOVING_BUCKET, "a");
  world.advance(200 * DAY);
  const plan = await makePlan({ ctx: world.ctx, input: { bucket: MOVING_BUCKET } });
  expect(plan.totals).toMatchObject({ moves: 1, refusals: {} });
  expect(await applyPlan({ ctx: world.ctx, input: { planId: plan.id } })).toMatchObject({ restoring: 1 });
  world.advance(50 * HOUR);
  expect(await continueMoves({ ctx: world.ctx, input: { bucket: MOVING_BUCKET } })).toMatchObject({ done: 1 });
  expect(world.sandbox.inspect(MOVING_BUCKET, "a")).toMatchObject({
    storageClass: "GLACIER",
    lastModifiedMs: createdMs,
    tags: {},
  });
  world.advance(createdMs + 542 * DAY - world.clock.now());
  expect([...world.sandbox.snapshot(MOVING_BUCKET)]).toEqual([]);
});
