import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_RETRY, adaptConcurrency, backoffMs } from "./retry.ts";

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

describe("adaptive concurrency", () => {
  const bounds = { least: 2, most: 64 };
  const outcome = fc.constantFrom("success" as const, "throttled" as const);

  it("stays within its bounds", () => {
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 500 }), fc.integer({ min: 2, max: 64 }), (outcomes, limit) => {
        let state = { limit, streak: 0 };
        for (const each of outcomes) {
          state = adaptConcurrency(state, each, bounds);
          expect(state.limit).toBeGreaterThanOrEqual(bounds.least);
          expect(state.limit).toBeLessThanOrEqual(bounds.most);
        }
      }),
    );
  });

  it("adds one slot after a whole window of successes", () => {
    let state = { limit: 4, streak: 0 };
    for (let i = 0; i < 3; i += 1) state = adaptConcurrency(state, "success", bounds);
    expect(state).toEqual({ limit: 4, streak: 3 });
    expect(adaptConcurrency(state, "success", bounds)).toEqual({ limit: 5, streak: 0 });
  });

  it("halves on a throttle and begins to count anew", () => {
    expect(adaptConcurrency({ limit: 33, streak: 20 }, "throttled", bounds)).toEqual({ limit: 16, streak: -33 });
    expect(adaptConcurrency({ limit: 3, streak: 1 }, "throttled", bounds)).toEqual({ limit: 2, streak: -3 });
  });

  it("halves once for a burst of throttles, and again when they go on", () => {
    let state = { limit: 64, streak: 0 };
    for (let i = 0; i < 64; i += 1) state = adaptConcurrency(state, "throttled", bounds);
    expect(state.limit).toBe(32);
    for (let i = 0; i < 2; i += 1) state = adaptConcurrency(state, "throttled", bounds);
    expect(state.limit).toBe(16);
  });

  it("stays at the most it may", () => {
    expect(adaptConcurrency({ limit: 64, streak: 63 }, "success", bounds).limit).toBe(64);
  });
});
