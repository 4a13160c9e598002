/**
 * A flag "transition in progress" in the objects' metadata outlived the transitions it spoke of: set after the work was
 * done, never cleared after a failure or a crash, it kept objects from ever being moved again (scality/backbeat, pull
 * requests 2496 and 2524; noobaa/noobaa-core, pull request 9967). Here "in progress" is an open line of the journal, never
 * something on the object; each open line is due at some time, and whoever holds the bucket's lease brings it to an end.
 */
import { describe, expect, test } from "vitest";
import { S3Error } from "../../src/sandbox/s3-error.ts";
import type { JournalEntry } from "../../src/ports/state-store.ts";
import { makePlan } from "../../src/services/make-plan.ts";
import { applyPlan } from "../../src/services/moving/apply-plan.ts";
import { continueMoves } from "../../src/services/moving/continue-moves.ts";
import { runEngine } from "../../src/services/moving/run-engine.ts";
import { MOVING_BUCKET, type MovingWorld, movingWorld } from "../support/moving-world.ts";
import { died, mortal } from "../support/mortal-context.ts";

const KEYS = ["a", "b", "c", "d", "e", "f"];
const HOUR = 3_600_000;
const LEASE_MS = 60_000;

async function openLines({ ctx }: MovingWorld): Promise<JournalEntry[]> {
  const open: JournalEntry[] = [];
  for await (const page of ctx.state.openJournal(MOVING_BUCKET)) open.push(...page);
  return open;
}

function goOn({ ctx }: MovingWorld): ReturnType<typeof continueMoves> {
  return continueMoves({ ctx, input: { bucket: MOVING_BUCKET } });
}

describe("a process that dies while it moves objects", () => {
  async function crashed(operation: string): Promise<MovingWorld> {
    let seen = 0;
    let kill = (): void => undefined;
    const world = await movingWorld({
      config: { engine: { concurrency: 1, strategy: "matrix" } },
      onRequest: (name, _bucket, key) => {
        if (name === operation && key !== "" && ++seen === 3) kill();
      },
    });
    for (const key of KEYS) world.put(key);
    const first = mortal(await world.another());
    kill = first.kill;
    const planId = await world.plan(KEYS, "STANDARD_IA");
    await died(applyPlan({ ctx: first.ctx, input: { planId } }));
    return world;
  }

  test.each(["HeadObject", "CopyObject"])("at %s leaves nothing in progress for ever", async (operation) => {
    await using world = await crashed(operation);
    expect(await openLines(world)).toHaveLength(KEYS.length);
    expect(await world.ctx.state.runs(5)).toMatchObject([{ state: "running", finishedMs: null }]);
    // Nobody else plans what is under way, and it is told of.
    expect((await makePlan({ ctx: world.ctx, input: { bucket: MOVING_BUCKET } })).totals).toMatchObject({
      moves: 0,
      refusals: { restore_in_progress: { objects: KEYS.length } },
    });
    await expect(goOn(world)).rejects.toMatchObject({ code: "ASTRA_BUCKET_BUSY" });
    world.advance(LEASE_MS + 1);
    const engine = { bucket: MOVING_BUCKET, dryRun: false, confirm: async () => true };
    const { continued } = await runEngine({ ctx: world.ctx, input: engine });
    expect(continued).toEqual({ done: KEYS.length, failed: 0, skipped: 0, waiting: 0 });
    expect(await openLines(world)).toEqual([]);
    expect(await world.ctx.state.runs(5)).toMatchObject([
      { state: "interrupted", finishedMs: world.clock.now(), done: KEYS.length, restoring: 0 },
    ]);
    for (const key of KEYS) {
      expect(world.sandbox.inspect(MOVING_BUCKET, key)).toMatchObject({
        storageClass: "STANDARD_IA",
        metadata: {},
        tags: {},
      });
    }
    const back = await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(KEYS, "STANDARD") } });
    expect(back).toMatchObject({ state: "done", done: KEYS.length });
  });
});

test("a move that failed leaves its object free for the next one", async () => {
  let isRefusing = true;
  await using world = await movingWorld({
    onRequest: (operation) => {
      if (operation === "CopyObject" && isRefusing) throw new S3Error("InvalidRequest", "not now");
    },
  });
  world.put("a");
  const failed = await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(["a"], "STANDARD_IA") } });
  expect(failed).toMatchObject({ state: "partly", failed: 1 });
  expect(await openLines(world)).toEqual([]);
  isRefusing = false;
  const next = await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(["a"], "STANDARD_IA") } });
  expect(next).toMatchObject({ state: "done", done: 1 });
});

test.each([
  ["deleted", (world: MovingWorld) => world.sandbox.remove(MOVING_BUCKET, "a"), "missing"],
  ["overwritten", (world: MovingWorld) => world.put("a", "newer"), "changed"],
])("an object that is %s while its restore is waited for is waited for no longer", async (_, happens, reason) => {
  await using world = await movingWorld();
  world.put("a", "frozen", { storageClass: "GLACIER" });
  const run = await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(["a"], "STANDARD") } });
  expect(run.restoring).toBe(1);
  happens(world);
  world.advance(72 * HOUR);
  expect(await goOn(world)).toMatchObject({ skipped: 1, waiting: 0 });
  expect(await openLines(world)).toEqual([]);
  expect(await world.ctx.state.run(run.id)).toMatchObject({ restoring: 0, skipped: 1, reasons: { [reason]: 1 } });
});
