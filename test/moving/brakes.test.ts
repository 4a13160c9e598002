/** What holds a run: caps, canary, error rate, window, orders, the kill switch, and another engine. */
import { describe, expect, test } from "vitest";
import type { PlannedMove } from "../../src/core/plan.ts";
import { spentMicros } from "../../src/core/spend.ts";
import { S3Error } from "../../src/sandbox/s3-error.ts";
import { applyPlan } from "../../src/services/moving/apply-plan.ts";
import { continueMoves } from "../../src/services/moving/continue-moves.ts";
import { MOVING_BUCKET, type MovingWorld, movingWorld } from "../support/moving-world.ts";

function fill(world: MovingWorld, count: number): string[] {
  const keys = Array.from({ length: count }, (_, index) => `k${String(index).padStart(5, "0")}`);
  for (const key of keys) world.put(key);
  return keys;
}

function moved(world: MovingWorld): number {
  return [...world.sandbox.snapshot(MOVING_BUCKET)].filter(({ storageClass }) => storageClass !== "STANDARD").length;
}

async function feeOf(world: MovingWorld, planId: string): Promise<number> {
  const plan = await world.ctx.state.plan(planId);
  return (plan?.totals.feeMicros ?? 0) / (plan?.totals.moves ?? 1);
}

describe("a cap", () => {
  test("of the run's fees is reached, never passed, and the rest goes on when it is raised", async () => {
    await using world = await movingWorld({
      config: { brakes: { canary: { enabled: false }, fee_per_run_usd: 0.0001 } },
    });
    const keys = fill(world, 30);
    const planId = await world.plan(keys, "STANDARD_IA");
    const most = Math.floor(100 / (await feeOf(world, planId)));
    const run = await applyPlan({ ctx: world.ctx, input: { planId } });
    expect(run).toMatchObject({ state: "stopped", stopReason: "fee_per_run", done: most });
    expect(moved(world)).toBe(most);
    expect(most).toBeLessThan(30);
    const [spent] = await world.ctx.state.spent([`run:${run.id}`]);
    expect(spent && spentMicros(spent)).toBeLessThanOrEqual(100);
    const raised = { ...world.ctx.config.brakes, fee_per_run_usd: 10 };
    const ctx = { ...world.ctx, config: { ...world.ctx.config, brakes: raised } };
    expect(await applyPlan({ ctx, input: { planId } })).toMatchObject({ id: run.id, state: "done", done: 30 });
    expect(moved(world)).toBe(30);
  });

  test("of the day counts all runs of the day, and is free again the day after", async () => {
    await using world = await movingWorld({
      config: { brakes: { canary: { enabled: false }, fee_per_day_usd: 0.0002 } },
    });
    const keys = fill(world, 40);
    const first = await world.plan(keys.slice(0, 10), "STANDARD_IA");
    const second = await world.plan(keys.slice(10), "STANDARD_IA");
    const most = Math.floor(200 / (await feeOf(world, second)));
    expect((await applyPlan({ ctx: world.ctx, input: { planId: first } })).done).toBe(10);
    const stopped = await applyPlan({ ctx: world.ctx, input: { planId: second } });
    expect(stopped).toMatchObject({ state: "stopped", stopReason: "fee_per_day", done: most - 10 });
    world.advance(24 * 3_600_000);
    expect((await applyPlan({ ctx: world.ctx, input: { planId: second } })).done).toBeGreaterThan(most - 10);
  });

  test.each([
    ["objects", { objects_per_run: 7 }, "objects_per_run"],
    ["bytes", { bytes_per_run: 7 * 12 }, "bytes_per_run"],
  ])("of %s", async (_, cap, stopReason) => {
    await using world = await movingWorld({ config: { brakes: { canary: { enabled: false }, ...cap } } });
    const keys = fill(world, 20);
    for (const key of keys) world.put(key, "twelve bytes");
    const run = await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(keys, "STANDARD_IA") } });
    expect(run).toMatchObject({ state: "stopped", stopReason, done: 7 });
  });

  test("gives back what was reserved for objects that were left alone", async () => {
    await using world = await movingWorld({ config: { brakes: { canary: { enabled: false }, objects_per_run: 10 } } });
    const keys = fill(world, 20);
    const planId = await world.plan(keys, "STANDARD_IA");
    for (const key of keys.slice(0, 5)) world.put(key, "changed");
    expect(await applyPlan({ ctx: world.ctx, input: { planId } })).toMatchObject({
      done: 5,
      skipped: 5,
      state: "stopped",
    });
    expect(await applyPlan({ ctx: world.ctx, input: { planId } })).toMatchObject({ done: 10, skipped: 5 });
  });
});

