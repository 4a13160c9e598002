import fc from "fast-check";
import { expect, test } from "vitest";
import { fullBucket, takeTokens } from "./token-bucket.ts";

test("gives the burst at once, then at the rate, in the order of asking", () => {
  const rate = { perSecond: 10, burst: 2 };
  let bucket = fullBucket(rate, 1000);
  const waits = Array.from({ length: 5 }, () => {
    const taken = takeTokens(bucket, 1000, 1, rate);
    bucket = taken.bucket;
    return taken.waitMs;
  });
  expect(waits).toEqual([0, 0, 100, 200, 300]);
  expect(takeTokens(bucket, 1400, 1, rate).waitMs).toBe(0);
});

test("a request larger than the burst waits for all of it", () => {
  const rate = { perSecond: 5, burst: 1 };
  expect(takeTokens(fullBucket(rate, 0), 0, 11, rate)).toEqual({ bucket: { tokens: -10, atMs: 0 }, waitMs: 2000 });
});

test("a clock set back neither refills nor holds up", () => {
  const rate = { perSecond: 1, burst: 1 };
  const drained = takeTokens(fullBucket(rate, 1_000_000), 1_000_000, 1, rate).bucket;
  const back = takeTokens(drained, 0, 1, rate);
  expect(back.waitMs).toBe(1000);
  expect(takeTokens(back.bucket, 2000, 1, rate).waitMs).toBe(0);
});

test("a clock set forward by a year fills no more than the burst", () => {
  const rate = { perSecond: 1000, burst: 3 };
  expect(takeTokens(fullBucket(rate, 0), 3.15e10, 4, rate).waitMs).toBe(1);
});

test("within any span, at most burst + span × rate go on", () => {
  const asks = fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 1, max: 5 })), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(asks, fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 20 }), (steps, perSecond, burst) => {
      const rate = { perSecond, burst };
      let nowMs = 0;
      let bucket = fullBucket(rate, nowMs);
      const granted = steps.map(([pauseMs, count]) => {
        nowMs += pauseMs;
        const taken = takeTokens(bucket, nowMs, count, rate);
        bucket = taken.bucket;
        return { atMs: nowMs + taken.waitMs, count };
      });
      for (const [first, { atMs: fromMs }] of granted.entries()) {
        let taken = 0;
        for (const { atMs, count } of granted.slice(first)) {
          // The first one's own tokens had gathered before the span began.
          if (atMs > fromMs) taken += count;
          expect(taken).toBeLessThanOrEqual(burst + ((atMs - fromMs) * perSecond) / 1000 + 1e-6);
        }
      }
    }),
    { numRuns: 500 },
  );
});
