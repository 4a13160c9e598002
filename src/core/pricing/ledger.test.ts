import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AWS, withClass } from "../../../test/support/prices.ts";
import { LEDGER_ITEMS, Ledger, type LedgerEntry, type LedgerItem, earlyDeletionQuantity } from "./ledger.ts";
import { GB_BYTES, MS_PER_DAY } from "../units.ts";

const APRIL = Date.UTC(2025, 3, 1);
const MAY = Date.UTC(2025, 4, 1);
const JUNE = Date.UTC(2025, 5, 1);
const GIB = BigInt(GB_BYTES);

function standardStorage(perMs: bigint) {
  return { item: "storage", storageClass: "STANDARD", perMs } as const;
}

describe("storage", () => {
  it("of 1 GiB for a 30-day month costs $0.023", () => {
    const ledger = new Ledger(AWS);
    ledger.addSpan(APRIL, MAY, standardStorage(GIB));
    expect(ledger.bill()).toEqual({ totalMicros: 23_000, lines: { "STANDARD storage": 23_000 } });
  });

  it("costs the same for a 31-day month, and half for half of one", () => {
    const may = new Ledger(AWS);
    may.addSpan(MAY, JUNE, standardStorage(GIB));
    expect(may.bill().totalMicros).toBe(23_000);
    const half = new Ledger(AWS);
    half.addSpan(MAY, MAY + 15.5 * MS_PER_DAY, standardStorage(GIB));
    expect(half.bill().totalMicros).toBe(11_500);
  });

  it("is split at the calendar month", () => {
    const ledger = new Ledger(AWS);
    ledger.addSpan(APRIL + 15 * MS_PER_DAY, MAY + 15.5 * MS_PER_DAY, standardStorage(GIB));
    expect(ledger.bill().totalMicros).toBe(23_000);
  });

  it("goes through the progressive bands", () => {
    const ledger = new Ledger(AWS);
    ledger.addSpan(APRIL, MAY, standardStorage(GIB * 600_000n));
    const dollars = 51_200 * 0.023 + (512_000 - 51_200) * 0.022 + (600_000 - 512_000) * 0.021;
    expect(ledger.bill().totalMicros).toBe(Math.round(dollars * 1e6));
  });

  it("begins each month at the first band", () => {
    const ledger = new Ledger(AWS);
    ledger.addSpan(APRIL, JUNE, standardStorage(GIB * 51_200n));
    expect(ledger.bill().totalMicros).toBe(2 * 51_200 * 23_000);
  });

  it("stays exact for an exabyte over years", () => {
    const ledger = new Ledger(withClass("STANDARD", { storage: [{ upToGb: null, price: flat(0.02) }] }));
    ledger.addSpan(Date.UTC(2020, 0, 1), Date.UTC(2030, 0, 1), standardStorage(GIB * 1024n ** 3n));
    expect(ledger.bill().totalMicros).toBe(120 * 1024 ** 3 * 20_000);
  });
});

function flat(amount: number) {
  return { amount, source: "test", confidence: "read" } as const;
}

describe("splitting a span", () => {
  const span = fc.record({
    from: fc.integer({ min: APRIL, max: JUNE }),
    lengthMs: fc.integer({ min: 0, max: 400 * MS_PER_DAY }),
    perMs: fc.bigInt({ min: 0n, max: 10n ** 15n }),
    cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }),
  });

  it("at any instants, whole milliseconds or not, gives the same bill", () => {
    fc.assert(
      fc.property(span, ({ from, lengthMs, perMs, cuts }) => {
        const whole = new Ledger(AWS);
        whole.addSpan(from, from + lengthMs, standardStorage(perMs));
        const parts = new Ledger(AWS);
        const instants = [from, ...cuts.map((cut) => from + cut * lengthMs).toSorted((a, b) => a - b), from + lengthMs];
        for (const [index, to] of instants.entries()) {
          const start = instants[index - 1];
          if (start !== undefined) parts.addSpan(start, to, standardStorage(perMs));
        }
        expect(parts.bill()).toEqual(whole.bill());
      }),
    );
  });

  it("inside a millisecond counts that millisecond once", () => {
    const whole = new Ledger(AWS);
    whole.addSpan(APRIL, APRIL + 1, standardStorage(10n ** 18n));
    const halves = new Ledger(AWS);
    halves.addSpan(APRIL, APRIL + 0.5, standardStorage(10n ** 18n));
    halves.addSpan(APRIL + 0.5, APRIL + 1, standardStorage(10n ** 18n));
    expect(whole.bill().totalMicros).toBeGreaterThan(1000);
    expect(halves.bill()).toEqual(whole.bill());
  });
});