describe("the canary", () => {
  const LOSING: Partial<PlannedMove> = {
    savingMicrosPerMonth: -1,
    rule: "policy:all to ice",
    policy: "all to ice",
    orderedByPolicy: true,
  };

  test("stops a rule that loses money after its slice, and again when it is tried again", async () => {
    await using world = await movingWorld();
    const keys = fill(world, 150);
    const planId = await world.plan(keys, "STANDARD_IA", LOSING);
    const run = await applyPlan({ ctx: world.ctx, input: { planId } });
    expect(run).toMatchObject({ state: "stopped", stopReason: "canary", done: 100 });
    expect(run.stopDetail).toContain("all to ice");
    expect(await applyPlan({ ctx: world.ctx, input: { planId } })).toMatchObject({ stopReason: "canary", done: 100 });
    expect(moved(world)).toBe(100);
  });

  test("lets it through where the owner accepts the loss", async () => {
    await using world = await movingWorld({ config: { brakes: { canary: { accept_loss: true } } } });
    const planId = await world.plan(fill(world, 150), "STANDARD_IA", LOSING);
    expect(await applyPlan({ ctx: world.ctx, input: { planId } })).toMatchObject({ state: "done", done: 150 });
  });

  test("stops after a failed move", async () => {
    await using world = await movingWorld({
      onRequest: (operation, _bucket, key) => {
        if (operation === "CopyObject" && key === "k00050") throw new S3Error("InvalidRequest", "no");
      },
    });
    const run = await applyPlan({
      ctx: world.ctx,
      input: { planId: await world.plan(fill(world, 150), "STANDARD_IA") },
    });
    expect(run).toMatchObject({ state: "stopped", stopReason: "canary", done: 99, failed: 1 });
  });
});

test("too many failures end the run", async () => {
  await using world = await movingWorld({
    config: { brakes: { canary: { enabled: false } } },
    onRequest: (operation, _bucket, key) => {
      if (operation === "CopyObject" && /[05]$/.test(key)) throw new S3Error("InvalidRequest", "no");
    },
  });
  const run = await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(fill(world, 600), "STANDARD_IA") } });
  expect(run).toMatchObject({ state: "stopped", stopReason: "error_rate" });
  expect(run.done + run.failed).toBeGreaterThanOrEqual(100);
  expect(run.done + run.failed).toBeLessThan(600);
});

describe("an order", () => {
  test("to brake is seen by a run under way, keeps others from beginning, and lets them go on afterwards", async () => {
    let world: MovingWorld | null = null;
    let copies = 0;
    const brake = (isOn: boolean) => {
      const entry = { isOn, actor: "op", atMs: world?.clock.now() ?? 0, why: "too fast" };
      return world?.ctx.state.setBrake(entry, { atMs: entry.atMs, actor: "op", action: "brake", detail: {} });
    };
    await using made = await movingWorld({
      config: { brakes: { canary: { enabled: false } }, engine: { concurrency: 2 } },
      onRequest: (operation) => {
        // Time goes on with each copy, as it would; the switch is read again after a quarter of a second.
        if (operation !== "CopyObject" || !world) return;
        world.clock.advanceTo(world.clock.now() + 50);
        if (++copies === 20) void brake(true);
      },
    });
    world = made;
    const planId = await made.plan(fill(made, 200), "STANDARD_IA");
    const run = await applyPlan({ ctx: made.ctx, input: { planId } });
    expect(run).toMatchObject({ state: "stopped", stopReason: "brake" });
    expect(moved(made)).toBe(run.done);
    expect(run.done).toBeLessThan(40);
    await expect(applyPlan({ ctx: made.ctx, input: { planId } })).rejects.toMatchObject({ code: "ASTRA_BRAKE_ON" });
    const left = [];
    for await (const page of made.ctx.state.openJournal(MOVING_BUCKET)) left.push(...page);
    expect(left).toEqual([]);
    await brake(false);
    expect(await applyPlan({ ctx: made.ctx, input: { planId } })).toMatchObject({ state: "done", done: 200 });
  });

  test("to stop a run holds until it is taken back", async () => {
    await using world = await movingWorld({ config: { brakes: { objects_per_run: 1, canary: { enabled: false } } } });
    const planId = await world.plan(fill(world, 3), "STANDARD_IA");
    const run = await applyPlan({ ctx: world.ctx, input: { planId } });
    const audit = { atMs: 0, actor: "op", action: "run.order", detail: {} };
    await world.ctx.state.setRunOrder(run.id, "stop", audit);
    await expect(applyPlan({ ctx: world.ctx, input: { planId } })).rejects.toMatchObject({ code: "ASTRA_RUN_STOPPED" });
    await world.ctx.state.setRunOrder(run.id, "run", audit);
    expect((await applyPlan({ ctx: world.ctx, input: { planId } })).stopReason).toBe("objects_per_run");
  });
});

