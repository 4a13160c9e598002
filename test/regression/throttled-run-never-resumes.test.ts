/**
 * A lifecycle service that was told to slow down kept its flag "a batch is under way" and never began the next one
 * (scality/backbeat, pull request 2723); consumers behind a breaker stayed paused after the storm was over. Here a throttle
 * halves how much is done at a time, never below one, successes bring it up again, and nothing is switched off.
 */
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { AdaptivePool } from "../../src/services/adaptive-pool.ts";
import { applyPlan } from "../../src/services/moving/apply-plan.ts";
import { planUndo } from "../../src/services/moving/undo-run.ts";
import { MOVING_BUCKET, type MovingWorldOptions, movingWorld } from "../support/moving-world.ts";

/** More tries than a storm has refusals: as long as somebody is patient, nothing fails. */
const FAST = { retry: { attempts: 50, baseMs: 1, capMs: 2 } };
const HASTY = { retry: { attempts: 3, baseMs: 1, capMs: 2 } };
const KEYS = Array.from({ length: 200 }, (_, index) => `k${String(index).padStart(3, "0")}`);

/** A storm of so many refusals from the n-th copy on. */
function storm(nth: number, refusals: number): MovingWorldOptions["onRequest"] {
  let copies = 0;
  return (operation, _bucket, _key, sandbox) => {
    if (operation !== "CopyObject" || ++copies !== nth) return;
    for (const each of ["CopyObject", "HeadObject"])
      sandbox.faults.add({ kind: "slowdown", operation: each, count: refusals / 2 });
  };
}

test("a storm of 503 in the middle of a run is waited out, and the run goes on to its end", async () => {
  await using world = await movingWorld({ store: FAST, onRequest: storm(120, 16) });
  for (const key of KEYS) world.put(key);
  const planId = await world.plan(KEYS, "STANDARD_IA");
  const run = await applyPlan({ ctx: world.ctx, input: { planId } });
  expect((await world.ctx.stores.open(MOVING_BUCKET)).counters().throttled).toBe(16);
  expect(run).toMatchObject({ state: "done", done: KEYS.length, failed: 0, stopReason: null });
});

test("a storm that outlasts every try stops the run; the same plan goes on when it is over", async () => {
  await using world = await movingWorld({ store: HASTY, onRequest: storm(120, 1_000_000) });
  for (const key of KEYS) world.put(key);
  const planId = await world.plan(KEYS, "STANDARD_IA");
  const stopped = await applyPlan({ ctx: world.ctx, input: { planId } });
  expect(stopped).toMatchObject({ state: "stopped", stopReason: "error_rate" });
  world.sandbox.faults.clear();
  const run = await applyPlan({ ctx: world.ctx, input: { planId } });
  expect(run).toMatchObject({ id: stopped.id, state: "partly", stopReason: null });
  expect(run.done + run.failed).toBe(KEYS.length);
  expect(run.reasons).toEqual({ ASTRA_STORE_THROTTLED: run.failed });
  const failed = KEYS.filter((key) => world.sandbox.inspect(MOVING_BUCKET, key).storageClass === "STANDARD");
  const next = await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(failed, "STANDARD_IA") } });
  expect(next).toMatchObject({ state: "done", done: failed.length });
});

test("a move whose copy was made, and which could not be looked at any more, is left open, finished and taken back", async () => {
  await using world = await movingWorld({
    store: HASTY,
    onRequest: (operation, _bucket, _key, sandbox) => {
      if (operation === "CopyObject") sandbox.faults.add({ kind: "slowdown", operation: "HeadObject" });
    },
  });
  world.put("a");
  const { lastModifiedMs: createdMs } = world.sandbox.inspect(MOVING_BUCKET, "a");
  world.advance(86_400_000);
  const planId = await world.plan(["a"], "STANDARD_IA");
  const run = await applyPlan({ ctx: world.ctx, input: { planId } });
  expect(run).toMatchObject({ state: "interrupted", done: 0, failed: 0 });
  expect(world.sandbox.inspect(MOVING_BUCKET, "a").storageClass).toBe("STANDARD_IA");
  world.sandbox.faults.clear();
  const again = await applyPlan({ ctx: world.ctx, input: { planId } });
  expect(again).toMatchObject({ id: run.id, state: "done", done: 1 });
  // Else our own copy would be the object's creation from here on.
  const { etag, storageClass } = world.sandbox.inspect(MOVING_BUCKET, "a");
  const state = await world.ctx.state.object({ bucket: MOVING_BUCKET, key: "a" });
  expect(state).toMatchObject({ storageClass, etag, createdMs });
  expect((await planUndo({ ctx: world.ctx, input: { runId: run.id } })).totals.moves).toBe(1);
});

test("what is done at a time falls while the store throttles, and comes up again", async () => {
  let throttled = 0;
  let running = 0;
  const most = { before: 0, after: 0 };
  let least = Infinity;
  let requests = 0;
  const pool = new AdaptivePool({
    most: 32,
    counters: () => ({ requests, throttled }),
    now: () => 0,
    signal: new AbortController().signal,
  });
  const items = Array.from({ length: 3000 }, (_, index) => index);
  await pool.run(items, async (index) => {
    running += 1;
    requests += 1;
    if (index < 500) most.before = Math.max(most.before, running);
    if (index >= 500 && index < 600) throttled += 1;
    if (index >= 590 && index < 610) least = Math.min(least, running);
    if (index > 2500) most.after = Math.max(most.after, running);
    await turn();
    running -= 1;
  });
  expect(most.before).toBeGreaterThanOrEqual(16);
  expect(least).toBeLessThanOrEqual(2);
  expect(most.after).toBe(32);
});
