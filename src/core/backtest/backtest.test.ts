import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bookNamed } from "../../../test/support/price-books.ts";
import { AWS, withClass } from "../../../test/support/prices.ts";
import { arbitraryTrace, testTrace } from "../../../test/support/traces.ts";
import { backtestFigures } from "./backtest-report.ts";
import { type ReplayedPolicy, replayPolicies, splitOf } from "./backtest.ts";
import {
  BACKTEST_POLICIES,
  type BacktestPolicyName,
  bookOf,
  nearestClasses,
  type PolicyMaterial,
} from "./backtest-policies.ts";
import { classesOf, SETTINGS, type Setting } from "./backtest-setting.ts";
import { finish } from "./object-policy.ts";
import type { PriceBook } from "../pricing/price-book.ts";
import type { Trace } from "../trace/trace.ts";

function material(setting: Setting, book: PriceBook = AWS): PolicyMaterial {
  return {
    book,
    setting,
    mover: "lifecycle",
    guards: { maxPaybackDays: 180 },
    tierClasses: { hot: "STANDARD", warm: "STANDARD_IA", cold: "GLACIER", archive: "DEEP_ARCHIVE" },
    window: 90,
    keepDays: 90,
    horizonDays: 90,
    lifecycle: null,
  };
}

function replayAll(
  trace: Trace,
  setting: Setting,
  book: PriceBook = AWS,
  policies: readonly BacktestPolicyName[] = BACKTEST_POLICIES,
): readonly ReplayedPolicy[] {
  const options = { trace, material: material(setting, book), keepsPaths: true } as const;
  return finish(replayPolicies({ ...options, policies }));
}

const names = (replayed: readonly ReplayedPolicy[]): readonly string[] => replayed.map(({ policy }) => policy);

describe("settings", () => {
  it("have the classes of the yardstick", () => {
    const of = (setting: Setting) => classesOf(AWS, setting).classes.names;
    expect(of("sync")).toEqual(["STANDARD", "STANDARD_IA", "GLACIER_IR", "INTELLIGENT_TIERING"]);
    expect(of("explicit")).toEqual(["STANDARD", "STANDARD_IA", "GLACIER_IR"]);
    expect(of("all")).toEqual([
      "STANDARD",
      "STANDARD_IA",
      "GLACIER_IR",
      "GLACIER",
      "DEEP_ARCHIVE",
      "INTELLIGENT_TIERING",
    ]);
  });

  it("leave out and name a class that the book can't price", () => {
    const found = classesOf(withClass("GLACIER_IR", { retrieval: null }), "sync");
    expect(found.unpriced).toEqual(["GLACIER_IR"]);
    expect(found.classes.names).not.toContain("GLACIER_IR");
  });

  it("give the matrix the coldest class of the setting that is no colder than its own", () => {
    expect(nearestClasses(material("sync"), classesOf(AWS, "sync").classes)).toEqual({
      hot: "STANDARD",
      warm: "STANDARD_IA",
      cold: "GLACIER_IR",
      archive: "GLACIER_IR",
    });
    expect(nearestClasses(material("all"), classesOf(AWS, "all").classes)).toMatchObject({
      cold: "GLACIER",
      archive: "DEEP_ARCHIVE",
    });
  });

  it("keep a strategy from leaving them", () => {
    const { classes } = bookOf(AWS, classesOf(AWS, "explicit").classes);
    const managed = Object.keys(classes).filter((name) => classes[name]?.managed);
    expect(managed.toSorted()).toEqual(["GLACIER_IR", "STANDARD", "STANDARD_IA"]);
  });
});

describe("a backtest", () => {
  it("splits the days in the middle, and takes the last 30 % apart", () => {
    expect(splitOf({ days: 1001 })).toEqual({ splitDay: 500, lateDay: 701 });
  });

  it("has every policy of the setting, in the order of the list", () => {
    const trace = testTrace(60, [{ reads: [[10, 1]] }]);
    expect(names(replayAll(trace, "sync"))).toEqual(BACKTEST_POLICIES.filter((name) => name !== "autoclass"));
    expect(names(replayAll(trace, "explicit"))).not.toContain("intelligent-tiering");
  });

  it("replays Autoclass, and no S3 rules, with Google's book", () => {
    const book = bookNamed("gcs-us-east1");
    const trace = testTrace(400, [{ reads: [[10, 1]] }]);
    const replayed = replayAll(trace, "sync", book);
    expect(names(replayed)).toContain("autoclass");
    expect(names(replayed)).not.toContain("lifecycle");
    const autoclass = replayed.find(({ policy }) => policy === "autoclass");
    const standard = replayed.find(({ policy }) => policy === "standard");
    // 170 idle days of 200 in Nearline at half of Standard's rate.
    const saved = 1 - (autoclass?.result.costs[0] ?? 0) / (standard?.result.costs[0] ?? 1);
    expect(saved).toBeGreaterThan(0.4);
  });

  it.each(SETTINGS)("never finds a policy below the optimum, and its curve of classes adds up: %s", (setting) => {
    fc.assert(
      fc.property(arbitraryTrace(240), (trace) => {
        // Learning costs too much to be done for every trace: that policy has a test of its own.
        const policies = BACKTEST_POLICIES.filter((name) => name !== "predictive");
        const replayed = replayAll(trace, setting, AWS, policies);
        const best = replayed.find(({ policy }) => policy === "optimal")?.result.costs ?? new Float64Array();
        for (const { result, path } of replayed) {
          result.costs.forEach((cost, object) => expect(cost).toBeGreaterThanOrEqual((best[object] ?? 0) * (1 - 1e-9)));
          const { storage, transitions, retrieval, earlyDeletion } = result.bill;
          const total = result.costs.reduce((sum, cost) => sum + cost, 0);
          expect(storage + transitions + retrieval + earlyDeletion).toBeCloseTo(total, 9);
          expect(path).not.toBeNull();
        }
      }),
      { numRuns: 25 },
    );
  });

  it("reports the ratio of the sums with its interval, the late days apart", () => {
    const trace = testTrace(200, [{}, { sizeBytes: 50_000 }, { created: 150, reads: [[160, 3]] }, { end: 40 }]);
    const figures = backtestFigures(replayAll(trace, "sync"), new Set(["standard", "optimal"]));
    const [standard, optimal] = figures.policies;
    expect(figures).toMatchObject({ objects: 4, chargedObjects: 3, days: 200, splitDay: 100, lateDay: 140 });
    expect(figures.policies).toHaveLength(2);
    expect(standard?.ratio).toBeCloseTo((standard?.cost ?? 0) / figures.optimum, 12);
    expect(standard?.low).toBeLessThanOrEqual(standard?.ratio ?? 0);
    expect(standard?.high).toBeGreaterThanOrEqual(standard?.ratio ?? Infinity);
    expect(standard?.dollarsPerMonth).toBeCloseTo(((standard?.cost ?? 0) / 100) * 30.4375, 12);
    // The same rent every day for two objects, and 50 of the last 60 days for the third.
    const rentPerDay = (1 * 0.023) / 30.4375;
    expect(standard?.lateCost).toBeCloseTo(60 * rentPerDay * (1 + 50_000 / 2 ** 30) + 50 * rentPerDay, 9);
    expect(optimal).toMatchObject({ policy: "optimal", ratio: 1, low: 1, high: 1, lateRatio: 1 });
    expect(figures.regretOf).toBe("standard");
    expect(figures.regret.worst.length).toBeGreaterThan(0);
  });
});
