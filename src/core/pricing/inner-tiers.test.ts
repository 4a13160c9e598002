import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AWS } from "../../../test/support/prices.ts";
import { bookNamed } from "../../../test/support/price-books.ts";
import { activeTiers, innerTierShares, isMonitoredSize } from "./inner-tiers.ts";
import type { StorageClassPrices } from "./price-book.ts";
import { DAYS_PER_MONTH, KIB } from "../units.ts";

function classOf(book: typeof AWS, name: string): StorageClassPrices {
  const prices = book.classes[name];
  if (!prices) throw new RangeError(`no class ${name}`);
  return prices;
}
const INT = classOf(AWS, "INTELLIGENT_TIERING");

const sharesOf = (use: Parameters<typeof innerTierShares>[1]) =>
  Object.fromEntries(innerTierShares(INT, use).map(({ tier, share }) => [tier.name, share]));

/** The mean over the window, by small steps: idle since before it with probability e^(−μt), else since a read in it. */
function byNumbers(days: number, perDay: number, idleDays: number, horizonDays: number): number {
  const steps = 20_000;
  let sum = 0;
  for (let step = 0; step < steps; step += 1) {
    const at = ((step + 0.5) / steps) * horizonDays;
    const untouched = Math.exp(-perDay * at);
    if (idleDays + at >= days) sum += untouched;
    if (at >= days) sum += Math.exp(-perDay * days) - untouched;
  }
  return sum / steps;
}

describe("the share of days in each inner tier", () => {
  it("of an object that is never read is all in the last, in the long run", () => {
    expect(sharesOf({ readDaysPerMonth: 0 })).toEqual({ frequent: 0, infrequent: 0, "archive-instant": 1 });
  });

  it("of read-days at random follows from the time since the last one", () => {
    const perDay = 1 / 45;
    const shares = sharesOf({ readDaysPerMonth: DAYS_PER_MONTH / 45 });
    expect(shares["frequent"]).toBeCloseTo(1 - Math.exp(-30 * perDay), 12);
    expect(shares["infrequent"]).toBeCloseTo(Math.exp(-30 * perDay) - Math.exp(-90 * perDay), 12);
    expect(shares["archive-instant"]).toBeCloseTo(Math.exp(-90 * perDay), 12);
  });

  it("in the first 120 days of an unread object is 30, 60 and 30 days", () => {
    const shares = sharesOf({ readDaysPerMonth: 0, window: { idleDays: 0, horizonDays: 120 } });
    expect(shares["frequent"]).toBeCloseTo(30 / 120, 12);
    expect(shares["infrequent"]).toBeCloseTo(60 / 120, 12);
    expect(shares["archive-instant"]).toBeCloseTo(30 / 120, 12);
  });

  it("in a window of no length is where the object is", () => {
    const at = (idleDays: number) => sharesOf({ readDaysPerMonth: 3, window: { idleDays, horizonDays: 0 } });
    expect(at(29)["frequent"]).toBe(1);
    expect(at(30)["infrequent"]).toBe(1);
    expect(at(90)["archive-instant"]).toBe(1);
  });

  it("adds up to 1, is never negative, and agrees with a sum by small steps", () => {
    const window = fc.record({
      idleDays: fc.integer({ min: 0, max: 400 }),
      horizonDays: fc.integer({ min: 1, max: 800 }),
    });
    const use = fc.record({ readDaysPerMonth: fc.double({ min: 0, max: 31, noNaN: true }), window });
    fc.assert(
      fc.property(use, (each) => {
        const shares = innerTierShares(INT, each);
        expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
        for (const { share } of shares) expect(share).toBeGreaterThanOrEqual(-1e-12);
        const { idleDays, horizonDays } = each.window;
        const cold = byNumbers(90, each.readDaysPerMonth / DAYS_PER_MONTH, idleDays, horizonDays);
        expect(Math.abs((shares[2]?.share ?? Number.NaN) - cold)).toBeLessThan(2e-3);
      }),
      { numRuns: 60 },
    );
  });

  it("of a long window is that of the long run", () => {
    const long = sharesOf({ readDaysPerMonth: 1, window: { idleDays: 0, horizonDays: 1e7 } });
    const steady = sharesOf({ readDaysPerMonth: 1 });
    for (const [name, share] of Object.entries(steady)) expect(long[name]).toBeCloseTo(share, 4);
  });
});

describe("archive tiers", () => {
  it("take part where they are switched on, and displace the tier of the same idle days", () => {
    const names = (on: readonly string[]) => activeTiers(INT, on).map(({ name }) => name);
    expect(names([])).toEqual(["frequent", "infrequent", "archive-instant"]);
    expect(names(["deep-archive"])).toEqual(["frequent", "infrequent", "archive-instant", "deep-archive"]);
    expect(names(["archive"])).toEqual(["frequent", "infrequent", "archive"]);
    expect(names(["archive", "deep-archive"])).toEqual(["frequent", "infrequent", "archive", "deep-archive"]);
  });
});

describe("other providers' classes", () => {
  it("cool by the same rule: Autoclass after 30, 90 and 365 days, smart tier after 30 and 90", () => {
    const days = (book: string, name: string) =>
      activeTiers(classOf(bookNamed(book), name)).map(({ name: tier, idleDays }) => `${tier} ${idleDays}`);
    expect(days("gcs-us-east1", "AUTOCLASS")).toEqual(["standard 0", "nearline 30"]);
    expect(days("gcs-us-east1", "AUTOCLASS_ARCHIVE")).toEqual([
      "standard 0",
      "nearline 30",
      "coldline 90",
      "archive 365",
    ]);
    expect(days("azure-eastus-lrs", "Smart")).toEqual(["hot 0", "cool 30", "cold 90"]);
  });

  it("leave small objects alone: below 128 KiB, and in Azure at 128 KiB too", () => {
    const smart = classOf(bookNamed("azure-eastus-lrs"), "Smart");
    const autoclass = classOf(bookNamed("gcs-us-east1"), "AUTOCLASS");
    expect([smart, autoclass, INT].map((prices) => isMonitoredSize(prices, 128 * KIB))).toEqual([false, true, true]);
    expect([smart, autoclass, INT].map((prices) => isMonitoredSize(prices, 128 * KIB + 1))).toEqual([true, true, true]);
    expect([autoclass, INT].map((prices) => isMonitoredSize(prices, 128 * KIB - 1))).toEqual([false, false]);
  });

  it("have no shares where they have no inner tiers", () => {
    expect(innerTierShares(classOf(AWS, "STANDARD"), { readDaysPerMonth: 1 })).toEqual([]);
  });
});