describe("the bill", () => {
  const entriesOf = (items: readonly LedgerItem[], most: bigint) =>
    fc.record({
      atMs: fc.integer({ min: APRIL, max: JUNE }),
      item: fc.constantFrom(...items),
      storageClass: fc.constantFrom("STANDARD", "STANDARD_IA", "GLACIER_IR"),
      quantity: fc.bigInt({ min: 0n, max: most }),
    });
  const entry = fc.oneof(
    entriesOf(["storage", "early-deletion"], 10n ** 24n),
    entriesOf(["retrieval", "tags"], 10n ** 18n),
    entriesOf(["put", "get", "list"], 10n ** 12n),
  );

  it("is the sum of its lines, in whole micros, whatever the order of the entries", () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 40 }), (entries) => {
        const forward = new Ledger(AWS);
        for (const { atMs, ...each } of entries) forward.add(atMs, each);
        const backward = new Ledger(AWS);
        for (const { atMs, ...each } of entries.toReversed()) backward.add(atMs, each);
        const bill = forward.bill();
        expect(Object.values(bill.lines).reduce((sum, micros) => sum + micros, 0)).toBe(bill.totalMicros);
        expect(Number.isInteger(bill.totalMicros)).toBe(true);
        expect(backward.bill()).toEqual(bill);
      }),
    );
  });

  it("prices the restore of 15 million objects of 100 TiB at $1,774", () => {
    // Source: AWS Knowledge Center, "manage data retrieval costs": 15,000,000 / 1,000 × $0.05 + 102,400 GB × $0.01.
    const ledger = new Ledger(AWS);
    const restore = { storageClass: "GLACIER", variant: "standard" };
    ledger.add(APRIL, { ...restore, item: "restore-request", quantity: 15_000_000n });
    ledger.add(APRIL, { ...restore, item: "restore-retrieval", quantity: 102_400n * GIB });
    expect(ledger.bill()).toEqual({
      totalMicros: 1_774_000_000,
      lines: {
        "GLACIER restore-request (standard)": 750_000_000,
        "GLACIER restore-retrieval (standard)": 1_024_000_000,
      },
    });
  });

  it.each([
    { item: "put", storageClass: "DEEP_ARCHIVE", micros: 50_000 },
    { item: "get", storageClass: "GLACIER_IR", micros: 10_000 },
    { item: "list", storageClass: "GLACIER_IR", micros: 5_000 },
    { item: "transition", storageClass: "GLACIER", micros: 30_000 },
  ] as const)("prices 1,000 $item on $storageClass at $micros micros", ({ item, storageClass, micros }) => {
    const ledger = new Ledger(AWS);
    ledger.add(APRIL, { item, storageClass, quantity: 1000n });
    expect(ledger.bill().totalMicros).toBe(micros);
  });

  it("prices a thousand monitored objects for a month, and a restored copy at the base class", () => {
    const ledger = new Ledger(AWS);
    ledger.addSpan(APRIL, MAY, { item: "monitoring", storageClass: "INTELLIGENT_TIERING", perMs: 1000n });
    ledger.addSpan(APRIL, MAY, { item: "restore-copy", storageClass: "DEEP_ARCHIVE", perMs: GIB });
    expect(ledger.bill().lines).toEqual({
      "INTELLIGENT_TIERING monitoring": 2_500,
      "DEEP_ARCHIVE restore-copy": 23_000,
    });
  });

  it("prices an inner tier at its own rate", () => {
    const inner = AWS.classes["INTELLIGENT_TIERING"]?.innerTiers?.find(
      (tier) => tier.storage[0]?.price.amount === 0.0125,
    );
    const ledger = new Ledger(AWS);
    ledger.addSpan(APRIL, MAY, {
      item: "storage",
      storageClass: "INTELLIGENT_TIERING",
      variant: inner?.name ?? "",
      perMs: GIB,
    });
    expect(ledger.bill().totalMicros).toBe(12_500);
  });

  it("refuses what has no price rather than giving it away", () => {
    const unpriced: readonly LedgerEntry[] = [
      { item: "transition", storageClass: "STANDARD", quantity: 1n },
      { item: "storage", storageClass: "NEVER_HEARD_OF", quantity: 1n },
      { item: "storage", storageClass: "STANDARD", variant: "no-such-tier", quantity: 1n },
      { item: "restore-request", storageClass: "STANDARD", variant: "standard", quantity: 1n },
    ];
    for (const each of unpriced) {
      const ledger = new Ledger(AWS);
      ledger.add(APRIL, each);
      expect(() => ledger.bill()).toThrow(/has no price for/);
    }
  });

  it("refuses a negative quantity and leaves out nothing-at-all", () => {
    const ledger = new Ledger(AWS);
    expect(() => ledger.add(APRIL, { item: "put", storageClass: "STANDARD", quantity: -1n })).toThrow(RangeError);
    for (const item of LEDGER_ITEMS) ledger.add(APRIL, { item, storageClass: "NEVER_HEARD_OF", quantity: 0n });
    expect(ledger.bill()).toEqual({ totalMicros: 0, lines: {} });
  });
});

describe("the remainder of a minimum duration", () => {
  it.each([
    { heldDays: 0, days: 90 },
    { heldDays: 60.5, days: 29.5 },
    { heldDays: 90, days: 0 },
    { heldDays: 500, days: 0 },
  ])("after $heldDays of 90 days is $days days", ({ heldDays, days }) => {
    expect(earlyDeletionQuantity(1000, 90, heldDays * MS_PER_DAY)).toBe(BigInt(days * MS_PER_DAY) * 1000n);
  });
});
