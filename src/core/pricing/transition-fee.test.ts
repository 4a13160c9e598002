import { describe, expect, it } from "vitest";
import { AWS, withClass } from "../../../test/support/prices.ts";
import { bookNamed } from "../../../test/support/price-books.ts";
import { copyFee, monthlyBill, rentMicrosPerMonth } from "./bill.ts";
import { type Mechanism, type PriceBook, managedClass } from "./price-book.ts";
import { type MechanismMove, transitionFee } from "./transition-fee.ts";
import { DAYS_PER_MONTH, GB_BYTES, KIB, MICROS_PER_DOLLAR } from "../units.ts";
import { feeItems, mayMove, mayTransition } from "./waterfall.ts";

const AZURE = bookNamed("azure-eastus-lrs");
const GCS = bookNamed("gcs-us-east1");

function feeOf(book: PriceBook, mechanism: Mechanism, from: string, to: string, more: Partial<MechanismMove> = {}) {
  const move = { from, to, mechanism, sizeBytes: 10 * GB_BYTES, daysHeld: 1000, noncurrentDays: 0, ...more };
  const fee = transitionFee(book, move);
  if (!fee) throw new RangeError(`no fee for ${from} to ${to} by ${mechanism}`);
  return fee;
}
const dollars = (micros: number) => micros / MICROS_PER_DOLLAR;

describe("a lifecycle transition", () => {
  it("of 100 million objects into DEEP_ARCHIVE costs $5,000 of fees", () => {
    // Source: AWS Price List of 2026-09-22, S3-GDATransition at $0.05 per 1,000.
    const fee = feeOf(AWS, "lifecycle", "STANDARD", "DEEP_ARCHIVE", { sizeBytes: 100 * KIB });
    expect(dollars(fee.totalMicros) * 100e6).toBeCloseTo(5000, 6);
    expect(fee.totalMicros).toBe(fee.requestsMicros);
  });

  it("reads nothing, and pays what is left of a minimum duration", () => {
    const fee = feeOf(AWS, "lifecycle", "STANDARD_IA", "GLACIER", { daysHeld: 12 });
    expect(fee.retrievalMicros).toBe(0);
    expect(dollars(fee.earlyDeletionMicros)).toBeCloseTo((10 * 0.0125 * 18) / DAYS_PER_MONTH, 9);
  });
});

describe("a restore", () => {
  it("of 15 million objects, 102,400 GB, out of GLACIER costs $1,774", () => {
    // Source: AWS Knowledge Center, "manage data retrieval costs": 15,000 thousand × $0.05 + 102,400 GB × $0.01.
    const objects = 15_000_000;
    const sizeBytes = (102_400 * GB_BYTES) / objects;
    const fee = copyFee(AWS, {
      from: "GLACIER",
      to: "STANDARD",
      sizeBytes,
      daysHeld: 1000,
      noncurrentDays: 0,
      restoreDays: 0,
    });
    const retrieval = dollars(fee?.retrievalMicros ?? Number.NaN) * objects;
    const requests = (dollars(fee?.requestsMicros ?? Number.NaN) - (0.005 + 0.0004 + 0.0004) / 1000) * objects;
    expect(requests).toBeCloseTo(750, 6);
    expect(retrieval).toBeCloseTo(1024, 6);
  });

  it("pays for every day that its copy is kept", () => {
    const kept = (restoreDays: number) =>
      copyFee(AWS, {
        from: "GLACIER",
        to: "STANDARD",
        sizeBytes: GB_BYTES,
        daysHeld: 1000,
        noncurrentDays: 0,
        restoreDays,
      });
    const [one, three] = [kept(1), kept(3)].map((fee) => fee?.retrievalMicros ?? Number.NaN);
    expect((three ?? 0) - (one ?? 0)).toBeCloseTo((2 * 23_000) / DAYS_PER_MONTH, 6);
    const unsaid = copyFee(AWS, {
      from: "GLACIER",
      to: "STANDARD",
      sizeBytes: GB_BYTES,
      daysHeld: 1000,
      noncurrentDays: 0,
    });
    expect(unsaid?.retrievalMicros).toBe(one);
  });
});

