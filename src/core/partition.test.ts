import { describe, expect, test } from "vitest";

import { murmur2, partitionOfKey } from "./partition.ts";

// From the Java client's own UtilsTest.testMurmur2.
const VECTORS: readonly (readonly [string, number])[] = [
  ["21", -973932308],
  ["foobar", -790332482],
  ["a-little-bit-long-string", -985981536],
  ["a-little-bit-longer-string", -1486304829],
  ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
  ["abc", 479470107],
];

describe("partition", () => {
  test.each(VECTORS)("murmur2 of %s as in the Java client", (text, hash) => {
    expect(murmur2(new TextEncoder().encode(text))).toBe(hash);
  });

  test("reads from the array's own window, not its buffer's start", () => {
    const whole = new TextEncoder().encode("xxfoobar");
    expect(murmur2(whole.subarray(2))).toBe(-790332482);
  });

  test("a negative hash still gives a partition from 0", () => {
    expect(partitionOfKey("foobar", 12)).toBe((-790332482 & 0x7fffffff) % 12);
    for (const [text] of VECTORS) expect(partitionOfKey(text, 1)).toBe(0);
  });

  test.each([0, -1, 1.5, Number.NaN])("refuses %d partitions", (partitions) => {
    expect(() => partitionOfKey("k", partitions)).toThrow(RangeError);
  });
});
