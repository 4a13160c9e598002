/** Objects: every field, every key, byte order, pages. */
import { expect, test } from "vitest";
import { type ObjectState, unknownObject } from "../../src/core/object-state.ts";
import { auditEntry, collect, fullObject, ref } from "../support/state-fixtures.ts";
import { type StateBackend, withState } from "./state-store-backend.ts";

/** In UTF-8 byte order, which differs from UTF-16's where a character needs a surrogate pair. */
const STRANGE_KEYS = [
  "\u0000",
  "\u0000\u0000b",
  "\u0001\u001f",
  " ",
  "%2F",
  "..",
  "../x",
  "//a//",
  "A",
  "a",
  "a\u0000",
  "a\u0000b",
  "a\nb",
  "a b+c%20d",
  "a'; DROP TABLE objects; --",
  "a/b",
  "b".repeat(1024),
  "e\u0301",
  "\u00e9",
  "\ud7ff",
  "\ue000",
  "\uffff",
  "\u{10000}",
  "\u{1f600}/x",
  "\u{10ffff}z",
];

export function objectTests(create: () => Promise<StateBackend>): void {
  test("an object comes back as it was stored", () =>
    withState(create, async (store) => {
      const states = [fullObject("full"), unknownObject(ref("nothing known")), { ...fullObject("gone"), deletedMs: 7 }];
      await store.putObjects(states, auditEntry("import"));
      for (const state of states) expect(await store.object(state)).toEqual(state);
      expect(await store.object(ref("absent"))).toBeUndefined();
      expect(await store.auditEntries({ limit: 5 })).toMatchObject([auditEntry("import")]);
      await store.putObjects([{ ...fullObject("full"), hold: null, etag: null }]);
      expect(await store.object(ref("full"))).toEqual({ ...fullObject("full"), hold: null, etag: null });
    }));

  test("keys of any characters are kept apart and listed in the order of their UTF-8 bytes", () =>
    withState(create, async (store) => {
      await store.putObjects(STRANGE_KEYS.toReversed().map((key) => fullObject(key)));
      expect(keysOf(await collect(store.objects({ bucket: "photos" })))).toEqual(STRANGE_KEYS);
      for (const key of STRANGE_KEYS) expect((await store.object(ref(key)))?.key).toBe(key);
      expect(keysOf(await store.objectsBetween("photos", "a\u0000", "a/b"))).toEqual(
        STRANGE_KEYS.slice(STRANGE_KEYS.indexOf("a\u0000"), STRANGE_KEYS.indexOf("a/b") + 1),
      );
      for (const keyPrefix of ["a", "a\u0000", "\u0000", "\ud7ff", "\u{10ffff}", "//"]) {
        const expected = STRANGE_KEYS.filter((key) => key.startsWith(keyPrefix));
        expect(keysOf(await collect(store.objects({ bucket: "photos", keyPrefix })))).toEqual(expected);
      }
    }));

  test("objects between two keys include deleted ones and no other bucket's", () =>
    withState(create, async (store) => {
      await store.putObjects([
        ...["a", "b", "c", "d"].map((key) => fullObject(key)),
        { ...fullObject("bb"), deletedMs: 1 },
        fullObject("b", "docs"),
      ]);
      expect(keysOf(await store.objectsBetween("photos", "b", "c"))).toEqual(["b", "bb", "c"]);
      expect(await store.objectsBetween("photos", "x", "z")).toEqual([]);
    }));

  test("live objects can be asked for by bucket, prefix and class", () =>
    withState(create, async (store) => {
      await store.putObjects([
        fullObject("logs/1"),
        { ...fullObject("logs/2"), storageClass: "GLACIER" },
        { ...fullObject("logs/3"), deletedMs: 1 },
        { ...fullObject("media/1"), storageClass: null },
        fullObject("logs/1", "docs"),
      ]);
      expect(keysOf(await collect(store.objects({})))).toEqual(["logs/1", "logs/1", "logs/2", "media/1"]);
      expect(keysOf(await collect(store.objects({ bucket: "photos", keyPrefix: "logs/" })))).toEqual([
        "logs/1",
        "logs/2",
      ]);
      const glacier = { bucket: "photos", storageClasses: ["GLACIER", "DEEP_ARCHIVE"] };
      expect(keysOf(await collect(store.objects(glacier)))).toEqual(["logs/2"]);
      expect(await collect(store.objects({ storageClasses: [] }))).toEqual([]);
    }));

  test("a listing comes in pages and goes on while objects are written", () =>
    withState(create, async (store) => {
      const keys = Array.from({ length: 2500 }, (_, index) => `k${String(index).padStart(5, "0")}`);
      await store.putObjects(keys.map((key) => unknownObject(ref(key))));
      const listed: string[] = [];
      let pages = 0;
      for await (const page of store.objects({ bucket: "photos" })) {
        listed.push(...keysOf(page));
        pages += 1;
        await store.putObjects(page.map(({ key }) => fullObject(key)));
      }
      expect(listed).toEqual(keys);
      expect(pages).toBeGreaterThan(1);
    }));
}

function keysOf(states: readonly ObjectState[]): string[] {
  return states.map(({ key }) => key);
}
