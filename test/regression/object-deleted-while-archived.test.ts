/**
 * An object was deleted while it was being archived; the archive went on and kept a copy that no name led to any more, paid
 * for ever (scality/backbeat, pull request 2473). Here object and copy have one name, so that a deletion finds both; the copy
 * is conditional on the object being there, an upload that lost its object is aborted, and nothing is ever deleted instead.
 */
import { describe, expect, test } from "vitest";
import { applyPlan } from "../../src/services/moving/apply-plan.ts";
import { continueMoves } from "../../src/services/moving/continue-moves.ts";
import { MOVING_BUCKET, type MovingWorldOptions, movingWorld } from "../support/moving-world.ts";
import { died, mortal } from "../support/mortal-context.ts";

const MIB = 1024 * 1024;
const HOUR = 3_600_000;
const PARTS = { maxCopyBytes: 5 * MIB };

/** Their deletion, right before our n-th request of that kind. */
function deletedBefore(operation: string, nth = 1): MovingWorldOptions["onRequest"] {
  let seen = 0;
  return (name, bucket, key, sandbox) => {
    if (name === operation && key === "a" && ++seen === nth) sandbox.remove(bucket, key);
  };
}

describe.each([
  ["a bucket without versions", false],
  ["a versioned bucket", true],
])("in %s", (_, versioning) => {
  test.each([
    ["the look", "HeadObject", 1, 1000, {}],
    ["the copy", "CopyObject", 1, 1000, {}],
    ["the look at the copy", "HeadObject", 2, 1000, {}],
    ["a part of the copy", "UploadPartCopy", 2, 6 * MIB, PARTS],
    ["the end of a copy in parts", "CompleteMultipartUpload", 1, 6 * MIB, PARTS],
  ])("an object deleted right before %s stays deleted, and leaves nothing", async (__, operation, nth, size, store) => {
    await using world = await movingWorld({
      store,
      bucket: { versioning },
      config: { engine: { drop_own_noncurrent: true } },
      onRequest: deletedBefore(operation, nth),
    });
    world.put("a", "x".repeat(size));
    const run = await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(["a"], "GLACIER") } });
    expect(run).toMatchObject({ state: "done", done: 0, failed: 0, skipped: 1 });
    expect([...world.sandbox.snapshot(MOVING_BUCKET)]).toEqual([]);
    expect(world.sandbox.openUploads(MOVING_BUCKET)).toEqual([]);
    // Where there are versions, their deletion stands above whatever was there: theirs to bring back.
    const [newest, ...older] = world.sandbox.versions(MOVING_BUCKET, "a");
    expect(newest?.deleteMarker ?? false).toBe(versioning);
    expect(older.some(({ storageClass }) => storageClass === "STANDARD")).toBe(versioning);
    expect((await world.ctx.state.object({ bucket: MOVING_BUCKET, key: "a" }))?.storageClass).toBeUndefined();
  });
});

test("an object deleted after a crash right behind its copy is not brought back", async () => {
  let kill = (): void => undefined;
  await using world = await movingWorld({
    onRequest: (operation) => {
      if (operation === "CopyObject") kill();
    },
  });
  world.put("a");
  const first = mortal(await world.another());
  kill = first.kill;
  const planId = await world.plan(["a"], "GLACIER");
  await died(applyPlan({ ctx: first.ctx, input: { planId } }));
  expect(world.sandbox.inspect(MOVING_BUCKET, "a").storageClass).toBe("GLACIER");
  world.sandbox.remove(MOVING_BUCKET, "a");
  world.advance(61_000);
  expect(await applyPlan({ ctx: world.ctx, input: { planId } })).toMatchObject({ skipped: 1, reasons: { missing: 1 } });
  expect([...world.sandbox.snapshot(MOVING_BUCKET)]).toEqual([]);
});

test("an object deleted while it is restored is not asked for again", async () => {
  const asked: string[] = [];
  await using world = await movingWorld({ onRequest: (operation) => void asked.push(operation) });
  world.put("a", "frozen", { storageClass: "DEEP_ARCHIVE" });
  await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(["a"], "STANDARD") } });
  world.sandbox.remove(MOVING_BUCKET, "a");
  world.advance(72 * HOUR);
  expect(await continueMoves({ ctx: world.ctx, input: { bucket: MOVING_BUCKET } })).toMatchObject({ skipped: 1 });
  expect(asked.filter((operation) => operation === "RestoreObject")).toHaveLength(1);
  expect([...world.sandbox.snapshot(MOVING_BUCKET)]).toEqual([]);
});
