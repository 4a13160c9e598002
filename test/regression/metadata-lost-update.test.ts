/**
 * A lifecycle service read an object's metadata, moved the data, and wrote the metadata back: what the owner had written in
 * between was gone (scality/backbeat, pull request 646). Here the store itself carries metadata over, from the object as it
 * is when it is copied, and only if it still has the ETag that was looked at; a copy in parts, which has to state metadata
 * anew, looks once more right before it ends.
 */
import { expect, test } from "vitest";
import { applyPlan } from "../../src/services/moving/apply-plan.ts";
import { MOVING_BUCKET, type MovingWorld, movingWorld } from "../support/moving-world.ts";

const MIB = 1024 * 1024;
const OURS = { metadata: { by: "first writer" }, contentHeaders: { "content-type": "text/plain" } };
const THEIRS = { metadata: { by: "second writer" }, contentHeaders: { "content-type": "text/html" } };

function apply({ ctx }: MovingWorld, planId: string): ReturnType<typeof applyPlan> {
  return applyPlan({ ctx, input: { planId } });
}

test.each([
  ["other content", "theirs", { skipped: 1, reasons: { changed: 1 } }, "STANDARD"],
  // The ETag stays, so that no condition on it can tell: the store carries theirs over, and a person is told.
  ["the same content", "body of a", { failed: 1, reasons: { ASTRA_STORE_INTEGRITY: 1 } }, "STANDARD_IA"],
])("what an owner writes with %s between our look and our copy stays", async (_, body, outcome, storageClass) => {
  let races = 0;
  await using world = await movingWorld({
    onRequest: (operation, bucket, key, sandbox) => {
      if (operation === "CopyObject" && races++ === 0) sandbox.overwrite(bucket, key, Buffer.from(body), THEIRS);
    },
  });
  world.put("a", undefined, OURS);
  const run = await apply(world, await world.plan(["a"], "STANDARD_IA"));
  expect(races).toBe(1);
  expect(run).toMatchObject({ done: 0, ...outcome });
  expect(world.sandbox.inspect(MOVING_BUCKET, "a")).toMatchObject({ ...THEIRS, storageClass, body: Buffer.from(body) });
});

test("what an owner writes while a large object is copied in parts stays", async () => {
  const body = "x".repeat(6 * MIB);
  let races = 0;
  await using world = await movingWorld({
    store: { maxCopyBytes: 5 * MIB },
    onRequest: (operation, bucket, key, sandbox) => {
      if (operation === "UploadPartCopy" && races++ === 0) sandbox.overwrite(bucket, key, Buffer.from(body), THEIRS);
    },
  });
  world.put("a", body, OURS);
  const run = await apply(world, await world.plan(["a"], "STANDARD_IA"));
  expect(run).toMatchObject({ skipped: 1, reasons: { changed: 1 } });
  expect(world.sandbox.inspect(MOVING_BUCKET, "a")).toMatchObject({ ...THEIRS, storageClass: "STANDARD" });
  expect(world.sandbox.openUploads(MOVING_BUCKET)).toEqual([]);
});

test("what an owner writes right after our copy is neither touched nor taken for ours", async () => {
  const asked: string[] = [];
  await using world = await movingWorld({
    onRequest: (operation, bucket, key, sandbox) => {
      if (operation === "HeadObject" && asked.at(-1) === "CopyObject")
        sandbox.overwrite(bucket, key, Buffer.from("theirs"), THEIRS);
      if (key !== "") asked.push(operation);
    },
  });
  world.put("a", undefined, OURS);
  const run = await apply(world, await world.plan(["a"], "STANDARD_IA"));
  expect(run).toMatchObject({ done: 0, skipped: 1, reasons: { changed: 1 } });
  expect(world.sandbox.inspect(MOVING_BUCKET, "a")).toMatchObject({ ...THEIRS, storageClass: "STANDARD" });
  expect(asked).toEqual(["HeadObject", "CopyObject", "HeadObject"]);
  // The state does not say that the object has the class of the copy.
  expect(await world.ctx.state.object({ bucket: MOVING_BUCKET, key: "a" })).toBeUndefined();
});
