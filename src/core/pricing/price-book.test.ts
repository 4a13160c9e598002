import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AWS, price } from "../../../test/support/prices.ts";
import {
  type StorageBand,
  bandedStorageCost,
  baseClass,
  managedClass,
  marginalStorageRate,
  priceBookSchema,
} from "./price-book.ts";

/** Falling rates over rising edges, the last without an edge: what providers publish. */
const bands: fc.Arbitrary<StorageBand[]> = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 0, max: 50 })), { minLength: 1, maxLength: 5 })
  .map((steps) => {
    let edge = 0;
    return steps.map(([width, cents], index) => {
      edge += width;
      return { upToGb: index === steps.length - 1 ? null : edge, price: price(cents / 1000) };
    });
  });
const gb = fc.integer({ min: 0, max: 6000 });

describe("progressive bands", () => {
  it("cost the sum of every GB at its own marginal rate", () => {
    fc.assert(
      fc.property(bands, fc.integer({ min: 0, max: 3000 }), (each, amount) => {
        let sum = 0;
        for (let at = 0; at < amount; at += 1) sum += marginalStorageRate(each, at);
        expect(bandedStorageCost(each, amount)).toBeCloseTo(sum, 6);
      }),
      { numRuns: 50 },
    );
  });

  it("never cost less for more", () => {
    fc.assert(
      fc.property(bands, gb, gb, (each, a, b) => {
        expect(bandedStorageCost(each, a + b)).toBeGreaterThanOrEqual(bandedStorageCost(each, a));
      }),
    );
  });

  it("cost nothing for nothing", () => {
    fc.assert(fc.property(bands, (each) => bandedStorageCost(each, 0) === 0));
  });

  it.each([
    { storedGb: 0, rate: 0.023 },
    { storedGb: 51_199.99, rate: 0.023 },
    { storedGb: 51_200, rate: 0.022 },
    { storedGb: 511_999, rate: 0.022 },
    { storedGb: 512_000, rate: 0.021 },
    { storedGb: 1e9, rate: 0.021 },
  ])("of STANDARD charge $rate at the margin of $storedGb GB", ({ storedGb, rate }) => {
    expect(marginalStorageRate(baseClass(AWS).storage, storedGb)).toBe(rate);
  });
});

describe("classes", () => {
  it("are found only where the book knows and Astra manages them", () => {
    expect(managedClass(AWS, "STANDARD")?.tier).toBe("hot");
    for (const name of ["EXPRESS_ONEZONE", "standard", "", "__proto__", "hasOwnProperty"]) {
      expect(managedClass(AWS, name)).toBeUndefined();
    }
  });

  it("name only classes of the book as ways of a lifecycle rule", () => {
    const names = Object.keys(AWS.classes);
    for (const each of Object.values(AWS.classes)) expect(names).toEqual(expect.arrayContaining(each.transitionsTo));
  });

  it("lead down the waterfall as AWS documents it", () => {
    const ways = (name: string) => AWS.classes[name]?.transitionsTo.toSorted();
    expect(ways("STANDARD_IA")).toEqual(["DEEP_ARCHIVE", "GLACIER", "GLACIER_IR", "INTELLIGENT_TIERING", "ONEZONE_IA"]);
    expect(ways("INTELLIGENT_TIERING")).toEqual(["DEEP_ARCHIVE", "GLACIER", "GLACIER_IR", "ONEZONE_IA"]);
    expect(ways("ONEZONE_IA")).toEqual(["DEEP_ARCHIVE", "GLACIER"]);
    expect(ways("GLACIER_IR")).toEqual(["DEEP_ARCHIVE", "GLACIER"]);
    expect(ways("GLACIER")).toEqual(["DEEP_ARCHIVE"]);
    expect(ways("DEEP_ARCHIVE")).toEqual([]);
  });
});

describe("the book", () => {
  it("names a source that it lists for every price", () => {
    const sources = new Set(Object.keys(AWS.sources));
    const used = new Set<string>();
    JSON.stringify(AWS, (key, value: unknown) => {
      if (key === "source" && typeof value === "string") used.add(value);
      return value;
    });
    expect(used.size).toBeGreaterThan(0);
    expect([...used].filter((source) => !sources.has(source))).toEqual([]);
  });

  it("is refused with an unknown field, a negative price or without its base class", () => {
    expect(priceBookSchema.safeParse(AWS).success).toBe(true);
    expect(priceBookSchema.safeParse({ ...AWS, colour: "red" }).success).toBe(false);
    expect(priceBookSchema.safeParse({ ...AWS, list: price(-1) }).success).toBe(false);
    expect(() => baseClass({ ...AWS, baseClass: "NEVER_HEARD_OF" })).toThrow(/lacks its base class/);
  });
});
