import { expect, test } from "vitest";
import { seededRandom } from "./seeded-random.ts";
import { systemRandom } from "./system-random.ts";

const draw = (seed: number): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: 5 }, () => random.next());
};

test("one seed repeats, another differs", () => {
  expect(draw(42)).toEqual(draw(42));
  expect(draw(42)).not.toEqual(draw(43));
  expect(draw(1)).not.toEqual(draw(2 ** 32 + 1));
});

test("numbers are spread evenly over [0, 1)", () => {
  const random = seededRandom(7);
  const buckets = Array.from({ length: 10 }, () => 0);
  for (let n = 0; n < 10_000; n += 1) {
    const at = Math.floor(random.next() * 10);
    buckets[at] = (buckets[at] ?? 0) + 1;
  }
  for (const count of buckets) expect(count).toBeGreaterThan(850);
});

test("ids have the form of a UUID v4 and do not repeat", () => {
  for (const random of [seededRandom(1), systemRandom()]) {
    const ids = new Set(Array.from({ length: 1000 }, () => random.id()));
    expect(ids.size).toBe(1000);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
});

test("the system's numbers lie in [0, 1)", () => {
  const random = systemRandom();
  for (let n = 0; n < 1000; n += 1) {
    const drawn = random.next();
    expect(drawn >= 0 && drawn < 1).toBe(true);
  }
});
