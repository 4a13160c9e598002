/** Effects on objects: in order, each event once, all of a batch or nothing. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type ObjectState, unknownObject } from "../../src/core/object-state.ts";
import { MS_PER_DAY } from "../../src/core/units.ts";
import type { Effect, StateStore } from "../../src/ports/state-store.ts";
import { BUCKET, NOW_MS, batchOf, collect, readEffect, ref } from "../support/state-fixtures.ts";
import { type StateBackend, withState } from "./state-store-backend.ts";

export function effectTests(create: () => Promise<StateBackend>): void {
  test("effects of one batch on one object build on each other", () =>
    withState(create, async (store) => {
      const seen: (number | null | undefined)[] = [];
      const sized = (offset: bigint, sizeBytes: number): Effect => ({
        ...readEffect(offset, ref("a")),
        apply: (known) => {
          seen.push(known?.sizeBytes);
          return { ...(known ?? unknownObject(ref("a"))), sizeBytes };
        },
      });
      await store.applyEffects(batchOf([sized(0n, 1), sized(1n, 2), sized(2n, 3)]));
      await store.applyEffects(batchOf([sized(3n, 4)]));
      expect(seen).toEqual([undefined, 1, 2, 3]);
      expect(await store.object(ref("a"))).toEqual({ ...unknownObject(ref("a")), sizeBytes: 4 });
    }));

  test("a repeated event is left out for seven days and counts again afterwards", () =>
    withState(create, async (store) => {
      const at = (offset: bigint, nowMs: number): Promise<{ readonly duplicates: number }> =>
        store.applyEffects(batchOf([readEffect(offset, ref("a"), "same")], { nowMs }));
      expect((await at(0n, NOW_MS)).duplicates).toBe(0);
      expect((await at(1n, NOW_MS + 7 * MS_PER_DAY - 1)).duplicates).toBe(1);
      expect((await at(2n, NOW_MS + 7 * MS_PER_DAY)).duplicates).toBe(0);
      expect((await at(3n, NOW_MS + 8 * MS_PER_DAY)).duplicates).toBe(1);
      expect((await store.object(ref("a")))?.access.lifetimeReads).toBe(2);
    }));

  test("events repeat within a batch and across partitions; another source's id is another event", () =>
    withState(create, async (store) => {
      const twice = [
        readEffect(0n, ref("a"), "x"),
        readEffect(1n, ref("a"), "x"),
        readEffect(2n, ref("a", "docs"), "x"),
      ];
      expect(await store.applyEffects(batchOf(twice))).toEqual({ applied: 2, alreadyApplied: 0, duplicates: 1 });
      const elsewhere = batchOf([readEffect(0n, ref("a"), "x")], { partition: 1 });
      expect(await store.applyEffects(elsewhere)).toEqual({ applied: 0, alreadyApplied: 0, duplicates: 1 });
    }));

  test("an effect that throws leaves nothing of its batch", () =>
    withState(create, async (store) => {
      const broken: Effect = {
        ...readEffect(1n, ref("b")),
        apply: () => {
          throw new RangeError("broken effect");
        },
      };
      await expect(store.applyEffects(batchOf([readEffect(0n, ref("a")), broken]))).rejects.toThrow("broken effect");
      expect(await store.object(ref("a"))).toBeUndefined();
      const result = await store.applyEffects(batchOf([readEffect(0n, ref("a")), readEffect(1n, ref("b"))]));
      expect(result).toEqual({ applied: 2, alreadyApplied: 0, duplicates: 0 });
    }));

  test("batches that come together are applied together, and one that is refused takes no other with it", () =>
    withState(create, async (store) => {
      const broken: Effect = {
        ...readEffect(1n, ref("b")),
        apply: () => {
          throw new RangeError("broken effect");
        },
      };
      const results = await Promise.allSettled([
        store.applyEffects(batchOf([readEffect(0n, ref("a"), "x"), readEffect(1n, ref("a"), "y")])),
        store.applyEffects(batchOf([readEffect(0n, ref("c")), broken], { partition: 1 })),
        store.applyEffects(batchOf([readEffect(0n, ref("a"), "y"), readEffect(1n, ref("d"), "z")], { partition: 2 })),
        store.applyEffects(batchOf([readEffect(9n, ref("e"), "e")])),
      ]);
      expect(results.map((each) => (each.status === "fulfilled" ? each.value : each.reason))).toMatchObject([
        { applied: 2, alreadyApplied: 0, duplicates: 0 },
        { message: "broken effect" },
        { applied: 1, alreadyApplied: 0, duplicates: 1 },
        { code: "ASTRA_LOG_POSITION_GAP" },
      ]);
      const reads = await collect(store.objects({ bucket: BUCKET }));
      expect(reads.map(({ key, access }) => [key, access.lifetimeReads])).toEqual([
        ["a", 2],
        ["d", 1],
      ]);
    }));

  test("two processes that apply the same batch at once apply it once", () =>
    withState(create, async (store, backend) => {
      await using other = await backend.open();
      const effects = Array.from({ length: 200 }, (_, index) => readEffect(BigInt(index), ref(`k${index % 7}`)));
      const results = await Promise.all([store, other].map((one) => one.applyEffects(batchOf(effects))));
      expect(results.map(({ applied }) => applied).toSorted((a, b) => a - b)).toEqual([0, 200]);
      const objects = await collect(store.objects({ bucket: BUCKET }));
      expect(objects.reduce((sum, { access }) => sum + access.lifetimeReads, 0)).toBe(200);
    }));

  test("any interleaving of repeats, replays and restarts gives what each event once gives", async () => {
    const result = await fc.check(
      fc.asyncProperty(scenario, async ({ events, steps }) => {
        await withState(create, (first, backend) => playAndCompare(first, () => backend.open(), events, steps));
      }),
      { numRuns: 25 },
    );
    expect(fc.defaultReportMessage(result)).toBeUndefined();
  }, 60_000);
}

interface Step {
  /** Where the delivery begins, as a share of what is held, and how many events it carries. */
  readonly back: number;
  readonly count: number;
  readonly how: "once" | "twice at once" | "after a restart";
}

