import { describe, expect, it } from "vitest";
import { AWS, withClass } from "../../../test/support/prices.ts";
import { type CopyMove, billedBytes, copyFee, monthlyBill, readOnceMicros, rentMicrosPerMonth } from "./bill.ts";
import { type StorageClassPrices, managedClass } from "./price-book.ts";
import { DAYS_PER_MONTH, GB_BYTES, KIB, MIB, MICROS_PER_DOLLAR } from "../units.ts";

function classOf(name: string): StorageClassPrices {
  const found = managedClass(AWS, name);
  if (!found) throw new RangeError(`no class ${name}`);
  return found;
}

function rent(name: string, sizeBytes: number): number {
  return rentMicrosPerMonth(AWS, classOf(name), sizeBytes);
}

function move(changes: Partial<CopyMove>): CopyMove {
  return { from: "STANDARD", to: "STANDARD_IA", sizeBytes: GB_BYTES, daysHeld: 1000, noncurrentDays: 0, ...changes };
}

describe("rent", () => {
  it("of 1 GiB in STANDARD is $0.023 a month", () => {
    expect(rent("STANDARD", GB_BYTES)).toBeCloseTo(23_000, 6);
  });

  it("falls with the bands that the account has filled", () => {
    const standard = classOf("STANDARD");
    expect(rentMicrosPerMonth(AWS, standard, GB_BYTES, 51_199)).toBeCloseTo(23_000, 6);
    expect(rentMicrosPerMonth(AWS, standard, GB_BYTES, 51_200)).toBeCloseTo(22_000, 6);
    expect(rentMicrosPerMonth(AWS, standard, GB_BYTES, 614_400)).toBeCloseTo(21_000, 6);
  });

  it.each(["STANDARD_IA", "ONEZONE_IA", "GLACIER_IR"])("in %s is that of 128 KiB for anything smaller", (name) => {
    expect(billedBytes(classOf(name), 1)).toBe(128 * KIB);
    expect(rent(name, 0)).toBe(rent(name, 128 * KIB));
    expect(rent(name, 128 * KIB + 1)).toBeGreaterThan(rent(name, 128 * KIB));
  });

  it.each([
    { name: "GLACIER", perGb: 0.0036 },
    { name: "DEEP_ARCHIVE", perGb: 0.00099 },
  ])("in $name adds 32 KiB at its own rate and 8 KiB at STANDARD", ({ name, perGb }) => {
    expect(billedBytes(classOf(name), 1000)).toBe(1000 + 32 * KIB);
    const dollars = ((1000 + 32 * KIB) * perGb + 8 * KIB * 0.023) / GB_BYTES;
    expect(rent(name, 1000)).toBeCloseTo(dollars * MICROS_PER_DOLLAR, 9);
  });
});

