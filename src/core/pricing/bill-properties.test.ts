import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BOOKS, withAmounts } from "../../../test/support/price-books.ts";
import { type ExpectedUse, classBill } from "./bill.ts";
import { Ledger, earlyDeletionQuantity } from "./ledger.ts";
import { MECHANISMS, type PriceBook } from "./price-book.ts";
import { priceLines } from "./price-lines.ts";
import { transitionFee } from "./transition-fee.ts";
import { GB_BYTES, MS_PER_DAY } from "../units.ts";

const books = fc.constantFrom(...BOOKS.values());
const sizes = fc.oneof(fc.integer({ min: 0, max: 300_000 }), fc.integer({ min: 0, max: 5 * 1024 ** 4 }));
const uses = fc.record({
  sizeBytes: sizes,
  readsPerMonth: fc.double({ min: 0, max: 1000, noNaN: true }),
  readDaysPerMonth: fc.double({ min: 0, max: 30, noNaN: true }),
});
const inBook = books.chain((book) => {
  const names = fc.constantFrom(...Object.keys(book.classes));
  return fc.record({ book: fc.constant(book), from: names, to: names });
});
const moves = fc.record({
  mechanism: fc.constantFrom(...MECHANISMS),
  sizeBytes: sizes,
  daysHeld: fc.integer({ min: 0, max: 400 }),
  noncurrentDays: fc.integer({ min: 0, max: 200 }),
  restoreDays: fc.integer({ min: 0, max: 30 }),
});

function billOf(book: PriceBook, name: string, use: ExpectedUse) {
  const prices = book.classes[name];
  const bill = prices && classBill(book, prices, use);
  return bill ?? null;
}

/** Doubles: a billionth of the sum, or of a micro. */
const slack = (micros: number) => 1e-9 * Math.max(1, Math.abs(micros));

describe("an expected bill", () => {
  it("is never negative, line by line, and the sum of its lines", () => {
    fc.assert(
      fc.property(inBook, uses, moves, ({ book, from, to }, use, move) => {
        for (const sums of [billOf(book, from, use), transitionFee(book, { from, to, ...move })]) {
          if (!sums) continue;
          const { totalMicros, ...lines } = sums;
          const amounts = Object.values(lines);
          for (const amount of amounts) expect(amount).toBeGreaterThanOrEqual(0);
          const sum = amounts.reduce((a, b) => a + b, 0);
          expect(Math.abs(sum - totalMicros)).toBeLessThanOrEqual(slack(totalMicros));
        }
      }),
      { numRuns: 500 },
    );
  });

  it("is never lowered by raising a price", () => {
    const raised = inBook.chain(({ book, from, to }) => {
      const known = priceLines(book).flatMap(({ path, price }) => (price ? [{ path, amount: price.amount }] : []));
      return fc.record({
        book: fc.constant(book),
        from: fc.constant(from),
        to: fc.constant(to),
        line: fc.constantFrom(...known),
      });
    });
    fc.assert(
      fc.property(raised, uses, moves, fc.double({ min: 0, max: 5, noNaN: true }), (at, use, move, by) => {
        const { book, from, to, line } = at;
        const dearer = withAmounts(book, { [line.path]: line.amount * (1 + by) + by * 1e-4 });
        const before = [billOf(book, from, use), transitionFee(book, { from, to, ...move })];
        const after = [billOf(dearer, from, use), transitionFee(dearer, { from, to, ...move })];
        for (const [index, was] of before.entries()) {
          const is = after[index];
          expect(is === null).toBe(was === null);
          if (was && is) expect(is.totalMicros).toBeGreaterThanOrEqual(was.totalMicros - slack(was.totalMicros));
        }
      }),
      { numRuns: 500 },
    );
  });

  it("of reads grows with every read and by the same each time", () => {
    fc.assert(
      fc.property(inBook, uses, fc.double({ min: 0, max: 100, noNaN: true }), ({ book, from }, use, more) => {
        const [none, once, twice] = [0, 1, 2].map((times) =>
          billOf(book, from, { ...use, readsPerMonth: use.readsPerMonth + 0.01 + times * more }),
        );
        if (!none || !once || !twice) return;
        const step = once.totalMicros - none.totalMicros;
        expect(step).toBeGreaterThanOrEqual(-slack(none.totalMicros));
        const second = twice.totalMicros - once.totalMicros;
        expect(Math.abs(second - step)).toBeLessThanOrEqual(1e-6 * Math.max(1, twice.totalMicros));
      }),
    );
  });
});

const APRIL = Date.UTC(2026, 3, 1);
const stays = fc.record({
  storageClass: fc.constantFrom("STANDARD_IA", "GLACIER_IR", "ONEZONE_IA"),
  sizeBytes: fc.integer({ min: 0, max: 10 * GB_BYTES }),
  enters: fc.integer({ min: 0, max: 100 * MS_PER_DAY }),
  heldMs: fc.integer({ min: 0, max: 200 * MS_PER_DAY }),
});

/** An object in a class from entry to exit: put, rent, and what is left of the minimum. */
function enter(
  ledger: Ledger,
  book: PriceBook,
  stay: typeof stays extends fc.Arbitrary<infer T> ? T : never,
  cuts: number[],
) {
  const { storageClass, sizeBytes, heldMs } = stay;
  const prices = book.classes[storageClass];
  const bytes = Math.max(sizeBytes, prices?.minimumBilledBytes ?? 0);
  const from = APRIL + stay.enters;
  ledger.add(from, { item: "put", storageClass, quantity: 1n });
  const instants = [
    from,
    ...cuts.map((cut) => from + Math.floor(cut * heldMs)).toSorted((a, b) => a - b),
    from + heldMs,
  ];
  for (const [index, to] of instants.entries()) {
    const begin = instants[index - 1];
    if (begin !== undefined) ledger.addSpan(begin, to, { item: "storage", storageClass, perMs: BigInt(bytes) });
  }
  const quantity = earlyDeletionQuantity(bytes, prices?.minimumDays ?? 0, heldMs);
  ledger.add(from + heldMs, { item: "early-deletion", storageClass, quantity });
}

describe("the ledger", () => {
  const aws = BOOKS.get("aws-us-east-1");

  it("is additive over objects: a store's bill is that of its parts, but for rounding once a line and month", () => {
    fc.assert(
      fc.property(fc.array(stays, { maxLength: 12 }), (objects) => {
        if (!aws) throw new RangeError("no book");
        const whole = new Ledger(aws);
        let parts = 0;
        for (const each of objects) {
          enter(whole, aws, each, []);
          const own = new Ledger(aws);
          enter(own, aws, each, []);
          parts += own.bill().totalMicros;
        }
        // Three lines in each of at most eight months, half a micro each, on both sides.
        expect(Math.abs(whole.bill().totalMicros - parts)).toBeLessThanOrEqual(12 * (objects.length + 1));
      }),
      { numRuns: 60 },
    );
  });

  it("is additive over time: a history cut anywhere, its state carried on, costs the same", () => {
    const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 });
    fc.assert(
      fc.property(stays, cuts, (stay, at) => {
        if (!aws) throw new RangeError("no book");
        const [whole, split] = [new Ledger(aws), new Ledger(aws)];
        enter(whole, aws, stay, []);
        enter(split, aws, stay, at);
        expect(split.bill()).toEqual(whole.bill());
      }),
    );
  });
});
