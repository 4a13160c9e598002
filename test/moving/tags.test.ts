/** The mechanism `tag` against owners' own tags, rules that are changed meanwhile, and the brake. */
import { PutBucketLifecycleConfigurationCommand } from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { applyPlan } from "../../src/services/moving/apply-plan.ts";
import { continueMoves } from "../../src/services/moving/continue-moves.ts";
import { MOVING_BUCKET, type MovingWorld, movingWorld } from "../support/moving-world.ts";
import { sdkClient } from "../support/sandbox.ts";

describe("by a tag", () => {
  const LARGE = "x".repeat(128 * 1024);
  const HOUR = 3_600_000;

  async function rule(world: MovingWorld, value: string, storageClass: "GLACIER" | "DEEP_ARCHIVE" = "GLACIER") {
    const s3 = sdkClient(world.sandbox.endpoint);
    const one = {
      ID: "theirs",
      Status: "Enabled" as const,
      Filter: { Tag: { Key: "tier", Value: value } },
      Transitions: [{ Days: storageClass === "GLACIER" ? 0 : 200, StorageClass: storageClass }],
    };
    const LifecycleConfiguration = { Rules: [one] };
    await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket: MOVING_BUCKET, LifecycleConfiguration }));
    s3.destroy();
  }

  test.each(["hot", "cold"])("a tag of its owner's that has the name of ours stays (%s)", async (value) => {
    await using world = await movingWorld({ config: { engine: { mechanisms: ["tag"] } } });
    await rule(world, "cold");
    world.put("a", LARGE, { tags: { tier: value } });
    const planId = await world.plan(["a"], "GLACIER", { mechanism: "tag" });
    expect(await applyPlan({ ctx: world.ctx, input: { planId } })).toMatchObject({
      skipped: 1,
      reasons: { tag_taken: 1 },
    });
    expect(world.sandbox.inspect(MOVING_BUCKET, "a").tags).toEqual({ tier: value });
  });

  test.each([
    ["waits for another tag", "frozen", "GLACIER"],
    ["moves elsewhere", "cold", "DEEP_ARCHIVE"],
  ] as const)("our tag is taken off where the rule of that name by now %s", async (_, value, storageClass) => {
    await using world = await movingWorld({ config: { engine: { mechanisms: ["tag"] } } });
    await rule(world, "cold");
    world.put("a", LARGE, { tags: { theirs: "1" } });
    await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(["a"], "GLACIER", { mechanism: "tag" }) } });
    await rule(world, value, storageClass);
    world.clock.advanceTo(world.clock.now() + 25 * HOUR);
    const later = await world.another();
    expect(await continueMoves({ ctx: later, input: { bucket: MOVING_BUCKET } })).toMatchObject({ skipped: 1 });
    expect(world.sandbox.inspect(MOVING_BUCKET, "a")).toMatchObject({
      storageClass: "STANDARD",
      tags: { theirs: "1" },
    });
  });

  test("nothing is touched while the brake is on, a stopped run's tags included", async () => {
    await using world = await movingWorld({ config: { engine: { mechanisms: ["tag"] } } });
    await rule(world, "cold");
    world.put("a", LARGE);
    const planId = await world.plan(["a"], "GLACIER", { mechanism: "tag" });
    const run = await applyPlan({ ctx: world.ctx, input: { planId } });
    const entry = { atMs: world.clock.now(), actor: "op", action: "brake", detail: {} };
    await world.ctx.state.setRunOrder(run.id, "stop", entry);
    await world.ctx.state.setBrake({ isOn: true, actor: "op", atMs: entry.atMs, why: null }, entry);
    world.clock.advanceTo(world.clock.now() + 25 * HOUR);
    const going = continueMoves({ ctx: world.ctx, input: { bucket: MOVING_BUCKET } });
    await expect(going).rejects.toMatchObject({ code: "ASTRA_BRAKE_ON" });
    expect(world.sandbox.inspect(MOVING_BUCKET, "a").tags).toEqual({ tier: "cold" });
  });
});
