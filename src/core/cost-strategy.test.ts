import { describe, expect, it } from "vitest";
import { AWS, price, withClass } from "../../test/support/prices.ts";
import { objectView } from "../../test/support/views.ts";
import { watchedDays } from "./access-stats.ts";
import { type CostOptions, costStrategy, horizonMicros } from "./cost-strategy.ts";
import type { ObjectView } from "./strategy.ts";
import { DAYS_PER_MONTH, KIB } from "./units.ts";

const OPTIONS: CostOptions = { prices: AWS, horizonDays: 90, noncurrentDays: 0 };
const INSTANT = ["STANDARD", "STANDARD_IA", "GLACIER_IR"];

function choice(view: Partial<ObjectView>, allowed = INSTANT, options: Partial<CostOptions> = {}): string {
  return costStrategy({ ...OPTIONS, ...options }).propose(objectView(view), new Set(allowed)).storageClass;
}

/** That many full reads a month, each on a day of its own. */
function reads(count: number) {
  return { rate: { readsPerMonth: count, readDaysPerMonth: count } };
}

describe("the cheapest class", () => {
  it.each<[string, Partial<ObjectView>, readonly string[], string]>([
    ["without reads", {}, INSTANT, "GLACIER_IR"],
    // Half an unseen read in the days watched is 0.39 a month here. At the book's prices of a GB, GLACIER_IR is dearer than STANDARD_IA from 0.43 reads, STANDARD_IA dearer than STANDARD from 1.05.
    ["with some reads", reads(0.4), INSTANT, "STANDARD_IA"],
    ["with many reads", reads(3), INSTANT, "STANDARD"],
    ["of small objects", { sizeBytes: 16 * KIB }, INSTANT, "STANDARD"],
    ["of empty ones", { sizeBytes: 0 }, INSTANT, "STANDARD"],
    ["among those allowed", {}, ["STANDARD", "STANDARD_IA"], "STANDARD_IA"],
    ["with all allowed", {}, [...INSTANT, "GLACIER", "DEEP_ARCHIVE"], "GLACIER"],
    ["where the present one is not allowed", reads(30), ["STANDARD_IA", "GLACIER_IR"], "STANDARD_IA"],
  ])("%s", (_, view, allowed, expected) => {
    expect(choice(view, [...allowed])).toBe(expected);
  });

  it("counts the fee: leaving early, a version left behind, a short horizon", () => {
    const inside = { storageClass: "STANDARD_IA", daysInClass: 0, ...reads(2) };
    expect(choice(inside, INSTANT, { horizonDays: 30 })).toBe("STANDARD_IA");
    expect(choice({ ...inside, daysInClass: 30 }, INSTANT, { horizonDays: 30 })).toBe("STANDARD");
    expect(choice({}, INSTANT, { noncurrentDays: 90 })).toBe("STANDARD");
    expect(choice({ sizeBytes: 500 * KIB }, INSTANT, { horizonDays: 5 })).toBe("STANDARD");
  });

  it("leaves out what has no known price, and stays where its own is not known", () => {
    expect(choice({}, INSTANT, { prices: withClass("GLACIER_IR", { put: null }) })).toBe("STANDARD_IA");
    expect(choice(reads(1), INSTANT, { prices: withClass("STANDARD", { get: null }) })).toBe("STANDARD");
    expect(choice({}, ["GLACIER_IR"], { prices: withClass("GLACIER_IR", { put: null }) })).toBe("GLACIER_IR");
  });

  it("stays where nothing is gained", () => {
    const same = { put: price(0), transitionInto: price(0) };
    expect(choice({ sizeBytes: 0 }, ["STANDARD_IA", "STANDARD"], { prices: withClass("STANDARD", same) })).toBe(
      "STANDARD",
    );
  });

  it("says the numbers that led to it", () => {
    const view = objectView();
    const { why, rule, tier } = costStrategy(OPTIONS).propose(view, new Set(INSTANT));
    expect({ rule, tier }).toEqual({ rule: "cost", tier: "cold" });
    // 1 GiB: 0.023 × 90 / 30.4375 in STANDARD.
    expect(why).toMatch(
      /^GLACIER_IR costs least over 90 d: \$0\.04\d+ with its fee against \$0\.0680 in STANDARD, 0\.00 reads a month and half a read unseen$/,
    );
    const unseenGets = (0.5 * 90 * 0.4) / watchedDays(view.ageDays);
    expect(horizonMicros(view, "STANDARD", OPTIONS)).toBeCloseTo((23_000 * 90) / DAYS_PER_MONTH + unseenGets, 6);
  });
});
