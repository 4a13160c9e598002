import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_RETRY, backoffMs } from "./retry.ts";

const policy = fc.record({
  attempts: fc.integer({ min: 1, max: 20 }),
  baseMs: fc.integer({ min: 1, max: 1000 }),
  capMs: fc.integer({ min: 1, max: 60_000 }),
});
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe("backoff", () => {
  it("stays under the cap and the doubled base, and never under what the server asked for", () => {
    fc.assert(
      fc.property(policy, fc.integer({ min: 1, max: 60 }), random, fc.nat(120_000), (each, attempt, chance, asked) => {
        const waitMs = backoffMs(each, attempt, chance, asked);
        const ceiling = Math.min(each.capMs, each.baseMs * 2 ** (attempt - 1));
        expect(waitMs).toBeGreaterThanOrEqual(asked);
        expect(waitMs).toBeLessThanOrEqual(Math.max(asked, ceiling));
      }),
    );
  });

  it("is spread over the whole range", () => {
    expect(backoffMs(DEFAULT_RETRY, 3, 0)).toBe(0);
    expect(backoffMs(DEFAULT_RETRY, 3, 0.5)).toBe(200);
    expect(backoffMs(DEFAULT_RETRY, 1, 0.999)).toBeCloseTo(99.9, 9);
  });

  it("waits at most 3.1 s in all by default", () => {
    let longest = 0;
    for (let attempt = 1; attempt < DEFAULT_RETRY.attempts; attempt += 1)
      longest += backoffMs(DEFAULT_RETRY, attempt, 1);
    expect(longest).toBe(3100);
  });
});