test("outside the maintenance window nothing begins", async () => {
  await using world = await movingWorld({ config: { brakes: { windows: ["Sat,Sun 00:00-24:00"] } } });
  const planId = await world.plan(fill(world, 2), "STANDARD_IA");
  const refused = applyPlan({ ctx: world.ctx, input: { planId } });
  await expect(refused).rejects.toMatchObject({
    code: "ASTRA_WINDOW_CLOSED",
    message: expect.stringContaining("2026-03-07"),
  });
  world.advance(5 * 24 * 3_600_000);
  expect((await applyPlan({ ctx: world.ctx, input: { planId } })).done).toBe(2);
});

describe("two engines", () => {
  test("do not work on one bucket at a time; a lease that ran out is taken over", async () => {
    await using world = await movingWorld();
    const planId = await world.plan(fill(world, 2), "STANDARD_IA");
    const request = { name: `bucket:${MOVING_BUCKET}`, holder: "elsewhere:1:x#1", ttlMs: 60_000, isGone: () => false };
    await world.ctx.state.acquireLease({ ...request, nowMs: world.clock.now() });
    const refused = applyPlan({ ctx: world.ctx, input: { planId } });
    await expect(refused).rejects.toMatchObject({
      code: "ASTRA_BUCKET_BUSY",
      message: expect.stringContaining("elsewhere:1:x "),
    });
    world.advance(60_001);
    expect((await applyPlan({ ctx: world.ctx, input: { planId } })).done).toBe(2);
  });

  test("of which one lost its lease write nothing any more", async () => {
    let world: MovingWorld | null = null;
    let taken = false;
    await using made = await movingWorld({
      config: { engine: { concurrency: 1 } },
      onRequest: (operation) => {
        if (operation !== "CopyObject" || !world || taken) return;
        taken = true;
        const nowMs = world.clock.now();
        const request = { name: `bucket:${MOVING_BUCKET}`, holder: "other:1:x#1", nowMs, ttlMs: 60_000 };
        void world.ctx.state.acquireLease({ ...request, isGone: () => true });
      },
    });
    world = made;
    const planId = await made.plan(fill(made, 5), "STANDARD_IA");
    await expect(applyPlan({ ctx: made.ctx, input: { planId } })).rejects.toMatchObject({ code: "ASTRA_LEASE_LOST" });
    made.advance(61_000);
    const run = await applyPlan({ ctx: made.ctx, input: { planId } });
    expect(run).toMatchObject({ state: "done", done: 5 });
    expect(moved(made)).toBe(5);
  });
});

test("a signal ends a run with nothing left open", async () => {
  const stop = new AbortController();
  let copies = 0;
  await using world = await movingWorld({
    signal: stop.signal,
    config: { brakes: { canary: { enabled: false } }, engine: { concurrency: 2 } },
    onRequest: (operation) => {
      if (operation === "CopyObject" && ++copies === 10) stop.abort();
    },
  });
  const planId = await world.plan(fill(world, 100), "STANDARD_IA");
  const run = await applyPlan({ ctx: world.ctx, input: { planId } });
  expect(run.state).toBe("interrupted");
  expect(run.done).toBeLessThan(20);
  const later = await world.another();
  expect(await continueMoves({ ctx: later, input: { bucket: MOVING_BUCKET } })).toEqual({
    done: 0,
    failed: 0,
    skipped: 0,
    waiting: 0,
  });
  expect(moved(world)).toBe(run.done);
  expect(await applyPlan({ ctx: later, input: { planId } })).toMatchObject({ state: "done", done: 100 });
});
