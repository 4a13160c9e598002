/** What is spent counts, whatever becomes of the object; and rates hold. */
import { describe, expect, test } from "vitest";
import { runScope, spendOf, spentMicros } from "../../src/core/spend.ts";
import { applyPlan } from "../../src/services/moving/apply-plan.ts";
import { continueMoves } from "../../src/services/moving/continue-moves.ts";
import { MOVING_BUCKET, type MovingWorld, movingWorld } from "../support/moving-world.ts";

const HOUR = 3_600_000;
const MIB = 1024 * 1024;

async function spentOf(world: MovingWorld, runId: string): Promise<number> {
  const [spent] = await world.ctx.state.spent([runScope(runId)]);
  return spent ? spentMicros(spent) : 0;
}

describe("moves are held", () => {
  test.each([
    ["to the bucket's rate", { moves_per_second: 2 }, 4500],
    ["to each prefix's rate", { moves_per_second_per_prefix: 2, prefix_depth: 1 }, 2000],
  ])("%s", async (_, rates, leastMs) => {
    await using world = await movingWorld({ config: { rates } });
    const keys = Array.from({ length: 10 }, (_each, index) => `${index % 2}/${index}`);
    for (const key of keys) world.put(key);
    const begin = world.clock.now();
    const planId = await world.plan(keys, "STANDARD_IA");
    const ticking = setInterval(() => world.advance(50), 5);
    const run = await applyPlan({ ctx: world.ctx, input: { planId } });
    clearInterval(ticking);
    expect(run.done).toBe(10);
    expect(world.clock.now() - begin).toBeGreaterThanOrEqual(leastMs);
  });
});

describe("what was paid for stays counted", () => {
  test("where a restored copy is gone or the object is another one at the last moment", async () => {
    let world: MovingWorld | null = null;
    await using made = await movingWorld({
      onRequest: (operation) => {
        if (operation === "CopyObject") world?.put("a", "newer");
      },
    });
    world = made;
    made.put("a", "frozen", { storageClass: "GLACIER" });
    const run = await applyPlan({ ctx: made.ctx, input: { planId: await made.plan(["a"], "STANDARD") } });
    const reserved = await spentOf(made, run.id);
    made.advance(12 * HOUR);
    await continueMoves({ ctx: made.ctx, input: { bucket: MOVING_BUCKET } });
    expect(await made.ctx.state.run(run.id)).toMatchObject({ reasons: { changed: 1 } });
    expect(await spentOf(made, run.id)).toBe(reserved);
  });

  test("where an object changes while it is copied in parts", async () => {
    let world: MovingWorld | null = null;
    await using made = await movingWorld({
      store: { maxCopyBytes: 5 * MIB },
      onRequest: (operation) => {
        if (operation === "UploadPartCopy") world?.put("a", "newer");
      },
    });
    world = made;
    made.put("a", "x".repeat(12 * MIB));
    const run = await applyPlan({ ctx: made.ctx, input: { planId: await made.plan(["a"], "STANDARD_IA") } });
    expect(run).toMatchObject({ skipped: 1, reasons: { changed: 1 } });
    expect(await spentOf(made, run.id)).toBeGreaterThan(0);
  });

  test.each([
    ["is counted once more", {}, { waiting: 1 }, 2],
    ["waits for another day where it would pass the day's cap", { fee_per_day_usd: 0.000001 }, { waiting: 1 }, 1],
    ["is not asked for where it would pass the run's cap", { fee_per_run_usd: 0.000001 }, { failed: 1 }, 1],
  ])("a restore that is asked for again %s", async (_, caps, expected, asks) => {
    const asked: string[] = [];
    await using world = await movingWorld({ onRequest: (operation) => void asked.push(operation) });
    world.put("a", "frozen", { storageClass: "GLACIER" });
    const run = await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(["a"], "STANDARD") } });
    const once = await spentOf(world, run.id);
    world.advance(10 * 24 * HOUR);
    const ctx = { ...world.ctx, config: { ...world.ctx.config, brakes: { ...world.ctx.config.brakes, ...caps } } };
    expect(await continueMoves({ ctx, input: { bucket: MOVING_BUCKET } })).toMatchObject(expected);
    expect(asked.filter((name) => name === "RestoreObject")).toHaveLength(asks);
    expect(await spentOf(world, run.id)).toBeCloseTo(asks * once, 6);
  });
});

test("a fee below nothing gives no budget back", () => {
  expect(spendOf({ feeMicros: -5, sizeBytes: 1 })).toEqual({ feeNanos: 0, objects: 1, bytes: 1 });
});
