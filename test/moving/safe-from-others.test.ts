/** What no crash, stall or oddity of a bucket may destroy: other people's versions, tags, and another engine's journal. */
import { PutBucketVersioningCommand } from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { AstraError } from "../../src/core/errors.ts";
import type { ObjectStore } from "../../src/ports/object-store.ts";
import type { JournalEntry } from "../../src/ports/state-store.ts";
import type { Context } from "../../src/services/context.ts";
import { applyPlan } from "../../src/services/moving/apply-plan.ts";
import { BucketLease, LEASE_MS } from "../../src/services/moving/bucket-lease.ts";
import { continueMoves } from "../../src/services/moving/continue-moves.ts";
import { planUndo } from "../../src/services/moving/undo-run.ts";
import { MOVING_BUCKET, type MovingWorld, movingWorld } from "../support/moving-world.ts";
import { sdkClient } from "../support/sandbox.ts";

/** The context with a store of which some calls are replaced. */
function withStore(ctx: Context, change: (store: ObjectStore) => Partial<ObjectStore>): Context {
  const stores = {
    async open(bucket: string): Promise<ObjectStore> {
      const store = await ctx.stores.open(bucket);
      const changed = change(store);
      return new Proxy(store, {
        get(target, name) {
          if (Object.hasOwn(changed, name)) return Reflect.get(changed, name);
          const value: unknown = Reflect.get(target, name);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
    },
    [Symbol.asyncDispose]: () => ctx.stores[Symbol.asyncDispose](),
  };
  return { ...ctx, stores };
}

const unreachable = (): Promise<never> => Promise.reject(new AstraError("ASTRA_STORE_UNREACHABLE", "the line is cut"));

async function linesOf(world: MovingWorld, runId: string): Promise<JournalEntry[]> {
  const lines: JournalEntry[] = [];
  for await (const page of world.ctx.state.journalOfRun(runId)) lines.push(...page);
  return lines;
}

async function noncurrent(world: MovingWorld): Promise<string[]> {
  const store = await world.ctx.stores.open(MOVING_BUCKET);
  const ids: string[] = [];
  for await (const page of store.noncurrentVersions()) ids.push(...page.map(({ versionId }) => versionId));
  return ids;
}

describe("on a versioned bucket whose own noncurrent versions are dropped", () => {
  test.each([
    ["plain", {}],
    ["KMS", { encryption: { algorithm: "aws:kms", kmsKeyId: "arn:aws:kms:us-east-1:1:key/k", bucketKey: true } }],
  ])("a version that somebody else's write left behind is kept after a crash (%s)", async (_, more) => {
    await using world = await movingWorld({
      bucket: { versioning: true },
      config: { engine: { drop_own_noncurrent: true } },
    });
    world.put("a", "their first", more);
    const first = world.sandbox.inspect(MOVING_BUCKET, "a").versionId;
    const planId = await world.plan(["a"], "STANDARD_IA");
    const cut = withStore(world.ctx, () => ({ changeClass: unreachable }));
    await expect(applyPlan({ ctx: cut, input: { planId } })).rejects.toMatchObject({ code: "ASTRA_STORE_UNREACHABLE" });
    world.put("a", "their other", { ...more, storageClass: "STANDARD_IA" });
    await continueMoves({ ctx: world.ctx, input: { bucket: MOVING_BUCKET } });
    expect(await noncurrent(world)).toContain(first);
  });
});

test("where versions are suspended, the version null that stands behind the current one is not overwritten", async () => {
  await using world = await movingWorld();
  const s3 = sdkClient(world.sandbox.endpoint);
  const versioning = (Status: "Enabled" | "Suspended") =>
    s3.send(new PutBucketVersioningCommand({ Bucket: MOVING_BUCKET, VersioningConfiguration: { Status } }));
  world.put("a", "before versions");
  await versioning("Enabled");
  world.put("a", "newer");
  world.put("b", "only one");
  await versioning("Suspended");
  s3.destroy();
  const run = await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(["a", "b"], "STANDARD_IA") } });
  expect(run).toMatchObject({ done: 1, skipped: 1, reasons: { null_version: 1 } });
  const store = await world.ctx.stores.open(MOVING_BUCKET);
  expect((await store.head("a", "null")).sizeBytes).toBe("before versions".length);
});