describe("a tag", () => {
  it("costs the tagging, the tag for two days and the transition, whatever the bucket keeps", () => {
    const fee = feeOf(AWS, "tag", "STANDARD", "GLACIER_IR", { noncurrentDays: 90 });
    expect(dollars(fee.requestsMicros)).toBeCloseTo((0.005 + 0.02) / 1000, 12);
    expect(dollars(fee.tagMicros)).toBeCloseTo((0.00000065 * 2) / DAYS_PER_MONTH, 15);
    expect(fee).toMatchObject({ retrievalMicros: 0, earlyDeletionMicros: 0, noncurrentMicros: 0 });
    expect(fee.totalMicros).toBeCloseTo(fee.requestsMicros + fee.tagMicros, 9);
  });

  it("leads down the waterfall only", () => {
    const may = (from: string, to: string) => mayMove(AWS, { from, to, mechanism: "tag" });
    expect(may("STANDARD_IA", "GLACIER_IR")).toBe(true);
    expect(may("STANDARD_IA", "STANDARD")).toBe(false);
    expect(may("INTELLIGENT_TIERING", "STANDARD_IA")).toBe(false);
    expect(may("STANDARD", "EXPRESS_ONEZONE")).toBe(false);
    expect(
      transitionFee(AWS, {
        from: "GLACIER",
        to: "STANDARD",
        mechanism: "tag",
        sizeBytes: 1,
        daysHeld: 0,
        noncurrentDays: 0,
      }),
    ).toBeNull();
  });

  it("is unknown where the rent of a tag is", () => {
    const move = {
      from: "STANDARD",
      to: "GLACIER",
      mechanism: "tag",
      sizeBytes: 1,
      daysHeld: 0,
      noncurrentDays: 0,
    } as const;
    expect(transitionFee({ ...AWS, tagMonth: null }, move)).toBeNull();
    expect(transitionFee(withClass("GLACIER", { transitionInto: null }), move)).toBeNull();
    expect(mayMove({ ...AWS, tagMonth: null }, move)).toBe(true);
  });
});

describe("a copy", () => {
  it("is priced as before, and refused from ONEZONE_IA to GLACIER_IR", () => {
    const move = { from: "STANDARD_IA", to: "GLACIER_IR", sizeBytes: GB_BYTES, daysHeld: 3, noncurrentDays: 7 };
    expect(transitionFee(AWS, { ...move, mechanism: "copy" })).toEqual(copyFee(AWS, move));
    expect(copyFee(AWS, { ...move, from: "ONEZONE_IA" })).toBeNull();
    expect(mayMove(AWS, { from: "ONEZONE_IA", to: "GLACIER_IR", mechanism: "copy" })).toBe(false);
    expect(mayTransition(AWS, "ONEZONE_IA", "GLACIER_IR")).toBe(false);
    expect(mayMove(AWS, { from: "ONEZONE_IA", to: "STANDARD", mechanism: "copy" })).toBe(true);
  });

  it("pays by each provider's own mechanisms only", () => {
    const open = (book: PriceBook) =>
      (["copy", "tag", "lifecycle", "set-tier", "rewrite", "set-class"] as const).filter((mechanism) => {
        const [hot = "", cold = ""] = Object.keys(book.classes);
        return feeItems(book, { from: hot, to: cold, mechanism }) !== null;
      });
    expect(open(AWS)).toEqual(["copy", "tag", "lifecycle"]);
    expect(open(AZURE)).toEqual(["set-tier"]);
    expect(open(GCS)).toEqual(["rewrite", "set-class"]);
  });
});

describe("a copy above 5 GiB", () => {
  it.each([
    { to: "STANDARD_IA", gb: 5, perThousand: 0.01 },
    { to: "STANDARD_IA", gb: 6, perThousand: 14 * 0.01 },
    { to: "GLACIER", gb: 6, perThousand: 13 * 0.005 + 0.03 },
    { to: "GLACIER_IR", gb: 5120, perThousand: 10_002 * 0.02 },
  ])("of $gb GiB to $to pays every part, and its looks before they are joined", ({ to, gb, perThousand }) => {
    const looks = gb > 5 ? 3 * 0.0004 : 0;
    const heads = 0.0004 + (AWS.classes[to]?.get?.amount ?? Number.NaN);
    const fee = feeOf(AWS, "copy", "STANDARD", to, { sizeBytes: gb * GB_BYTES });
    expect(dollars(fee.requestsMicros) * 1000).toBeCloseTo(perThousand + looks + heads, 9);
  });
});

