import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type KeyRange, compareKeys } from "../../core/key-range.ts";
import { type ListPage, splitRange } from "./key-ranges.ts";

/** A listing over keys in memory, with S3's rules for prefix, start-after and delimiter. */
function listingOf(keys: readonly string[]): ListPage {
  const sorted = keys.toSorted(compareKeys);
  return async ({ prefix, startAfter, delimiter, maxKeys = 10 }) => {
    const objects = [];
    const prefixes = new Set<string>();
    for (const key of sorted) {
      if (!key.startsWith(prefix) || compareKeys(key, startAfter) <= 0) continue;
      const cut = delimiter === undefined ? -1 : key.indexOf(delimiter, prefix.length);
      const child = cut < 0 ? null : key.slice(0, cut + 1);
      if (child !== null && prefixes.has(child)) continue;
      if (objects.length + prefixes.size >= maxKeys) return { objects, commonPrefixes: [...prefixes], token: "more" };
      if (child === null) objects.push({ key, sizeBytes: 1, etag: "", lastModifiedMs: 0, storageClass: "STANDARD" });
      else prefixes.add(child);
    }
    return { objects, commonPrefixes: [...prefixes], token: null };
  };
}

const inRange = (key: string, { after, upTo }: KeyRange): boolean =>
  compareKeys(key, after) > 0 && (upTo === null || compareKeys(key, upTo) <= 0);

const someKey = fc.array(fc.constantFrom("a", "b", "/", "0", "é", "😀", "\uff5e"), { minLength: 1, maxLength: 8 });

describe("splitRange", () => {
  it("puts every key of the range into exactly one part", async () => {
    const keysOf = fc.uniqueArray(
      someKey.map((characters) => characters.join("")),
      { minLength: 1, maxLength: 60 },
    );
    await fc.assert(
      fc.asyncProperty(keysOf, fc.nat(59), fc.option(fc.nat(59), { nil: null }), async (keys, from, to) => {
        const after = keys[from % keys.length] ?? "";
        const upTo = to === null ? null : (keys[to % keys.length] ?? "");
        fc.pre(upTo === null || compareKeys(after, upTo) < 0);
        const parts = await Array.fromAsync(splitRange(listingOf(keys), "", { after, upTo }, 6));
        for (const key of keys) {
          const times = parts.filter((part) => inRange(key, part)).length;
          expect(times).toBe(inRange(key, { after, upTo }) ? 1 : 0);
        }
      }),
    );
  });

  it("cuts deep folders", async () => {
    const keys = Array.from({ length: 12 }, (_unused, month) => `logs/2024/${String(month + 1).padStart(2, "0")}/x`);
    const parts = await Array.fromAsync(splitRange(listingOf(keys), "", { after: keys[0] ?? "", upTo: null }, 4));
    expect(parts).toHaveLength(4);
    expect(parts.map(({ upTo }) => upTo)).toEqual(["logs/2024/04/", "logs/2024/07/", "logs/2024/09/", null]);
  });

  it("cuts flat keys at their first differing characters", async () => {
    const keys = Array.from({ length: 100 }, (_unused, index) => `obj-${String(index).padStart(4, "0")}`);
    const parts = await Array.fromAsync(splitRange(listingOf(keys), "", { after: "obj-0004", upTo: null }, 4));
    expect(parts).toHaveLength(4);
    expect(parts.map(({ upTo }) => upTo)).toEqual(["obj-001", "obj-002", "obj-003", null]);
  });

  it("leaves one key alone", async () => {
    const range = { after: "a", upTo: null };
    expect(await Array.fromAsync(splitRange(listingOf(["a", "b"]), "", range, 4))).toEqual([range]);
  });
});