describe("a month's bill", () => {
  const idle = { sizeBytes: GB_BYTES, readsPerMonth: 0, readDaysPerMonth: 0 };

  it("is the sum of its lines", () => {
    for (const name of Object.keys(AWS.classes)) {
      const bill = monthlyBill(AWS, name, { sizeBytes: 5 * MIB, readsPerMonth: 3.5, readDaysPerMonth: 2 });
      if (!bill) continue;
      const sum = bill.storageMicros + bill.monitoringMicros + bill.requestsMicros + bill.retrievalMicros;
      expect(bill.totalMicros).toBeCloseTo(sum, 9);
    }
  });

  it("counts the monitoring fee from 128 KiB", () => {
    const fee = (sizeBytes: number) =>
      monthlyBill(AWS, "INTELLIGENT_TIERING", { ...idle, sizeBytes })?.monitoringMicros;
    expect(fee(128 * KIB)).toBeCloseTo(2.5, 12);
    expect(fee(128 * KIB - 1)).toBe(0);
  });

  it("restores an archived object once on each day with reads", () => {
    const use = { sizeBytes: GB_BYTES, readsPerMonth: 10, readDaysPerMonth: 2 };
    const bill = monthlyBill(AWS, "GLACIER", use);
    expect(bill?.requestsMicros).toBeCloseTo(((2 * 0.05 + 10 * 0.0004) / 1000) * MICROS_PER_DOLLAR, 9);
    expect(bill?.retrievalMicros).toBeCloseTo(2 * (0.01 + 0.023 / DAYS_PER_MONTH) * MICROS_PER_DOLLAR, 6);
  });

  it("is that of the band the account has reached: at 600 TB a move saves 19 % less in STANDARD_IA, 9 % in DEEP_ARCHIVE", () => {
    // Source: the bands of the AWS Pricing API, 2025-10-28; large objects, so that overheads do not count.
    const saving = (to: string, accountGb: number) => {
      const use = { ...idle, sizeBytes: 1024 * GB_BYTES, accountGb };
      const [now, then] = ["STANDARD", to].map((name) => monthlyBill(AWS, name, use)?.totalMicros ?? Number.NaN);
      return (now ?? Number.NaN) - (then ?? Number.NaN);
    };
    expect(1 - saving("STANDARD_IA", 600 * 1024) / saving("STANDARD_IA", 0)).toBeCloseTo(0.19, 2);
    expect(1 - saving("DEEP_ARCHIVE", 600 * 1024) / saving("DEEP_ARCHIVE", 0)).toBeCloseTo(0.09, 2);
    const inside = (accountGb: number) =>
      monthlyBill(AWS, "INTELLIGENT_TIERING", { ...idle, readsPerMonth: 900, readDaysPerMonth: 900, accountGb });
    expect(inside(0)?.storageMicros).toBeCloseTo(23_000, 6);
    expect(inside(600_000)?.storageMicros).toBeCloseTo(21_000, 6);
  });

  it("in INTELLIGENT_TIERING follows the tiers an object is expected in", () => {
    const bill = (use: object) => monthlyBill(AWS, "INTELLIGENT_TIERING", { ...idle, ...use })?.storageMicros;
    expect(bill({})).toBeCloseTo(4_000, 6);
    expect(bill({ window: { idleDays: 0, horizonDays: 90 } })).toBeCloseTo((23_000 * 30 + 12_500 * 60) / 90, 6);
    expect(bill({ sizeBytes: 128 * KIB - 1 })).toBeCloseTo((23_000 * (128 * KIB - 1)) / GB_BYTES, 9);
    const overhead = (990 * (GB_BYTES + 32 * KIB) + 23_000 * 8 * KIB) / GB_BYTES;
    expect(bill({ archiveTiers: ["deep-archive"] })).toBeCloseTo(overhead, 6);
    const perDay = 2 / DAYS_PER_MONTH;
    const [warm, cold] = [Math.exp(-30 * perDay), Math.exp(-90 * perDay)];
    const expected = 23_000 * (1 - warm) + 12_500 * (warm - cold) + 4_000 * cold;
    expect(bill({ readsPerMonth: 5, readDaysPerMonth: 2 })).toBeCloseTo(expected, 6);
  });

  it("is unknown for a class that is not managed or not known", () => {
    expect(monthlyBill(AWS, "EXPRESS_ONEZONE", idle)).toBeNull();
    expect(monthlyBill(AWS, "NEVER_HEARD_OF", idle)).toBeNull();
    expect(monthlyBill(AWS, "__proto__", idle)).toBeNull();
    expect(monthlyBill(AWS, "toString", idle)).toBeNull();
  });

  it("is unknown, never lower, where a price it needs is unknown", () => {
    const reading = { ...idle, readsPerMonth: 1, readDaysPerMonth: 1 };
    for (const changes of [{ get: null }, { retrieval: null }]) {
      const book = withClass("STANDARD_IA", changes);
      expect(monthlyBill(book, "STANDARD_IA", reading)).toBeNull();
      expect(monthlyBill(book, "STANDARD_IA", idle)).not.toBeNull();
    }
    const speed = { hours: 5, perThousand: null, perGb: null };
    expect(monthlyBill(withClass("GLACIER", { restore: { standard: speed } }), "GLACIER", reading)).toBeNull();
    expect(monthlyBill(withClass("GLACIER", { restore: {} }), "GLACIER", reading)).toBeNull();
  });
});

