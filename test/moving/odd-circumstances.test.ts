/** Keys, crashes of the state, stops between parts, price books without a class, and an undo of what still waits. */
import { expect, test } from "vitest";
import { AstraError } from "../../src/core/errors.ts";
import type { JournalEntry } from "../../src/ports/state-store.ts";
import { applyPlan } from "../../src/services/moving/apply-plan.ts";
import { continueMoves } from "../../src/services/moving/continue-moves.ts";
import { planUndo } from "../../src/services/moving/undo-run.ts";
import { MOVING_BUCKET, type MovingWorld, movingWorld } from "../support/moving-world.ts";

const MIB = 1024 * 1024;

async function openLines(world: MovingWorld): Promise<JournalEntry[]> {
  const left: JournalEntry[] = [];
  for await (const page of world.ctx.state.openJournal(MOVING_BUCKET)) left.push(...page);
  return left;
}

test("empty objects under hostile keys are moved, and back", async () => {
  await using world = await movingWorld();
  const keys = ["__proto__", "a/../b", "//", " ", "a\u0007b", "é/é", "x".repeat(1000), "?a=b&c", "%2e%2e", "a+b", ".."];
  for (const key of keys) world.put(key, "");
  const run = await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(keys, "STANDARD_IA") } });
  expect(run).toMatchObject({ state: "done", done: keys.length });
  const plan = await planUndo({ ctx: world.ctx, input: { runId: run.id } });
  expect(await applyPlan({ ctx: world.ctx, input: { planId: plan.id } })).toMatchObject({ done: keys.length });
});

test("the brake between two parts leaves no upload; what the parts cost stays counted, and the object goes on", async () => {
  let world: MovingWorld | null = null;
  const brake = (made: MovingWorld, isOn: boolean) => {
    const entry = { isOn, actor: "op", atMs: made.clock.now(), why: null };
    return made.ctx.state.setBrake(entry, { atMs: entry.atMs, actor: "op", action: "brake", detail: {} });
  };
  await using made = await movingWorld({
    store: { maxCopyBytes: 5 * MIB },
    onRequest: (operation) => {
      if (operation !== "UploadPartCopy" || !world) return;
      world.clock.advanceTo(world.clock.now() + 300);
      void brake(world, true);
    },
  });
  world = made;
  made.put("a", "x".repeat(48 * MIB));
  const planId = await made.plan(["a"], "STANDARD_IA");
  const run = await applyPlan({ ctx: made.ctx, input: { planId } });
  expect(run).toMatchObject({ state: "stopped", stopReason: "brake", done: 0 });
  expect(made.sandbox.openUploads(MOVING_BUCKET)).toEqual([]);
  expect(await openLines(made)).toMatchObject([{ state: "intent" }]);
  expect((await made.ctx.state.spent([`run:${run.id}`]))[0]?.objects).toBe(1);
  world = null;
  await brake(made, false);
  expect(await applyPlan({ ctx: made.ctx, input: { planId } })).toMatchObject({ state: "done", done: 1 });
  expect((await made.ctx.state.spent([`run:${run.id}`]))[0]?.objects).toBe(1);
});

test("a class that the price book has no more is no reason to leave a line open; its way back has no price", async () => {
  await using world = await movingWorld();
  world.put("a");
  const planId = await world.plan(["a"], "STANDARD_IA");
  const { STANDARD_IA: _gone, ...classes } = world.ctx.prices.classes;
  const ctx = { ...world.ctx, prices: { ...world.ctx.prices, classes } };
  const run = await applyPlan({ ctx, input: { planId } });
  expect(run).toMatchObject({ state: "done", done: 1 });
  const { totals } = await planUndo({ ctx, input: { runId: run.id } });
  expect(totals).toMatchObject({ moves: 0, refusals: { unknown_price: { objects: 1 } } });
});

test("a state that takes nothing more ends the run by that name, and its lines are found again", async () => {
  await using world = await movingWorld();
  world.put("a");
  const planId = await world.plan(["a"], "STANDARD_IA");
  const state = new Proxy(world.ctx.state, {
    get(target, name) {
      if (name === "writeJournal") return () => Promise.reject(new AstraError("ASTRA_STATE_FULL", "no space"));
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const going = applyPlan({ ctx: { ...world.ctx, state }, input: { planId } });
  await expect(going).rejects.toMatchObject({ code: "ASTRA_STATE_FULL" });
  expect(await world.ctx.state.runOfPlan(planId)).toMatchObject({ state: "failed" });
  expect(await openLines(world)).toHaveLength(1);
  expect(await applyPlan({ ctx: world.ctx, input: { planId } })).toMatchObject({ state: "done", done: 1 });
});

test("a clock that was set back by a year does not keep a run from going on", async () => {
  await using world = await movingWorld({ config: { brakes: { objects_per_run: 2, canary: { enabled: false } } } });
  for (const key of ["a", "b", "c"]) world.put(key);
  const planId = await world.plan(["a", "b", "c"], "STANDARD_IA");
  await applyPlan({ ctx: world.ctx, input: { planId } });
  const clock = {
    now: () => world.clock.now() - 365 * 86_400_000,
    sleep: (ms: number, signal?: AbortSignal) => world.clock.sleep(ms, signal),
  };
  const brakes = { ...world.ctx.config.brakes, objects_per_run: 3 };
  const ctx = { ...world.ctx, clock, config: { ...world.ctx.config, brakes } };
  expect(await applyPlan({ ctx, input: { planId } })).toMatchObject({ state: "done", done: 3 });
});

test("taking a run back also ends what of it still waits for the store", async () => {
  await using world = await movingWorld();
  world.put("frozen", "f", { storageClass: "GLACIER" });
  world.put("warm", "w", { storageClass: "STANDARD_IA" });
  const run = await applyPlan({
    ctx: world.ctx,
    input: { planId: await world.plan(["frozen", "warm"], "STANDARD") },
  });
  expect(run).toMatchObject({ done: 1, restoring: 1 });
  const plan = await planUndo({ ctx: world.ctx, input: { runId: run.id } });
  expect(await applyPlan({ ctx: world.ctx, input: { planId: plan.id } })).toMatchObject({ done: 1 });
  world.advance(86_400_000);
  expect(await continueMoves({ ctx: world.ctx, input: { bucket: MOVING_BUCKET } })).toMatchObject({ skipped: 1 });
  expect(world.sandbox.inspect(MOVING_BUCKET, "frozen").storageClass).toBe("GLACIER");
  expect(await openLines(world)).toEqual([]);
});
