import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KeyIndex, compareUtf8 } from "./key-index.ts";

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

function keysFrom(index: KeyIndex, from: string): string[] {
  const keys: string[] = [];
  const cursor = index.seek(from);
  for (let key = cursor.next(); key !== undefined; key = cursor.next()) keys.push(key);
  return keys;
}

describe("the order of keys", () => {
  it("is that of their UTF-8 bytes", () => {
    const text = fc.string({ unit: "binary" });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareUtf8(a, b))).toBe(Math.sign(byBytes(a, b)));
      }),
    );
    expect(["😀", "\uFFFD", "z"].toSorted(compareUtf8)).toEqual(["z", "\uFFFD", "😀"]);
  });

  it("holds through additions, deletions and listings in any order", () => {
    const key = fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom("😀", "\uFFFD", "\uD7FF", "a/😀"));
    const step = fc.record({ kind: fc.constantFrom("add", "delete", "list"), key });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const index = new KeyIndex();
        const model = new Set<string>();
        for (const { kind, key: at } of steps) {
          if (kind === "add" && !model.has(at)) {
            index.add(at);
            model.add(at);
          } else if (kind === "delete" && model.delete(at)) index.delete(at);
          else {
            const expected = [...model].toSorted(byBytes).filter((other) => byBytes(other, at) >= 0);
            expect(keysFrom(index, at)).toEqual(expected);
          }
          expect(index.size).toBe(model.size);
        }
      }),
    );
  });

  it("holds for many blocks, merged at once and key by key", () => {
    const index = new KeyIndex();
    const keys: string[] = [];
    for (let i = 0; i < 5_000; i++) keys.push(`k${(i * 7_919) % 5_000}`);
    for (const key of keys) index.add(key);
    expect(keysFrom(index, "")).toEqual(keys.toSorted());
    for (let i = 0; i < 3_000; i++) {
      index.add(`k2500-${i}`);
      if (i % 100 === 0) index.seek("");
    }
    for (const key of keys.slice(0, 2_500)) index.delete(key);
    const left = [...keys.slice(2_500), ...Array.from({ length: 3_000 }, (_, i) => `k2500-${i}`)];
    expect(keysFrom(index, "")).toEqual(left.toSorted());
    expect(keysFrom(index, "k4")).toEqual(left.filter((key) => key >= "k4").toSorted());
  });
});
