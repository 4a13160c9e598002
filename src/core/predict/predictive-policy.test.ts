import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ALL,
  arbitraryTrace,
  cutOff,
  replayInput,
  SYNC,
  type TestObject,
  testTrace,
} from "../../../test/support/traces.ts";
import { AWS } from "../../../test/support/prices.ts";
import { type ClassSet } from "../daily-tariff.ts";
import { seededRandom } from "../seeded-random.ts";
import { tariffCache } from "../tariff-cache.ts";
import type { Trace } from "../trace.ts";
import { KIB } from "../units.ts";
import { predictivePolicy } from "./predictive-policy.ts";

const MAX_PAYBACK_DAYS = 180;

/** Day and class of every change before `until`, by object. */
function changes(trace: Trace, splitDay: number, until: number, classes: ClassSet): readonly string[][] {
  const found: string[][] = Array.from({ length: trace.objects }, () => []);
  const policy = predictivePolicy({
    tariffOf: tariffCache(AWS, classes, "lifecycle"),
    maxPaybackDays: MAX_PAYBACK_DAYS,
  });
  const onClass = (object: number, day: number, storageClass: number): void => {
    if (day < until) found[object]?.push(`${day} ${classes.names[storageClass]}`);
  };
  policy.replay({ ...replayInput(trace, splitDay, classes), onClass });
  return found;
}

/** Prefixes of several habits, objects born and deleted on the way; more than ten thousand rows of reads. */
function busyTrace(seed: number, days: number): Trace {
  const random = seededRandom(seed);
  const prefixes = [
    { name: "logs", young: 0.8, settled: 0.001 },
    { name: "reports", young: 0.1, settled: 0.03 },
    { name: "media", young: 0.5, settled: 0.5 },
  ];
  const objects = Array.from({ length: 150 }, (_, index): TestObject => {
    const { name, young, settled } = prefixes[index % prefixes.length] ?? { name: "other", young: 0, settled: 0 };
    const created = Math.floor(random() * (days - 20)) - 40;
    const isDeleted = random() < 0.3;
    const end = isDeleted ? Math.min(days - 2, Math.max(0, created) + 30 + Math.floor(random() * 200)) : days - 1;
    const reads: [number, number][] = [];
    for (let day = Math.max(0, created); day <= end; day += 1) {
      if (random() < (day - created < 7 ? young : settled)) reads.push([day, 1 + Math.floor(random() * 3)]);
    }
    return {
      name: `${name}/${index}`,
      sizeBytes: Math.round(100 * KIB * 2 ** (random() * 10)),
      created,
      end,
      isDeleted,
      reads,
    };
  });
  return testTrace(days, objects);
}

describe("the predictive policy", () => {
  it("decides nothing by what comes later: cut off at any day, the changes before it are the same", () => {
    fc.assert(
      fc.property(arbitraryTrace(200), fc.integer({ min: 105, max: 199 }), (trace, day) => {
        expect(changes(cutOff(trace, day), 100, day, SYNC)).toEqual(changes(trace, 100, day, SYNC));
      }),
      { numRuns: 4 },
    );
  });

  it("nor on a trace with thousands of reads, several prefixes, births and deletions", { timeout: 120_000 }, () => {
    const trace = busyTrace(5, 420);
    expect(trace.readDay.length).toBeGreaterThan(5000);
    const whole = changes(trace, 210, 420, SYNC);
    expect(whole.flat().length).toBeGreaterThan(trace.objects);
    for (const day of [212, 300, 381]) {
      const before = whole.map((object) => object.filter((change) => Number(change.split(" ")[0]) < day));
      expect(changes(cutOff(trace, day), 210, day, SYNC)).toEqual(before);
    }
  });

  it("moves what nobody has read for long, and leaves what is small", () => {
    const trace = testTrace(400, [{ created: -300 }, { created: -300, sizeBytes: 10 * KIB }]);
    const [large, small] = changes(trace, 200, 400, SYNC);
    expect(large?.length).toBeGreaterThan(1);
    expect(small).toEqual(["200 STANDARD"]);
  });

  it("puts nothing into a class whose readers wait unless the setting has one", () => {
    const trace = busyTrace(9, 300);
    const waiting = (classes: ClassSet): boolean =>
      changes(trace, 150, 300, classes)
        .flat()
        .some((change) => /DEEP_ARCHIVE|GLACIER$/.test(change));
    expect(waiting(SYNC)).toBe(false);
    expect(changes(trace, 150, 300, ALL)).toHaveLength(trace.objects);
  });

  it("comes to the same twice", () => {
    const trace = busyTrace(3, 200);
    expect(changes(trace, 100, 200, SYNC)).toEqual(changes(trace, 100, 200, SYNC));
  });
});
