/**
 * A lifecycle service kept the number of its tries in the objects' own metadata (`x-amz-meta-scal-s3-transition-attempt`,
 * scality/backbeat, pull request 2520): owners saw it, and it took up part of their 2 KiB. Here tries are counted in the
 * process, and what has to outlive it stands in the journal; the only thing ever written on an object is the tag of a
 * lifecycle rule, where the owner allowed that mechanism, and it is taken off again.
 */
import { expect, test } from "vitest";
import { applyPlan } from "../../src/services/moving/apply-plan.ts";
import { continueMoves } from "../../src/services/moving/continue-moves.ts";
import { MOVING_BUCKET, type MovingWorldOptions, movingWorld } from "../support/moving-world.ts";

/** The largest metadata that S3 takes: one more entry would be refused. */
const OWNERS = { metadata: { note: "n".repeat(2048 - "note".length) }, tags: { theirs: "1" } };
const HOUR = 3_600_000;

/** Everything that happens to the object, and how it looked at each request. */
function watched() {
  const asked: string[] = [];
  const faults: unknown[] = [];
  const onRequest: MovingWorldOptions["onRequest"] = (operation, bucket, key, sandbox) => {
    if (key !== "a") return;
    asked.push(operation);
    const { metadata, tags } = sandbox.inspect(bucket, key);
    if (JSON.stringify({ metadata, tags }) !== JSON.stringify(OWNERS)) faults.push({ operation, metadata, tags });
  };
  return { asked, faults, onRequest };
}

test("tries that fail leave no trace on the object", async () => {
  const { asked, faults, onRequest } = watched();
  await using world = await movingWorld({
    onRequest,
    store: { retry: { attempts: 3, baseMs: 1, capMs: 1 } },
  });
  world.put("a", undefined, OWNERS);
  for (const expected of [{ failed: 1 }, { failed: 1 }, { done: 1 }]) {
    if (expected.failed) world.sandbox.faults.add({ kind: "internal-error", operation: "CopyObject", count: 3 });
    const planId = await world.plan(["a"], "STANDARD_IA");
    expect(await applyPlan({ ctx: world.ctx, input: { planId } })).toMatchObject(expected);
    expect(world.sandbox.inspect(MOVING_BUCKET, "a")).toMatchObject(OWNERS);
  }
  expect(faults).toEqual([]);
  // Nothing is asked for but looks and the copy itself; the failing tries do not get as far as here.
  expect(new Set(asked)).toEqual(new Set(["HeadObject", "GetObjectTagging", "CopyObject"]));
});

test("restores that are asked for, looked for and asked for again leave no trace either", async () => {
  const { asked, faults, onRequest } = watched();
  await using world = await movingWorld({ onRequest });
  world.put("a", "frozen", { ...OWNERS, storageClass: "DEEP_ARCHIVE" });
  await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(["a"], "STANDARD") } });
  // Too soon, then too late for the first copy, then in time.
  for (const hours of [25, 10 * 24, 72]) {
    world.advance(hours * HOUR);
    await continueMoves({ ctx: world.ctx, input: { bucket: MOVING_BUCKET } });
  }
  expect(asked.filter((operation) => operation === "RestoreObject")).toHaveLength(2);
  expect(world.sandbox.inspect(MOVING_BUCKET, "a")).toMatchObject({ ...OWNERS, storageClass: "STANDARD" });
  expect(faults).toEqual([]);
});
