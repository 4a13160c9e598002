import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ConcurrencyState, type ConcurrencyWindow, adaptConcurrency, startConcurrency } from "./concurrency.ts";

const BOUNDS = { least: 1, most: 512 };
const steady = (limit: number): ConcurrencyState => ({
  limit,
  isStarting: false,
  windowItems: limit,
  fastestMs: 60,
  rate: 1,
});

/** A window of three requests an item at 60 ms an item, of which `share` are refused. */
function window(state: ConcurrencyState, share = 0, meanMs = 60): ConcurrencyWindow {
  const items = state.windowItems;
  const requests = items * 3;
  return { items, requests, refused: share * requests, elapsedMs: meanMs, itemsMs: items * meanMs };
}

/** Limits after each of `windows` windows. */
function limits(from: ConcurrencyState, windows: number, share: number): number[] {
  let state = from;
  return Array.from({ length: windows }, () => (state = adaptConcurrency(state, window(state, share), BOUNDS)).limit);
}

describe("concurrency", () => {
  it("doubles at the start while that brings something", () => {
    expect(limits(startConcurrency(BOUNDS), 7, 0)).toEqual([32, 64, 128, 256, 512, 512, 512]);
  });

  it("ends its start where a doubling brings next to nothing, and grows slowly from there", () => {
    let state = startConcurrency(BOUNDS);
    for (let each = 0; each < 3; each++) state = adaptConcurrency(state, window(state), BOUNDS);
    expect(state.limit).toBe(128);
    // Twice as many take twice as long: the server's rate is found.
    state = adaptConcurrency(state, window(state, 0, 120), BOUNDS);
    expect(state).toMatchObject({ limit: 136, isStarting: false });
    expect(adaptConcurrency(state, window(state, 0, 125), BOUNDS).limit).toBe(136);
  });

  it("ends its start at the first window that is refused too much", () => {
    const state = startConcurrency(BOUNDS);
    expect(adaptConcurrency(state, window(state, 0.25), BOUNDS)).toMatchObject({ limit: 8, isStarting: false });
  });

  it("is not held down by a server that refuses a hundredth by chance", () => {
    expect(limits(startConcurrency(BOUNDS), 5, 0.01).at(-1)).toBe(512);
    expect(limits(steady(100), 50, 0.01).at(-1)).toBe(512);
  });

  it("halves once a window, whatever the burst", () => {
    const state = adaptConcurrency(steady(64), window(steady(64), 1), BOUNDS);
    expect(state).toMatchObject({ limit: 32, windowItems: 64 });
    expect(adaptConcurrency(state, window(state, 1), BOUNDS)).toMatchObject({ limit: 16, windowItems: 32 });
  });

  it("has the old limit back twelve windows after a halving", () => {
    expect(limits(steady(128), 11, 0).at(-1)).toBeLessThan(256);
    expect(limits(steady(128), 12, 0).at(-1)).toBeGreaterThanOrEqual(256);
  });

  it("stays near a server's limit, and within a few refusals in a hundred", () => {
    // So many at a time are served; the others are refused.
    const capacity = 200;
    let state = startConcurrency(BOUNDS);
    let refused = 0;
    let requests = 0;
    for (let each = 0; each < 300; each++) {
      const share = Math.max(0, state.limit - capacity) / state.limit;
      const judged = window(state, share);
      state = adaptConcurrency(state, judged, BOUNDS);
      if (each < 50) continue;
      refused += judged.refused;
      requests += judged.requests;
      expect(state.limit).toBeGreaterThan(capacity * 0.8);
      expect(state.limit).toBeLessThan(capacity * 1.1);
    }
    expect(refused / requests).toBeLessThan(0.05);
  });

  it("grows where time stands still, as in a simulation", () => {
    const state = startConcurrency(BOUNDS);
    const still = { ...window(state), elapsedMs: 0, itemsMs: 0 };
    expect(adaptConcurrency(state, still, BOUNDS)).toMatchObject({ limit: 32, fastestMs: null });
  });

  it("stays within its bounds, whatever happens", () => {
    const happening = fc.record({
      items: fc.nat(2000),
      requests: fc.nat(10_000),
      refused: fc.nat(10_000),
      elapsedMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
      itemsMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
    });
    const bounds = fc
      .tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 600 }))
      .map(([least, more]) => ({ least, most: least + more }));
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 100 }), bounds, (windows, each) => {
        let state = startConcurrency(each);
        for (const one of windows) {
          state = adaptConcurrency(state, one, each);
          expect(Number.isInteger(state.limit)).toBe(true);
          expect(state.limit).toBeGreaterThanOrEqual(each.least);
          expect(state.limit).toBeLessThanOrEqual(each.most);
          expect(state.windowItems).toBeGreaterThanOrEqual(state.limit);
        }
      }),
    );
  });
});
