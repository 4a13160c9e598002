/** Moves that wait for the store: out of an archive, and by a tag for one of the bucket's own lifecycle rules. */
import { PutBucketLifecycleConfigurationCommand } from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { applyPlan } from "../../src/services/moving/apply-plan.ts";
import { continueMoves } from "../../src/services/moving/continue-moves.ts";
import { MOVING_BUCKET, type MovingWorld, movingWorld } from "../support/moving-world.ts";
import { sdkClient } from "../support/sandbox.ts";

const HOUR = 3_600_000;

function goOn(world: MovingWorld): ReturnType<typeof continueMoves> {
  return continueMoves({ ctx: world.ctx, input: { bucket: MOVING_BUCKET } });
}

describe("out of an archive", () => {
  test("a copy is asked for at the planned speed, looked for when it may be there, and then moved", async () => {
    const asked: string[] = [];
    await using world = await movingWorld({ onRequest: (operation) => void asked.push(operation) });
    world.put("a", "frozen", { storageClass: "DEEP_ARCHIVE" });
    const run = await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(["a"], "STANDARD") } });
    expect(run).toMatchObject({ state: "done", done: 0, restoring: 1 });
    const before = asked.length;
    expect(await goOn(world)).toMatchObject({ waiting: 0, done: 0 });
    expect(asked).toHaveLength(before);
    world.advance(25 * HOUR);
    expect(await goOn(world)).toMatchObject({ waiting: 1 });
    world.advance(40 * HOUR);
    expect(await goOn(world)).toMatchObject({ done: 1 });
    expect(world.sandbox.inspect(MOVING_BUCKET, "a")).toMatchObject({
      storageClass: "STANDARD",
      body: Buffer.from("frozen"),
    });
    expect(asked.filter((name) => name === "RestoreObject")).toHaveLength(1);
    expect(await world.ctx.state.run(run.id)).toMatchObject({ done: 1, restoring: 0, state: "done" });
  });

  test("an event of the store makes it due at once", async () => {
    await using world = await movingWorld({ config: { engine: { restore_deadline_hours: 5 } } });
    world.put("a", "frozen", { storageClass: "GLACIER" });
    await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(["a"], "STANDARD") } });
    world.advance(5 * HOUR);
    await world.ctx.state.restoresReady([{ bucket: MOVING_BUCKET, key: "a" }], world.clock.now());
    expect(await goOn(world)).toMatchObject({ done: 1 });
  });

  test("a copy that expired before it was used is asked for once more, not for ever", async () => {
    const asked: string[] = [];
    await using world = await movingWorld({ onRequest: (operation) => void asked.push(operation) });
    world.put("a", "frozen", { storageClass: "GLACIER" });
    await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(["a"], "STANDARD") } });
    for (const expected of [{ waiting: 1 }, { failed: 1 }]) {
      world.advance(10 * 24 * HOUR);
      expect(await goOn(world)).toMatchObject(expected);
    }
    expect(asked.filter((name) => name === "RestoreObject")).toHaveLength(2);
    const [line] = await world.ctx.state.journalOfObject({ bucket: MOVING_BUCKET, key: "a" }, 1);
    expect(line).toMatchObject({ state: "failed", reason: "restore_expired" });
  });

  test("somebody else's restore is left to them", async () => {
    await using world = await movingWorld();
    world.put("a", "frozen", { storageClass: "GLACIER" });
    const store = await world.ctx.stores.open(MOVING_BUCKET);
    const planId = await world.plan(["a"], "STANDARD");
    await store.restore({ key: "a", days: 1, speed: "bulk" });
    expect(await applyPlan({ ctx: world.ctx, input: { planId } })).toMatchObject({
      skipped: 1,
      reasons: { restore_in_progress: 1 },
    });
  });
});

/** Lifecycle rules leave objects below 128 KiB where they are. */
const LARGE = "x".repeat(128 * 1024);

describe("by a tag", () => {
  async function withRule(world: MovingWorld): Promise<void> {
    const s3 = sdkClient(world.sandbox.endpoint);
    const rule = {
      ID: "astra-to-glacier",
      Status: "Enabled" as const,
      Filter: { Tag: { Key: "astra-move-to", Value: "GLACIER" } },
      Transitions: [{ Days: 0, StorageClass: "GLACIER" as const }],
    };
    await s3.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket: MOVING_BUCKET,
        LifecycleConfiguration: { Rules: [rule] },
      }),
    );
    s3.destroy();
  }

  test("the bucket's own rule moves the object; date, version and the owner's tags stay", async () => {
    await using world = await movingWorld({
      config: { engine: { mechanisms: ["tag"] } },
      bucket: { versioning: true },
    });
    await withRule(world);
    world.put("a", LARGE, { tags: { theirs: "1" } });
    const before = world.sandbox.inspect(MOVING_BUCKET, "a");
    const planId = await world.plan(["a"], "GLACIER", { mechanism: "tag" });
    const run = await applyPlan({ ctx: world.ctx, input: { planId } });
    expect(run).toMatchObject({ state: "done", done: 0, restoring: 1 });
    expect(world.sandbox.inspect(MOVING_BUCKET, "a").tags).toEqual({ theirs: "1", "astra-move-to": "GLACIER" });
    world.advance(50 * HOUR);
    expect(await goOn(world)).toMatchObject({ done: 1 });
    expect(world.sandbox.inspect(MOVING_BUCKET, "a")).toMatchObject({
      storageClass: "GLACIER",
      tags: { theirs: "1" },
      lastModifiedMs: before.lastModifiedMs,
      versionId: before.versionId,
    });
    expect(await world.ctx.state.object({ bucket: MOVING_BUCKET, key: "a" })).toMatchObject({
      storageClass: "GLACIER",
    });
  });

  test("without the rule nothing is tagged", async () => {
    await using world = await movingWorld({ config: { engine: { mechanisms: ["tag"] } } });
    world.put("a", LARGE);
    const planId = await world.plan(["a"], "GLACIER", { mechanism: "tag" });
    expect(await applyPlan({ ctx: world.ctx, input: { planId } })).toMatchObject({
      skipped: 1,
      reasons: { tag_rule_missing: 1 },
    });
    expect(world.sandbox.inspect(MOVING_BUCKET, "a").tags).toEqual({});
  });

  test("an object that is overwritten meanwhile is let go, and is not tagged", async () => {
    await using world = await movingWorld({ config: { engine: { mechanisms: ["tag"] } } });
    await withRule(world);
    world.put("a", LARGE);
    await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(["a"], "GLACIER", { mechanism: "tag" }) } });
    world.put("a", "newer", { tags: { "astra-move-to": "GLACIER", new: "1" } });
    world.clock.advanceTo(world.clock.now() + 25 * HOUR);
    expect(await goOn(world)).toMatchObject({ skipped: 1 });
    expect(world.sandbox.inspect(MOVING_BUCKET, "a")).toMatchObject({ tags: { new: "1" } });
  });
});
