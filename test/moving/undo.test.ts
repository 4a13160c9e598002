/** Taking a run back: priced first, carried out by the same machine, and only for what is as the run left it. */
import { expect, test } from "vitest";
import { applyPlan } from "../../src/services/moving/apply-plan.ts";
import { planUndo } from "../../src/services/moving/undo-run.ts";
import { MOVING_BUCKET, movingWorld } from "../support/moving-world.ts";

test("a run is taken back, object by object, and so is the undo", async () => {
  await using world = await movingWorld();
  for (const key of ["a", "b", "c", "d"]) world.put(key);
  const created = world.sandbox.inspect(MOVING_BUCKET, "a").lastModifiedMs;
  const run = await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(["a", "b", "c"], "STANDARD_IA") } });
  world.advance(86_400_000);
  world.put("b", "newer");
  const plan = await planUndo({ ctx: world.ctx, input: { runId: run.id } });
  expect(plan).toMatchObject({ strategy: "undo", totals: { moves: 3 } });
  // 29 of 30 days of STANDARD_IA's minimum are still owed.
  expect(plan.totals.feeMicros).toBeGreaterThan(0);
  const back = await applyPlan({ ctx: world.ctx, input: { planId: plan.id } });
  expect(back).toMatchObject({ state: "done", done: 2, skipped: 1, reasons: { changed: 1 } });
  const classes = [...world.sandbox.snapshot(MOVING_BUCKET)].map(({ key, storageClass }) => `${key} ${storageClass}`);
  expect(classes).toEqual(["a STANDARD", "b STANDARD", "c STANDARD", "d STANDARD"]);
  const lines = [];
  for await (const page of world.ctx.state.journalOfRun(run.id)) lines.push(...page);
  expect(lines.map(({ state }) => state)).toEqual(["undone", "done", "undone"]);
  const state = await world.ctx.state.object({ bucket: MOVING_BUCKET, key: "a" });
  expect(state).toMatchObject({ storageClass: "STANDARD", createdMs: created, promotedMs: world.clock.now() });
  const again = await planUndo({ ctx: world.ctx, input: { runId: back.id } });
  expect((await applyPlan({ ctx: world.ctx, input: { planId: again.id } })).done).toBe(2);
  expect(world.sandbox.inspect(MOVING_BUCKET, "c").storageClass).toBe("STANDARD_IA");
});

test("a run that was taken back leaves nothing to take back", async () => {
  await using world = await movingWorld();
  world.put("a");
  const run = await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(["a"], "STANDARD_IA") } });
  const plan = await planUndo({ ctx: world.ctx, input: { runId: run.id } });
  await applyPlan({ ctx: world.ctx, input: { planId: plan.id } });
  expect((await planUndo({ ctx: world.ctx, input: { runId: run.id } })).totals.moves).toBe(0);
});

test("a run that is not known is named", async () => {
  await using world = await movingWorld();
  await expect(planUndo({ ctx: world.ctx, input: { runId: "nobody" } })).rejects.toMatchObject({
    code: "ASTRA_USAGE_INVALID",
    message: "there is no run nobody",
  });
});
