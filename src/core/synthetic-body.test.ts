import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { syntheticChunks, syntheticRange } from "./synthetic-body.ts";

function whole(chunks: Iterable<Uint8Array>): Buffer {
  return Buffer.concat([...chunks]);
}

describe("synthetic bodies", () => {
  it("have the size asked for, in chunks of at most 64 KiB", () => {
    for (const size of [0, 1, 3, 65_535, 65_536, 65_537, 200_001]) {
      const chunks = [...syntheticChunks("s", size)];
      expect(chunks.reduce((sum, chunk) => sum + chunk.length, 0)).toBe(size);
      expect(chunks.every((chunk) => chunk.length > 0 && chunk.length <= 65_536)).toBe(true);
    }
  });

  it("repeat for one seed, differ for another, and never change between versions", () => {
    const md5 = (seed: string) =>
      createHash("md5")
        .update(whole(syntheticChunks(seed, 100_000)))
        .digest("hex");
    expect(md5("a")).toBe(md5("a"));
    expect(md5("a")).not.toBe(md5("b"));
    expect(md5("a")).toMatchInlineSnapshot(`"4e51ff986b4e4270fd4bc653851e72ed"`);
  });

  it("make the smaller body a prefix of the larger, and any range a slice", () => {
    const large = whole(syntheticChunks("seed", 300_000));
    expect(whole(syntheticChunks("seed", 70_001)).equals(large.subarray(0, 70_001))).toBe(true);
    expect(whole(syntheticRange("seed", 65_530, 131_080)).equals(large.subarray(65_530, 131_080))).toBe(true);
    expect(whole(syntheticRange("seed", 7, 8)).equals(large.subarray(7, 8))).toBe(true);
  });
});
