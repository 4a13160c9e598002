/**
 * What reacts to a bucket's events by copying its objects hears of its own copies, and takes them for new content: at best
 * ages and counts begin anew, at worst it copies for ever (aws-samples/amazon-s3-checksum-verification, issue 3). Here the
 * journal holds the intent before the copy is made, and an event is told to be ours by ETag or version, whether it comes
 * before the answer or long after.
 */
import { describe, expect, test } from "vitest";
import { type DataEvent, encodeEvent, parseEvent } from "../../src/core/event.ts";
import { consumeEvents } from "../../src/services/consume-events.ts";
import { applyPlan } from "../../src/services/moving/apply-plan.ts";
import { MOVING_BUCKET, type MovingWorld, movingWorld } from "../support/moving-world.ts";
import { died, mortal } from "../support/mortal-context.ts";

const MIB = 1024 * 1024;
const DAY = 86_400_000;
const REF = { bucket: MOVING_BUCKET, key: "a" };
let ids = 0;

/** Hands events to the service as a store's notifications come, and lets it work on them. */
async function hear(world: MovingWorld, ...events: readonly Partial<DataEvent>[]): Promise<void> {
  const { log } = world.ctx;
  await log.ensureTopic("data-events", 1);
  const records = events.map((event) => {
    const id = `e${(ids += 1)}`;
    const time = new Date(world.clock.now()).toISOString();
    const whole = { specversion: "1.0", id, source: `s3://${MOVING_BUCKET}`, subject: "a", time, ...event };
    return { key: `${MOVING_BUCKET}/a`, value: encodeEvent(parseEvent(whole)) };
  });
  await log.append("data-events", records);
  const { consumed, deadLettered } = await consumeEvents({ ctx: world.ctx, input: { untilDrained: true } });
  expect({ consumed, deadLettered }).toEqual({ consumed: events.length, deadLettered: 0 });
}

/** The store's notification of the object as it is now. */
function written(world: MovingWorld, sequencer: string, type: DataEvent["type"]): Partial<DataEvent> {
  const { etag, sizeBytes, storageClass, versionId } = world.sandbox.inspect(MOVING_BUCKET, "a");
  const version = versionId === "null" ? {} : { versionId };
  return { type, data: { etag, sizeBytes, storageClass, sequencer, ...version } };
}

/** An object with a past: a hundred days, three reads. */
async function withPast(body: string, options: Parameters<typeof movingWorld>[0] = {}) {
  const world = await movingWorld(options);
  world.put("a", body);
  await hear(world, written(world, "01", "astra.object.created"));
  world.advance(99 * DAY);
  await hear(world, { type: "astra.object.accessed", data: { reads: 3 } });
  world.advance(DAY);
  const past = await world.ctx.state.object(REF);
  expect(past?.access.lifetimeReads).toBe(3);
  return {
    world,
    past: { createdMs: past?.createdMs, access: past?.access, deletedMs: null, promotedMs: null },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

describe.each([
  ["in one request", "body", {}],
  // The ETag of the copy is another.
  ["in parts", "x".repeat(6 * MIB), { store: { maxCopyBytes: 5 * MIB } }],
  ["into a version of its own", "body", { bucket: { versioning: true } }],
])("a copy made %s", (_, body, options) => {
  test("whose events come after the answer is no overwrite", async () => {
    await using life = await withPast(body, options);
    const { world, past } = life;
    const planId = await world.plan(["a"], "STANDARD_IA");
    expect(await applyPlan({ ctx: world.ctx, input: { planId } })).toMatchObject({ done: 1 });
    const movedMs = world.clock.now();
    world.advance(60_000);
    const event = written(world, "02", "astra.object.overwritten");
    await hear(world, event, { ...event, id: "again" });
    const { etag } = world.sandbox.inspect(MOVING_BUCKET, "a");
    const expected = { ...past, storageClass: "STANDARD_IA", classSinceMs: movedMs, etag };
    expect(await world.ctx.state.object(REF)).toMatchObject(expected);
  });

  test("whose event comes before the answer is no overwrite", async () => {
    let kill = (): void => undefined;
    await using life = await withPast(body, {
      ...options,
      onRequest: (operation) => {
        if (operation === "CopyObject" || operation === "CompleteMultipartUpload") kill();
      },
    });
    const { world, past } = life;
    const engine = mortal(await world.another());
    kill = engine.kill;
    const planId = await world.plan(["a"], "STANDARD_IA");
    await died(applyPlan({ ctx: engine.ctx, input: { planId } }));
    await hear(world, written(world, "02", "astra.object.overwritten"));
    expect(await world.ctx.state.object(REF)).toMatchObject(past);
    world.advance(61_000);
    expect(await applyPlan({ ctx: world.ctx, input: { planId } })).toMatchObject({ done: 1 });
    expect(await world.ctx.state.object(REF)).toMatchObject({ ...past, storageClass: "STANDARD_IA" });
  });
});

test("an owner's overwrite after our copy is one, also when the two are heard of in the wrong order", async () => {
  await using life = await withPast("body");
  const { world, past } = life;
  await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(["a"], "STANDARD_IA") } });
  const ours = written(world, "02", "astra.object.overwritten");
  world.advance(DAY);
  world.put("a", "their new content");
  await hear(world, written(world, "03", "astra.object.overwritten"), ours);
  expect(await world.ctx.state.object(REF)).toMatchObject({
    ...past,
    createdMs: world.clock.now(),
    storageClass: "STANDARD",
    etag: world.sandbox.inspect(MOVING_BUCKET, "a").etag,
  });
});