interface TestEvent {
  readonly key: string;
  readonly id: number;
  readonly minutes: number;
}

/** Ids out of a small range, so that producers' retries occur. */
const scenario = fc.record({
  events: fc.array(
    fc.record({
      key: fc.constantFrom("a", "b", "c\u0000d", "ü"),
      id: fc.integer({ min: 0, max: 30 }),
      minutes: fc.integer({ min: 0, max: 100_000 }),
    }),
    { minLength: 1, maxLength: 40 },
  ),
  steps: fc.array(
    fc.record({
      back: fc.double({ min: 0, max: 1, noNaN: true }),
      count: fc.integer({ min: 1, max: 20 }),
      how: fc.constantFrom("once" as const, "twice at once" as const, "after a restart" as const),
    }),
    { maxLength: 8 },
  ),
});

async function playAndCompare(
  first: StateStore,
  open: () => Promise<StateStore>,
  events: readonly TestEvent[],
  steps: readonly Step[],
): Promise<void> {
  const effects = events.map(({ key, id, minutes }, offset) =>
    readEffect(BigInt(offset), ref(key), `id-${id}`, NOW_MS + minutes * 60_000),
  );
  let store = first;
  let held = 0;
  for (const { back, count, how } of [...steps, { back: 0, count: effects.length, how: "once" as const }]) {
    const start = Math.min(Math.floor(held * (1 - back)), effects.length - 1);
    const part = batchOf(effects.slice(start, start + count), { firstOffset: BigInt(start) });
    if (how === "after a restart") {
      await store.close();
      store = await open();
    }
    await Promise.all(Array.from({ length: how === "twice at once" ? 2 : 1 }, () => store.applyEffects(part)));
    held = Math.max(held, Number(part.nextOffset));
  }
  expect(await collect(store.objects({ bucket: BUCKET }))).toEqual(eachOnce(effects));
  await store.close();
}

/** Every event folded in once, in order; objects sorted as the store lists them. */
function eachOnce(effects: readonly Effect[]): ObjectState[] {
  const seen = new Set<string>();
  const objects = new Map<string, ObjectState>();
  for (const { eventId, ref: target, apply } of effects) {
    if (seen.has(eventId)) continue;
    seen.add(eventId);
    objects.set(target.key, apply(objects.get(target.key)));
  }
  return [...objects.values()].toSorted((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
}
