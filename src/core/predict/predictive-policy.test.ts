import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryTrace, cutOff, replayInput, SYNC, type TestObject, testTrace } from "../../../test/support/traces.ts";
import { AWS } from "../../../test/support/prices.ts";
import { type ClassSet } from "../backtest/daily-tariff.ts";
import { seededRandom } from "../workload/seeded-random.ts";
import { tariffCache } from "../backtest/tariff-cache.ts";
import type { Trace } from "../trace/trace.ts";
import { KIB } from "../units.ts";
import { predictivePolicy } from "./predictive-policy.ts";

const MAX_PAYBACK_DAYS = 180;
/** Few classes: every size and habit of every stage is a table to be solved. */
const EXPLICIT: ClassSet = { names: ["STANDARD", "STANDARD_IA", "GLACIER_IR"], hasAutoArchive: false };

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
    { name: "logs", young: 0.8, settled: 0.01 },
    { name: "media", young: 0.5, settled: 0.6 },
  ];
  const objects = Array.from({ length: 300 }, (_, index): TestObject => {
    const { name, young, settled } = prefixes[index % prefixes.length] ?? { name: "other", young: 0, settled: 0 };
    const created = Math.floor(random() * (days - 20)) - 40;
    const isDeleted = random() < 0.3;
    const end = isDeleted ? Math.min(days - 2, Math.max(0, created) + 30 + Math.floor(random() * 200)) : days - 1;
    const reads: [number, number][] = [];
    for (let day = Math.max(0, created); day <= end; day += 1) {
      if (random() < (day - created < 7 ? young : settled)) reads.push([day, 1]);
    }
    return {
      name: `${name}/${index}`,
      sizeBytes: 3000 * KIB,
      created,
      end,
      isDeleted,
      reads,
    };
  });
  return testTrace(days, objects);
}

describe("the predictive policy", () => {
  it(
    "decides nothing by what comes later: cut off at any day, the changes before it are the same",
    { timeout: 120_000 },
    () => {
      fc.assert(
        fc.property(arbitraryTrace(200), fc.integer({ min: 105, max: 199 }), (trace, day) => {
          expect(changes(cutOff(trace, day), 100, day, EXPLICIT)).toEqual(changes(trace, 100, day, EXPLICIT));
        }),
        { numRuns: 2 },
      );
    },
  );

  it("nor on a trace with thousands of reads, several prefixes, births and deletions", { timeout: 120_000 }, () => {
    const trace = busyTrace(5, 400);
    expect(trace.readDay.length).toBeGreaterThan(10_000);
    const whole = changes(trace, 200, 400, EXPLICIT);
    expect(whole.flat().length).toBeGreaterThan(trace.objects);
    const before = whole.map((object) => object.filter((change) => Number(change.split(" ")[0]) < 310));
    expect(changes(cutOff(trace, 310), 200, 310, EXPLICIT)).toEqual(before);
  });

  it("moves what nobody has read for long, and leaves what is small", { timeout: 60_000 }, () => {
    const trace = testTrace(400, [{ created: -300 }, { created: -300, sizeBytes: 10 * KIB }]);
    const [large, small] = changes(trace, 200, 400, SYNC);
    expect(large?.length).toBeGreaterThan(1);
    expect(small).toEqual(["200 STANDARD"]);
  });
});
