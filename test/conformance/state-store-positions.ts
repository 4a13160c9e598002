/** Log positions: what is applied once stays applied once, and nothing in between is left out. */
import { expect, test } from "vitest";
import type { Effect } from "../../src/ports/state-store.ts";
import { LOG_ID, TOPIC, batchOf, readEffect, ref } from "../support/state-fixtures.ts";
import { type StateBackend, withState } from "./state-store-backend.ts";

function reads(from: bigint, to: bigint): Effect[] {
  const effects: Effect[] = [];
  for (let offset = from; offset < to; offset += 1n) effects.push(readEffect(offset, ref("a")));
  return effects;
}

export function positionTests(create: () => Promise<StateBackend>): void {
  test("a batch is applied and its range held", () =>
    withState(create, async (store) => {
      expect(await store.applyEffects(batchOf(reads(5n, 8n)))).toEqual({
        applied: 3,
        alreadyApplied: 0,
        duplicates: 0,
      });
      expect((await store.object(ref("a")))?.access.lifetimeReads).toBe(3);
      expect(await store.appliedRanges(LOG_ID, TOPIC)).toEqual([{ partition: 0, first: 5n, next: 8n }]);
    }));

  test("a batch held already changes nothing, and says so", () =>
    withState(create, async (store) => {
      await store.applyEffects(batchOf(reads(0n, 4n)));
      const before = await store.object(ref("a"));
      for (const again of [reads(0n, 4n), reads(1n, 3n)]) {
        expect(await store.applyEffects(batchOf(again))).toEqual({
          applied: 0,
          alreadyApplied: again.length,
          duplicates: 0,
        });
      }
      expect(await store.object(ref("a"))).toEqual(before);
      expect(await store.appliedRanges(LOG_ID, TOPIC)).toEqual([{ partition: 0, first: 0n, next: 4n }]);
    }));

  test("of an overlapping batch only the new part is applied", () =>
    withState(create, async (store) => {
      await store.applyEffects(batchOf(reads(0n, 4n)));
      expect(await store.applyEffects(batchOf(reads(2n, 7n)))).toEqual({
        applied: 3,
        alreadyApplied: 2,
        duplicates: 0,
      });
      expect((await store.object(ref("a")))?.access.lifetimeReads).toBe(7);
    }));

  test("a batch that leaves a hole or begins before the state is refused with the offsets", () =>
    withState(create, async (store) => {
      await store.applyEffects(batchOf(reads(10n, 12n)));
      await expect(store.applyEffects(batchOf(reads(13n, 14n)))).rejects.toMatchObject({
        code: "ASTRA_LOG_POSITION_GAP",
        message: expect.stringMatching(/13.*12/),
      });
      for (const early of [reads(9n, 13n), reads(3n, 5n)]) {
        await expect(store.applyEffects(batchOf(early))).rejects.toMatchObject({ code: "ASTRA_LOG_POSITION_GAP" });
      }
      expect((await store.object(ref("a")))?.access.lifetimeReads).toBe(2);
      expect(await store.appliedRanges(LOG_ID, TOPIC)).toEqual([{ partition: 0, first: 10n, next: 12n }]);
    }));

  test("a batch of dead letters only moves the position", () =>
    withState(create, async (store) => {
      const none = { applied: 0, alreadyApplied: 0, duplicates: 0 };
      expect(await store.applyEffects(batchOf([], { firstOffset: 0n, nextOffset: 6n }))).toEqual(none);
      expect(await store.applyEffects(batchOf([], { firstOffset: 6n, nextOffset: 9n }))).toEqual(none);
      expect(await store.appliedRanges(LOG_ID, TOPIC)).toEqual([{ partition: 0, first: 0n, next: 9n }]);
    }));

  test("positions are kept per log, topic and partition, past 2^53", () =>
    withState(create, async (store) => {
      const far = 2n ** 60n;
      await store.applyEffects(batchOf(reads(far, far + 1n), { partition: 3 }));
      await store.applyEffects(batchOf([readEffect(0n, ref("b"))], { partition: 1 }));
      await store.applyEffects(batchOf([readEffect(7n, ref("c"))], { logId: "another" }));
      await store.applyEffects(batchOf([readEffect(9n, ref("d"))], { topic: "another" }));
      expect(await store.appliedRanges(LOG_ID, TOPIC)).toEqual([
        { partition: 1, first: 0n, next: 1n },
        { partition: 3, first: far, next: far + 1n },
      ]);
      expect(await store.appliedRanges("another", TOPIC)).toEqual([{ partition: 0, first: 7n, next: 8n }]);
      expect(await store.appliedRanges(LOG_ID, "another")).toEqual([{ partition: 0, first: 9n, next: 10n }]);
      expect(await store.appliedRanges("nobody's", TOPIC)).toEqual([]);
    }));
}