describe("the fee of a copy", () => {
  it("is the PUT of the destination and a HEAD on each side", () => {
    const fee = copyFee(AWS, move({}));
    expect(fee?.requestsMicros).toBeCloseTo(((0.01 + 0.0004 + 0.001) / 1000) * MICROS_PER_DOLLAR, 9);
    expect(fee).toMatchObject({ retrievalMicros: 0, earlyDeletionMicros: 0, noncurrentMicros: 0 });
    expect(fee?.totalMicros).toBe(fee?.requestsMicros);
  });

  it("reads the source out of its class", () => {
    expect(copyFee(AWS, move({ from: "GLACIER_IR", to: "STANDARD" }))?.retrievalMicros).toBeCloseTo(30_000, 6);
  });

  it("restores an archived source, kept readable for a day", () => {
    const fee = copyFee(AWS, move({ from: "DEEP_ARCHIVE", to: "STANDARD" }));
    expect(fee?.retrievalMicros).toBeCloseTo(20_000 + 23_000 / DAYS_PER_MONTH, 6);
    expect(fee?.requestsMicros).toBeCloseTo(((0.005 + 0.0004 + 0.0004 + 0.1) / 1000) * MICROS_PER_DOLLAR, 9);
  });

  it.each([
    { from: "STANDARD_IA", perGb: 0.0125, minimum: 30, held: 10 },
    { from: "GLACIER_IR", perGb: 0.004, minimum: 90, held: 89.5 },
    { from: "STANDARD_IA", perGb: 0.0125, minimum: 30, held: 30 },
    { from: "STANDARD_IA", perGb: 0.0125, minimum: 30, held: 400 },
  ])("pays what is left of the minimum of $from after $held days", ({ from, perGb, minimum, held }) => {
    const fee = copyFee(AWS, move({ from, to: "STANDARD", daysHeld: held, sizeBytes: 100 * GB_BYTES }));
    const days = Math.max(0, minimum - held);
    expect(fee?.earlyDeletionMicros).toBeCloseTo(((100 * perGb * days) / DAYS_PER_MONTH) * MICROS_PER_DOLLAR, 3);
  });

  it("pays the padding of a small object in the remainder too", () => {
    const remainder = (sizeBytes: number) =>
      copyFee(AWS, move({ from: "STANDARD_IA", to: "STANDARD", daysHeld: 0, sizeBytes }))?.earlyDeletionMicros;
    expect(remainder(1)).toBe(remainder(128 * KIB));
  });

  it("pays the noncurrent version instead of the remainder that it serves", () => {
    const from = { from: "STANDARD_IA", to: "STANDARD", daysHeld: 10 };
    const plain = copyFee(AWS, move(from));
    const versioned = copyFee(AWS, move({ ...from, noncurrentDays: 5 }));
    const perDay = 12_500 / DAYS_PER_MONTH;
    expect(versioned?.noncurrentMicros).toBeCloseTo(5 * perDay, 6);
    expect(versioned?.earlyDeletionMicros).toBeCloseTo(15 * perDay, 6);
    expect(versioned?.totalMicros).toBeCloseTo(plain?.totalMicros ?? Number.NaN, 6);
  });

  it("is unknown where a price it needs is unknown", () => {
    expect(copyFee(withClass("STANDARD_IA", { put: null }), move({}))).toBeNull();
    expect(copyFee(withClass("STANDARD", { get: null }), move({}))).toBeNull();
    expect(copyFee(withClass("STANDARD", { retrieval: null }), move({}))).toBeNull();
    expect(copyFee(AWS, move({ to: "EXPRESS_ONEZONE" }))).toBeNull();
  });
});

describe("one full read", () => {
  it("out of STANDARD costs its GET", () => {
    expect(readOnceMicros(AWS, "STANDARD", GB_BYTES)).toBeCloseTo(0.4, 12);
  });

  it("out of GLACIER_IR costs GET and retrieval", () => {
    expect(readOnceMicros(AWS, "GLACIER_IR", GB_BYTES)).toBeCloseTo(30_010, 6);
  });

  it("is unknown for an unknown class", () => {
    expect(readOnceMicros(AWS, "NEVER_HEARD_OF", 1)).toBeNull();
  });
});
