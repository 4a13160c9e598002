/**
 * An object that had just been brought back from an archive still looked old and unread to the rule that had archived it, so
 * that the next pass sent it back: the owner paid for both ways and had nothing to read (S3 Lifecycle itself acts on age
 * alone; see scality/cloudserver, pull request 5191, for the care a restored object needs). Here a promotion is remembered
 * in the state, and the object stays up for `engine.cool_down_days` and its class's minimum duration.
 */
import { expect, test } from "vitest";
import { encodeEvent, parseEvent } from "../../src/core/event.ts";
import { consumeEvents } from "../../src/services/consume-events.ts";
import { makePlan } from "../../src/services/make-plan.ts";
import { applyPlan } from "../../src/services/moving/apply-plan.ts";
import { continueMoves } from "../../src/services/moving/continue-moves.ts";
import { MOVING_BUCKET, type MovingWorld, movingWorld } from "../support/moving-world.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Large enough that its archive saves something; what a move may cost is another test's business. */
const BODY = "x".repeat(256 * 1024);
const CONFIG = { engine: { strategy: "matrix", max_payback_days: 1_000_000 } };

function planTotals({ ctx }: MovingWorld) {
  return makePlan({ ctx, input: { bucket: MOVING_BUCKET } }).then(({ totals }) => totals);
}

/** An object of 400 unread days, back from DEEP_ARCHIVE as somebody asked for. */
async function rehydrated(to: string): Promise<MovingWorld> {
  const world = await movingWorld({ config: CONFIG });
  world.put("a", BODY, { storageClass: "DEEP_ARCHIVE" });
  world.advance(400 * DAY);
  await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(["a"], to) } });
  world.advance(72 * HOUR);
  expect(await continueMoves({ ctx: world.ctx, input: { bucket: MOVING_BUCKET } })).toMatchObject({ done: 1 });
  expect(world.sandbox.inspect(MOVING_BUCKET, "a").storageClass).toBe(to);
  return world;
}

test.each(["STANDARD", "STANDARD_IA"])("what came back into %s is not archived again before 30 days", async (to) => {
  await using world = await rehydrated(to);
  for (const days of [0, 10, 19]) {
    world.advance(days * DAY);
    expect(await planTotals(world)).toMatchObject({ moves: 0, refusals: { cool_down: { objects: 1 } } });
  }
  world.advance(2 * DAY);
  const { moves, refusals, breakdown } = await planTotals(world);
  expect({ moves, refusals }).toEqual({ moves: 1, refusals: {} });
  expect(breakdown?.classes).toMatchObject([{ from: to, to: "DEEP_ARCHIVE" }]);
});

test("nor by the store's event of our own copy, which would make it forget the promotion", async () => {
  await using world = await rehydrated("STANDARD");
  const { etag, lastModifiedMs } = world.sandbox.inspect(MOVING_BUCKET, "a");
  const event = parseEvent({
    specversion: "1.0",
    id: "copy",
    source: `s3://${MOVING_BUCKET}`,
    type: "astra.object.overwritten",
    subject: "a",
    time: new Date(lastModifiedMs).toISOString(),
    data: { etag, sizeBytes: BODY.length, storageClass: "STANDARD", sequencer: "0A" },
  });
  await world.ctx.log.ensureTopic("data-events", 1);
  await world.ctx.log.append("data-events", [{ key: `${MOVING_BUCKET}/a`, value: encodeEvent(event) }]);
  expect((await consumeEvents({ ctx: world.ctx, input: { untilDrained: true } })).consumed).toBe(1);
  expect(await planTotals(world)).toMatchObject({ moves: 0, refusals: { cool_down: { objects: 1 } } });
});
