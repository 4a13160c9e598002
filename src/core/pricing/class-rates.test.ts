import fc from "fast-check";
import { expect, test } from "vitest";
import { AWS, withClass } from "../../../test/support/prices.ts";
import { monthTotalMicros, monthlyBill, rentMicrosPerMonth } from "./bill.ts";
import { plainRentMicros, ratesOf } from "./class-rates.ts";
import { copyFeeAt, feeInCalendar } from "./calendar-fee.ts";
import { copyFee, copyTotalMicros, moveFee } from "./move-fee.ts";
import type { PriceBook, StorageClassPrices } from "./price-book.ts";
import { GB_BYTES } from "../units.ts";

const MANAGED = [
  "STANDARD",
  "INTELLIGENT_TIERING",
  "STANDARD_IA",
  "ONEZONE_IA",
  "GLACIER_IR",
  "GLACIER",
  "DEEP_ARCHIVE",
];
const name = fc.constantFrom(...MANAGED);
/** Now and then with a price that is not known, or a copy that is refused. */
const book: fc.Arbitrary<PriceBook> = fc.oneof(
  fc.constant(AWS),
  fc
    .tuple(
      name,
      fc.constantFrom<Partial<StorageClassPrices>[]>(
        { get: null },
        { put: null },
        { retrieval: null },
        { storage: [] },
        { restore: {} },
        { copyRefusedTo: ["STANDARD_IA"] },
      ),
    )
    .map(([of, changes]) => withClass(of, changes)),
);
const sizeBytes = fc.oneof(
  fc.nat(2 ** 20),
  fc.nat(2 ** 34),
  fc.constantFrom(0, 128 * 1024, 5 * GB_BYTES, 5 * GB_BYTES + 1),
);
const some = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 400, noNaN: true }));
const use = fc.record({
  sizeBytes,
  readsPerMonth: some,
  readDaysPerMonth: fc.double({ min: 0, max: 30, noNaN: true }),
  window: fc.option(fc.record({ idleDays: some, horizonDays: fc.constantFrom(0, 30, 90, 180) }), { nil: undefined }),
});

test("a total without its lines is the one with them, to the last bit", () => {
  fc.assert(
    fc.property(book, name, use, (prices, of, each) => {
      const bill = monthlyBill(prices, of, each);
      const rates = ratesOf(prices).managed.get(of);
      expect(rates && monthTotalMicros(rates, each)).toBe(bill?.totalMicros ?? Number.NaN);
      if (!bill) return;
      const { storageMicros, monitoringMicros, requestsMicros, retrievalMicros } = bill;
      expect(storageMicros + monitoringMicros + requestsMicros + retrievalMicros).toBe(bill.totalMicros);
    }),
    { numRuns: 500 },
  );
});

test("so is the fee of a copy, and its lines are those of the items it is charged for", () => {
  fc.assert(
    fc.property(
      book,
      name,
      name,
      sizeBytes,
      some,
      some,
      fc.boolean(),
      (prices, from, to, bytes, daysHeld, kept, acl) => {
        const rates = ratesOf(prices).managed;
        const [source, target] = [rates.get(from), rates.get(to)];
        if (!source || !target) throw new Error("not managed");
        const move = { from, to, sizeBytes: bytes, daysHeld, noncurrentDays: kept };
        const fee = copyFee(prices, move);
        expect(copyTotalMicros(prices, source, target, bytes, daysHeld, kept)).toBe(fee?.totalMicros ?? Number.NaN);
        const isRefused = source.prices.copyRefusedTo?.includes(to) ?? false;
        const items = ["copy", "heads", "retrieval", "early-deletion", "noncurrent"] as const;
        const withAcl = { ...move, readsAcl: acl };
        expect(copyFee(prices, withAcl)).toEqual(isRefused ? null : moveFee(prices, withAcl, items));
      },
    ),
    { numRuns: 500 },
  );
});

test("a fee at an instant is the average one in that month's calendar, asked once or again", () => {
  fc.assert(
    fc.property(name, sizeBytes, some, fc.nat(400), fc.boolean(), (to, bytes, daysHeld, days, isKept) => {
      const move = { from: "STANDARD_IA", to, sizeBytes: bytes, daysHeld, noncurrentDays: isKept ? 10 : 0 };
      const atMs = Date.UTC(2026, 0, 1) + days * 86_400_000;
      const average = copyFee(AWS, move);
      expect(copyFeeAt(AWS, move, atMs)).toEqual(average && feeInCalendar(average, atMs, move.noncurrentDays));
    }),
  );
});

test("rent has one form", () => {
  fc.assert(
    fc.property(name, sizeBytes, (of, bytes) => {
      const rates = ratesOf(AWS).managed.get(of);
      expect(rates && plainRentMicros(rates, bytes)).toBe(rates && rentMicrosPerMonth(AWS, rates.prices, bytes));
    }),
  );
});

test("classes that Astra leaves alone, and names of an object's own properties, have no rates", () => {
  for (const of of ["EXPRESS_ONEZONE", "__proto__", "constructor", "FOO"])
    expect(ratesOf(AWS).managed.has(of)).toBe(false);
});
