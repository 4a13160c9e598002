/** Reads told by telemetry: sources and counts together, each source once for good. */
import { expect, test } from "vitest";
import type { ReadSource, ReadsBatch } from "../../src/ports/state-store.ts";
import { NOW_MS, batchOf, readEffect, ref } from "../support/state-fixtures.ts";
import { type StateBackend, withState } from "./state-store-backend.ts";

function source(digest: string, over: Partial<ReadSource> = {}): ReadSource {
  const days = { first: 20_468, last: 20_469 };
  return { name: `s3://logs/${digest}`, digest, kind: "access-log", sizeBytes: 1_000, lines: 10, days, ...over };
}

function batch(digests: readonly string[], keys: readonly string[]): ReadsBatch {
  const effects = keys.map((key, index) => readEffect(BigInt(index), ref(key)));
  return { sources: digests.map((digest) => source(digest)), effects, nowMs: NOW_MS };
}

export function readSourceTests(create: () => Promise<StateBackend>): void {
  test("a source of reads counts once, whatever it is called and whenever it comes again", () =>
    withState(create, async (store, backend) => {
      expect(await store.applyReads(batch(["one", "two"], ["a", "b"]))).toEqual([]);
      expect(await store.knownReadSources(["two", "three", "one"])).toEqual([true, false, true]);
      await using other = await backend.open();
      const renamed = { ...batch([], ["a"]), sources: [source("three"), source("two", { name: "/mnt/two.gz" })] };
      expect(await other.applyReads({ ...renamed, nowMs: NOW_MS + 1e12 })).toEqual(["two"]);
      expect(await store.knownReadSources(["three"])).toEqual([false]);
      expect((await store.object(ref("a")))?.access.lifetimeReads).toBe(1);
      expect(await store.applyReads(batch(["three"], ["a"]))).toEqual([]);
      expect((await store.object(ref("a")))?.access.lifetimeReads).toBe(2);
    }));

  test("a source is known by what a listing tells of it, where that was given", () =>
    withState(create, async (store) => {
      const listed = { ...batch([], []), sources: [source("one", { listedAs: "logs/one 7e2a" }), source("two")] };
      expect(await store.applyReads(listed)).toEqual([]);
      expect(await store.knownReadSources(["logs/one 7e2a", "logs/two 7e2a", "one", "two"])).toEqual([
        true,
        false,
        true,
        true,
      ]);
    }));

  test("a batch that names one source twice is refused as a whole", () =>
    withState(create, async (store) => {
      expect(await store.applyReads(batch(["one", "two", "one"], ["a"]))).toEqual(["one"]);
      expect(await store.object(ref("a"))).toBeUndefined();
      expect(await store.readSourceTotals()).toEqual([]);
    }));

  test("reads whose effect throws leave neither counts nor sources", () =>
    withState(create, async (store) => {
      const broken = {
        ref: ref("b"),
        apply: () => {
          throw new RangeError("broken effect");
        },
      };
      const { effects, ...rest } = batch(["one"], ["a"]);
      await expect(store.applyReads({ ...rest, effects: [...effects, broken] })).rejects.toThrow("broken effect");
      expect(await store.knownReadSources(["one"])).toEqual([false]);
      expect(await store.object(ref("a"))).toBeUndefined();
    }));

  test("an effect that returns what it was given writes nothing", () =>
    withState(create, async (store) => {
      await store.applyEffects(batchOf([readEffect(0n, ref("a"))]));
      const before = await store.object(ref("a"));
      const same = { ref: ref("a"), apply: (known: typeof before) => known ?? expect.fail("the object is known") };
      expect(await store.applyReads({ sources: [source("one")], effects: [same], nowMs: NOW_MS })).toEqual([]);
      expect(await store.object(ref("a"))).toEqual(before);
    }));

  test("sources are added up by kind", () =>
    withState(create, async (store) => {
      const sources = [
        source("one", { days: { first: 20_470, last: 20_475 } }),
        source("two", { days: { first: 20_460, last: 20_461 }, sizeBytes: 5_000_000_000_000 }),
        source("empty", { days: null, lines: 0 }),
        source("trail", { kind: "cloudtrail", days: null }),
      ];
      await store.applyReads({ sources, effects: [], nowMs: NOW_MS });
      expect(await store.readSourceTotals()).toEqual([
        {
          kind: "access-log",
          sources: 3,
          sizeBytes: 5_000_000_002_000,
          lines: 20,
          days: { first: 20_460, last: 20_475 },
        },
        { kind: "cloudtrail", sources: 1, sizeBytes: 1_000, lines: 10, days: null },
      ]);
    }));
}
