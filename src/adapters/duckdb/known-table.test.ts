import { hash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { type ObjectState, unknownObject } from "../../core/object-state.ts";
import { HashIndex } from "./hash-index.ts";
import { KnownTable } from "./known-table.ts";

const BUCKET = "data";
const folder = mkdtempSync(join(tmpdir(), "astra-known-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function tableOf(states: readonly ObjectState[], cacheBytes = 1 << 20): Promise<KnownTable> {
  async function* pages() {
    yield states;
  }
  return KnownTable.load(pages(), join(folder, "known.bin"), cacheBytes);
}

function found(table: KnownTable, key: string): ObjectState | undefined {
  const sum = hash("md5", key, "buffer");
  const bytes = Buffer.from(key);
  return table.find(
    sum.readUInt32LE(8),
    sum.readUInt32LE(12),
    () => bytes,
    () => key,
    BUCKET,
  );
}

const moment = fc.option(fc.double({ noNaN: true, min: -1e15, max: 1e15 }).map((ms) => ms + 0));
const text = fc.option(fc.string({ unit: "binary", maxLength: 40 }).filter((value) => value.isWellFormed()));
const state = fc
  .record({
    sizeBytes: fc.option(fc.maxSafeNat()),
    etag: text,
    versionId: text,
    sequencer: text,
    storageClass: fc.option(fc.constantFrom("STANDARD", "GLACIER", "")),
    classSinceMs: moment,
    createdMs: moment,
    deletedMs: moment,
    promotedMs: moment,
    reviewMs: moment,
    ageUncertain: fc.boolean(),
    hold: fc.option(fc.record({ legalHold: fc.boolean(), retainUntilMs: moment, seenAtMs: fc.nat() })),
    access: fc.record({
      lifetimeReads: fc.maxSafeNat(),
      lastAccessMs: moment,
      decayedReads: fc.double({ noNaN: true, min: 0 }),
      decayedReadDays: fc.double({ noNaN: true, min: 0 }),
      decayedAtMs: fc.nat(),
      days: fc.array(fc.record({ day: fc.integer({ min: -800_000, max: 800_000 }), reads: fc.maxSafeNat() })),
    }),
  })
  .map((known) => ({ ...unknownObject({ bucket: BUCKET, key: "" }), ...known }));

describe("the table of what is known", () => {
  test("gives every state back to the bit, in memory and from the file", async () => {
    const keys = fc.uniqueArray(
      fc.string({ unit: "binary", minLength: 1, maxLength: 60 }).filter((key) => key.isWellFormed()),
      { minLength: 1, maxLength: 200 },
    );
    await fc.assert(
      fc.asyncProperty(keys, fc.array(state, { minLength: 1, maxLength: 20 }), async (names, kinds) => {
        const states = names.map((key, index) => ({
          ...unknownObject({ bucket: BUCKET, key }),
          ...kinds[index % kinds.length],
          key,
        }));
        // Two pages in memory, the rest in the file.
        await using table = await tableOf(states, 1);
        expect(table.objects).toBe(states.length);
        for (const one of states.toReversed()) expect(found(table, one.key)).toEqual(one);
        expect(found(table, "no such key\u0000")).toBeUndefined();
      }),
      { numRuns: 30 },
    );
  });

  test("its digest tells any difference, and is the same for the same", async () => {
    const one = unknownObject({ bucket: BUCKET, key: "a" });
    const digests = await Promise.all(
      [[one], [{ ...one, reviewMs: 1 }], [one, { ...one, key: "b" }], [one]].map(async (states, index) => {
        async function* pages() {
          yield states;
        }
        return (await KnownTable.load(pages(), join(folder, `digest-${index}.bin`), 1 << 20)).digest;
      }),
    );
    expect(new Set(digests).size).toBe(3);
    expect(digests[3]).toBe(digests[0]);
  });

  test("keys with one hash are told apart by themselves", () => {
    const index = new HashIndex();
    for (let place = 0; place < 10_000; place += 1) index.add(place % 7, place % 3, place);
    const places: number[] = [];
    for (let slot = index.find(5, 2); slot >= 0; slot = index.find(5, 2, slot)) places.push(index.placeAt(slot));
    const wanted = Array.from({ length: 10_000 }, (_, place) => place).filter(
      (place) => place % 7 === 5 && place % 3 === 2,
    );
    expect(places.toSorted((a, b) => a - b)).toEqual(wanted);
    expect(index.find(8, 0)).toBe(-1);
  });
});
