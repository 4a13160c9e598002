/** Reviews: who is due, in which order, and how a review is moved. */
import { expect, test } from "vitest";
import type { ObjectState } from "../../src/core/object-state.ts";
import { NOW_MS, batchOf, fullObject, readEffect, ref } from "../support/state-fixtures.ts";
import { type StateBackend, withState } from "./state-store-backend.ts";

function waiting(key: string, reviewMs: number | null, over: Partial<ObjectState> = {}): ObjectState {
  return { ...fullObject(key), reviewMs, ...over };
}

export function reviewTests(create: () => Promise<StateBackend>): void {
  test("the objects due are the live ones of the bucket whose review has come, the longest due first", () =>
    withState(create, async (store) => {
      const due = [waiting("c", NOW_MS - 9), waiting("a", NOW_MS - 5), waiting("b", NOW_MS)];
      await store.putObjects([
        ...due,
        waiting("later", NOW_MS + 1),
        waiting("never", null),
        waiting("gone", NOW_MS - 9, { deletedMs: NOW_MS }),
        waiting("elsewhere", NOW_MS - 9, { bucket: "docs" }),
      ]);
      expect(await store.objectsDue("photos", NOW_MS, 10)).toEqual(due);
      expect(await store.objectsDue("photos", NOW_MS, 2)).toEqual(due.slice(0, 2));
      expect(await store.objectsDue("photos", NOW_MS, 10, due[0])).toEqual(due.slice(1));
      expect(await store.objectsDue("photos", NOW_MS, 10, due[2])).toEqual([]);
      expect(await store.objectsDue("photos", NOW_MS - 10, 10)).toEqual([]);
      expect((await store.objectsDue("docs", NOW_MS, 10)).map(({ key }) => key)).toEqual(["elsewhere"]);
    }));

  test("a review is moved where nobody else moved it meanwhile", () =>
    withState(create, async (store) => {
      await store.putObjects([waiting("a", 5), waiting("b", 5), waiting("c", null), waiting("d", 5)]);
      await store.setReviews([
        { ref: ref("a"), from: 5, to: 90 },
        { ref: ref("b"), from: 4, to: 90 },
        { ref: ref("c"), from: null, to: 90 },
        { ref: ref("d"), from: 5, to: null },
        { ref: ref("absent"), from: null, to: 90 },
      ]);
      const due = await store.objectsDue("photos", 100, 10);
      expect(due.map(({ key, reviewMs }) => [key, reviewMs])).toEqual([
        ["b", 5],
        ["a", 90],
        ["c", 90],
      ]);
      expect(await store.object(ref("a"))).toEqual(waiting("a", 90));
      expect((await store.object(ref("d")))?.reviewMs).toBeNull();
      expect(await store.object(ref("absent"))).toBeUndefined();
    }));

  test("an effect moves a review as it moves the rest, and touches no other object", () =>
    withState(create, async (store) => {
      await store.putObjects([waiting("a", NOW_MS + 50), waiting("b", NOW_MS + 60)]);
      const read = readEffect(0n, ref("a"));
      await store.applyEffects(batchOf([{ ...read, apply: (known) => ({ ...read.apply(known), reviewMs: NOW_MS }) }]));
      expect((await store.objectsDue("photos", NOW_MS, 10)).map(({ key }) => key)).toEqual(["a"]);
      expect(await store.object(ref("b"))).toEqual(waiting("b", NOW_MS + 60));
    }));
}
