/**
 * A lifecycle service listed an object again while an earlier batch was still moving it, and archived it twice, at twice the
 * price (scality/backbeat, pull request 2259, which mended it by a flag on the object). Here one engine at a time holds the
 * bucket's lease, an object with an open line of another run is left to that run, and each copy is conditional.
 */
import { expect, test } from "vitest";
import type { JournalEntry } from "../../src/ports/state-store.ts";
import { applyPlan } from "../../src/services/moving/apply-plan.ts";
import { continueMoves } from "../../src/services/moving/continue-moves.ts";
import { MOVING_BUCKET, type MovingWorld, movingWorld } from "../support/moving-world.ts";
import { died, mortal } from "../support/mortal-context.ts";

const KEYS = Array.from({ length: 20 }, (_, index) => `k${String(index).padStart(2, "0")}`);
const LEASE_MS = 60_000;

/** Copies made of each key. */
function copyCounter() {
  const copies = new Map<string, number>();
  const onRequest = (operation: string, _bucket: string, key: string): void => {
    if (operation === "CopyObject") copies.set(key, (copies.get(key) ?? 0) + 1);
  };
  return { copies, onRequest };
}

const ONCE_EACH = new Map(KEYS.map((key) => [key, 1]));

async function doneLines(world: MovingWorld): Promise<string[]> {
  const lines: JournalEntry[] = [];
  for (const { id } of await world.ctx.state.runs(10)) {
    for await (const page of world.ctx.state.journalOfRun(id)) lines.push(...page);
  }
  return lines
    .filter(({ state }) => state === "done")
    .map(({ move }) => move.key)
    .toSorted();
}

test("two engines with a plan of the same objects: each is copied once, and counted once", async () => {
  const { copies, onRequest } = copyCounter();
  await using world = await movingWorld({ onRequest });
  for (const key of KEYS) world.put(key);
  const plans = [await world.plan(KEYS, "STANDARD_IA"), await world.plan(KEYS, "STANDARD_IA")];
  const other = await world.another();
  const contexts = [world.ctx, other];
  const settled = await Promise.allSettled(
    contexts.map((ctx, index) => applyPlan({ ctx, input: { planId: plans[index] ?? "" } })),
  );
  const refused = settled.findIndex(({ status }) => status === "rejected");
  expect(settled[refused]).toMatchObject({ reason: { code: "ASTRA_BUCKET_BUSY" } });
  expect(settled[1 - refused]).toMatchObject({ value: { state: "done", done: KEYS.length } });
  const late = await applyPlan({ ctx: other, input: { planId: plans[refused] ?? "" } });
  expect(late).toMatchObject({ state: "done", done: 0, skipped: KEYS.length, reasons: { changed: KEYS.length } });
  expect(copies).toEqual(ONCE_EACH);
  expect(await doneLines(world)).toEqual(KEYS);
});

test("a batch that died in the middle keeps its objects until it is finished", async () => {
  let isDying = false;
  let kill = (): void => undefined;
  const { copies, onRequest } = copyCounter();
  await using world = await movingWorld({
    config: { engine: { concurrency: 1 } },
    onRequest: (operation, bucket, key) => {
      onRequest(operation, bucket, key);
      // Its copy takes place; the rest is only intended.
      if (isDying && operation === "CopyObject" && copies.size === 8) kill();
    },
  });
  for (const key of KEYS) world.put(key);
  const plans = [await world.plan(KEYS, "STANDARD_IA"), await world.plan(KEYS, "STANDARD_IA")] as const;
  const first = mortal(await world.another());
  kill = first.kill;
  isDying = true;
  await died(applyPlan({ ctx: first.ctx, input: { planId: plans[0] } }));
  isDying = false;
  expect(copies.size).toBe(8);
  world.advance(LEASE_MS + 1);
  const second = await applyPlan({ ctx: world.ctx, input: { planId: plans[1] } });
  expect(second).toMatchObject({ done: 0, skipped: KEYS.length, reasons: { busy: KEYS.length } });
  expect(await continueMoves({ ctx: world.ctx, input: { bucket: MOVING_BUCKET } })).toMatchObject({
    done: KEYS.length,
    waiting: 0,
  });
  expect(copies).toEqual(ONCE_EACH);
  expect(await doneLines(world)).toEqual(KEYS);
});