test("an engine whose lease passed through other hands does not go on", async () => {
  await using world = await movingWorld();
  await using slept = await BucketLease.take(world.ctx, MOVING_BUCKET);
  world.advance(LEASE_MS + 1);
  const other = await world.another();
  const taken = await BucketLease.take(other, MOVING_BUCKET);
  await taken[Symbol.asyncDispose]();
  await expect(slept.keep()).rejects.toMatchObject({ code: "ASTRA_LEASE_LOST" });
  await using third = await BucketLease.take(other, MOVING_BUCKET);
  expect(third.current().token).toBeGreaterThan(taken.current().token);
});

test("an engine that lost its lease leaves the run's record to the one that has it", async () => {
  let world: MovingWorld | null = null;
  let isTaken = false;
  await using made = await movingWorld({
    onRequest: (operation) => {
      if (operation !== "CopyObject" || !world || isTaken) return;
      isTaken = true;
      const request = { name: `bucket:${MOVING_BUCKET}`, holder: "other:1:x#1", nowMs: world.clock.now() };
      void world.ctx.state.acquireLease({ ...request, ttlMs: 1, isGone: () => true });
    },
  });
  world = made;
  made.put("a");
  const planId = await made.plan(["a"], "STANDARD_IA");
  await expect(applyPlan({ ctx: made.ctx, input: { planId } })).rejects.toMatchObject({ code: "ASTRA_LEASE_LOST" });
  expect(await made.ctx.state.runOfPlan(planId)).toMatchObject({ state: "running" });
});

test("an object that was copied and could not be looked at afterwards can be taken back", async () => {
  await using world = await movingWorld();
  world.put("a");
  let looks = 0;
  const throttled = withStore(world.ctx, (store) => ({
    head: (key, versionId) =>
      ++looks === 2 ? Promise.reject(new AstraError("ASTRA_STORE_THROTTLED", "slow down")) : store.head(key, versionId),
  }));
  const run = await applyPlan({ ctx: throttled, input: { planId: await world.plan(["a"], "STANDARD_IA") } });
  expect(run).toMatchObject({ failed: 1, reasons: { ASTRA_STORE_THROTTLED: 1 } });
  const [line] = await linesOf(world, run.id);
  expect(line).toMatchObject({ state: "failed", etagAfter: world.sandbox.inspect(MOVING_BUCKET, "a").etag });
  expect((await planUndo({ ctx: world.ctx, input: { runId: run.id } })).totals.moves).toBe(1);
  expect(await world.ctx.state.object({ bucket: MOVING_BUCKET, key: "a" })).toMatchObject({
    storageClass: "STANDARD_IA",
  });
});

test("a run whose failed but moved lines were taken back counts them as it does the others", async () => {
  await using world = await movingWorld();
  world.put("a");
  let looks = 0;
  const throttled = withStore(world.ctx, (store) => ({
    head: (key, versionId) =>
      ++looks === 2 ? Promise.reject(new AstraError("ASTRA_STORE_THROTTLED", "slow down")) : store.head(key, versionId),
  }));
  const run = await applyPlan({ ctx: throttled, input: { planId: await world.plan(["a"], "STANDARD_IA") } });
  const plan = await planUndo({ ctx: world.ctx, input: { runId: run.id } });
  expect(await applyPlan({ ctx: world.ctx, input: { planId: plan.id } })).toMatchObject({ done: 1 });
  expect(await linesOf(world, run.id)).toMatchObject([{ state: "undone", reason: "ASTRA_STORE_THROTTLED" }]);
  expect(await world.ctx.state.run(run.id)).toMatchObject({ done: 1, failed: 0 });
});