describe("Azure's set-tier", () => {
  // Source: MicrosoftDocs/azure-docs access-tiers-overview.md: cooler = one write at the destination's price; warmer = one read
  // and retrieval at the source's; early deletion prorated.
  it("to a cooler tier is one write there", () => {
    expect(dollars(feeOf(AZURE, "set-tier", "Hot", "Archive").totalMicros)).toBeCloseTo(0.1 / 10_000, 12);
  });

  it("to a warmer tier is one read and the retrieval", () => {
    const fee = feeOf(AZURE, "set-tier", "Cool", "Hot");
    expect(dollars(fee.requestsMicros)).toBeCloseTo(0.01 / 10_000, 12);
    expect(dollars(fee.retrievalMicros)).toBeCloseTo(10 * 0.01, 12);
  });

  it("out of Archive is a rehydration, without a second copy", () => {
    const fee = feeOf(AZURE, "set-tier", "Archive", "Cool");
    expect(dollars(fee.requestsMicros)).toBeCloseTo(5 / 10_000, 12);
    expect(dollars(fee.retrievalMicros)).toBeCloseTo(10 * 0.02, 12);
  });

  it.each([
    { from: "Archive", to: "Hot", held: 45, left: 135, perGb: 0.00099 },
    { from: "Cool", to: "Cold", held: 21, left: 9, perGb: 0.0152 },
  ])("after $held days in $from pays $left days more of it", ({ from, to, held, left, perGb }) => {
    const fee = feeOf(AZURE, "set-tier", from, to, { daysHeld: held });
    expect(dollars(fee.earlyDeletionMicros)).toBeCloseTo((10 * perGb * left) / DAYS_PER_MONTH, 9);
  });
});

describe("GCS", () => {
  it("set-class by a rule is one operation there: no retrieval, no early deletion", () => {
    const fee = feeOf(GCS, "set-class", "NEARLINE", "COLDLINE", { daysHeld: 1 });
    expect(dollars(fee.totalMicros)).toBeCloseTo(0.02 / 1000, 12);
    expect(mayMove(GCS, { from: "COLDLINE", to: "STANDARD", mechanism: "set-class" })).toBe(false);
  });

  it("rewrite pays retrieval and early deletion of the source", () => {
    const fee = feeOf(GCS, "rewrite", "ARCHIVE", "STANDARD", { daysHeld: 65 });
    expect(dollars(fee.retrievalMicros)).toBeCloseTo(10 * 0.05, 12);
    expect(dollars(fee.earlyDeletionMicros)).toBeCloseTo((10 * 0.0012 * 300) / DAYS_PER_MONTH, 9);
  });
});

describe("half of 1 TB moved to a class of $0.004", () => {
  it("brings the month from $23.00 to $13.50", () => {
    // Source: the worked example with 1 TB = 1,000 GB, STANDARD at $0.023 and the colder half at $0.004 (GLACIER_IR's price).
    const gb = 1000;
    const month = (name: string, share: number) => {
      const prices = managedClass(AWS, name);
      return prices ? dollars(rentMicrosPerMonth(AWS, prices, share * gb * GB_BYTES)) : Number.NaN;
    };
    expect(month("STANDARD", 1)).toBeCloseTo(23, 9);
    expect(month("STANDARD", 0.5) + month("GLACIER_IR", 0.5)).toBeCloseTo(13.5, 9);
    const idle = { sizeBytes: 500 * GB_BYTES, readsPerMonth: 0, readDaysPerMonth: 0 };
    expect(dollars(monthlyBill(AWS, "GLACIER_IR", idle)?.totalMicros ?? Number.NaN)).toBeCloseTo(2, 9);
  });
});
