import { expect, test } from "vitest";
import { MOVING_BUCKET, type MovingWorld, movingWorld } from "../../../test/support/moving-world.ts";
import type { EventType } from "../../core/event.ts";
import type { ObjectState } from "../../core/object-state.ts";
import { MS_PER_DAY } from "../../core/units.ts";
import { appendEvents } from "../append-events.ts";
import { consumeEvents } from "../consume-events.ts";
import { makePlan } from "../make-plan.ts";
import { type PlanDueResult, planDue } from "./plan-due.ts";

const WRITTEN = { sizeBytes: 5_000_000_000, etag: '"e"', storageClass: "STANDARD" };
const BY_MATRIX = { config: { engine: { strategy: "matrix" } } };
let events = 0;

async function tell(world: MovingWorld, subject: string, type: EventType, data: object = {}): Promise<void> {
  const time = new Date(world.clock.now()).toISOString();
  const source = `s3://${MOVING_BUCKET}`;
  const event = { specversion: "1.0", id: `${(events += 1)}`, source, type, subject, time, data };
  await appendEvents({ ctx: world.ctx, input: { events: [event] } });
  await consumeEvents({ ctx: world.ctx, input: { untilDrained: true } });
}

function due(world: MovingWorld, ctx = world.ctx): Promise<PlanDueResult> {
  return planDue({ ctx, input: { bucket: MOVING_BUCKET } });
}

async function known(world: MovingWorld, key: string): Promise<ObjectState | undefined> {
  return world.ctx.state.object({ bucket: MOVING_BUCKET, key });
}

test("an object that was created becomes due by itself on the day on which it is to move", async () => {
  await using world = await movingWorld(BY_MATRIX);
  await makePlan({ ctx: world.ctx, input: { bucket: MOVING_BUCKET } });
  await tell(world, "a", "astra.object.created", WRITTEN);
  await tell(world, "a", "astra.object.accessed", { reads: 500 });
  expect((await known(world, "a"))?.reviewMs).toBe(world.clock.now());
  expect(await due(world)).toMatchObject({ reviewed: 1, leftToScan: 0, wholeBecause: null });
  const reviewMs = (await known(world, "a"))?.reviewMs ?? 0;
  const days = (reviewMs - world.clock.now()) / MS_PER_DAY;
  expect(days).toBeGreaterThan(1);
  world.advance((days - 1) * MS_PER_DAY);
  expect(await due(world)).toMatchObject({ reviewed: 0, plan: { totals: { objectsSeen: 0, moves: 0 } } });
  world.advance(MS_PER_DAY);
  const { plan, reviewed } = await due(world);
  expect({ reviewed, moves: plan.totals.moves, seen: plan.totals.objectsSeen }).toEqual({
    reviewed: 1,
    moves: 1,
    seen: 1,
  });
  const [[first] = []] = await Array.fromAsync(world.ctx.state.plannedMoves(plan.id));
  expect(first?.move).toMatchObject({ key: "a", from: "STANDARD", etag: '"e"' });
  // The plan stands for today; the object is looked at again tomorrow.
  expect(await due(world)).toMatchObject({ reviewed: 0 });
  world.advance(MS_PER_DAY);
  expect(await due(world)).toMatchObject({ reviewed: 1, plan: { totals: { moves: 1 } } });
});

test("an event touches its own object alone: a hot one is looked at the next day, a colder one at once", async () => {
  await using world = await movingWorld(BY_MATRIX);
  const { ctx, clock } = world;
  await makePlan({ ctx, input: { bucket: MOVING_BUCKET } });
  for (const key of ["a", "b", "c"])
    await tell(world, key, "astra.object.created", {
      ...WRITTEN,
      storageClass: key === "c" ? "GLACIER_IR" : "STANDARD",
    });
  await due(world);
  const [before, cold] = [await known(world, "b"), await known(world, "c")];
  await tell(world, "a", "astra.object.accessed");
  expect((await known(world, "a"))?.reviewMs).toBe(Math.ceil(clock.now() / MS_PER_DAY) * MS_PER_DAY);
  expect([await known(world, "b"), await known(world, "c")]).toEqual([before, cold]);
  await tell(world, "c", "astra.object.accessed");
  expect((await known(world, "c"))?.reviewMs).toBe(clock.now());
  expect(await due(world)).toMatchObject({ reviewed: 1 });
  expect(await known(world, "b")).toEqual(before);
});

test("what is not known well enough is left to a listing, and a deleted object is not looked at", async () => {
  await using world = await movingWorld(BY_MATRIX);
  const { ctx, clock } = world;
  await makePlan({ ctx, input: { bucket: MOVING_BUCKET } });
  await tell(world, "sizeless", "astra.object.created", { etag: '"e"', storageClass: "STANDARD" });
  await tell(world, "gone", "astra.object.created", WRITTEN);
  await tell(world, "gone", "astra.object.deleted");
  await tell(world, "unknown", "astra.object.accessed");
  expect((await known(world, "unknown"))?.reviewMs).toBeNull();
  expect(await due(world)).toMatchObject({ reviewed: 0, leftToScan: 1 });
  expect((await known(world, "sizeless"))?.reviewMs).toBeNull();
  expect(await ctx.state.objectsDue(MOVING_BUCKET, clock.now(), 10)).toEqual([]);
});

test("other limits, and a bucket never decided, are decided as a whole", async () => {
  await using world = await movingWorld(BY_MATRIX);
  world.put("a", "x");
  expect(await due(world)).toMatchObject({
    wholeBecause: expect.stringContaining("never"),
    plan: { totals: { objectsSeen: 1 } },
  });
  expect(await due(world)).toMatchObject({ wholeBecause: null, plan: { totals: { objectsSeen: 0 } } });
  const engine = { ...world.ctx.config.engine, max_payback_days: 77 };
  const other = { ...world.ctx, config: { ...world.ctx.config, engine } };
  const changed = await due(world, other);
  expect(changed.wholeBecause).toContain("config.change");
  expect(changed.plan.totals.objectsSeen).toBe(1);
  expect(await due(world, other)).toMatchObject({ wholeBecause: null });
});
