/**
 * The four-month example of MicrosoftDocs/azure-docs articles/storage/blobs/blob-storage-estimate-costs.md (2024-07-26), with
 * that page's own sample prices. Each month 1,000 blobs of 5 GB are uploaded in blocks of 8 MiB; half of the hot blobs are
 * read, the other half moves to Cool; a tenth of the cool ones is read and moved back.
 */
import { describe, expect, it } from "vitest";
import { bookNamed, withAmounts } from "../../../test/support/price-books.ts";
import { readOnceMicros, rentMicrosPerMonth } from "./bill.ts";
import { managedClass } from "./price-book.ts";
import { transitionFee } from "./transition-fee.ts";
import { GB_BYTES, MICROS_PER_DOLLAR } from "../units.ts";

/** Per 1,000 operations: a tenth of the page's prices per 10,000. */
const SAMPLE = withAmounts(bookNamed("azure-eastus-lrs"), {
  "Hot.storage[0]": 0.0208,
  "Cool.storage[0]": 0.0115,
  "Hot.put": 0.0055,
  "Hot.get": 0.00044,
  "Cool.put": 0.01,
  "Cool.get": 0.001,
  "Cool.retrieval": 0.01,
});
const BLOB = 5 * GB_BYTES;
const WRITES = (1000 * 5 * 1024) / 8 + 1000;

function rent(name: string, blobs: number): number {
  const prices = managedClass(SAMPLE, name);
  return prices ? rentMicrosPerMonth(SAMPLE, prices, blobs * BLOB) / MICROS_PER_DOLLAR : Number.NaN;
}

function setTier(from: string, to: string, daysHeld: number) {
  const fee = transitionFee(SAMPLE, { from, to, mechanism: "set-tier", sizeBytes: BLOB, daysHeld, noncurrentDays: 0 });
  if (!fee) throw new RangeError("no fee");
  const [requests, retrieval, early] = [fee.requestsMicros, fee.retrievalMicros, fee.earlyDeletionMicros].map(
    (micros) => micros / MICROS_PER_DOLLAR,
  );
  return { requests: requests ?? 0, retrieval: retrieval ?? 0, early: early ?? 0 };
}

/** The page's blob counts, fractions included, and its sums by line. */
function month(hotAfterIngest: number, toCool: number) {
  const back = toCool / 10;
  const hot = hotAfterIngest - toCool + back;
  const write = (WRITES * (SAMPLE.classes["Hot"]?.put?.amount ?? Number.NaN)) / 1000;
  const readHot = ((readOnceMicros(SAMPLE, "Hot", BLOB) ?? Number.NaN) / MICROS_PER_DOLLAR) * (hot / 2);
  const lines = {
    write,
    toCool: toCool * setTier("Hot", "Cool", 30).requests,
    // One read by the client, one by the change of tier.
    back: 2 * back * setTier("Cool", "Hot", 30).requests,
    cool: rent("Cool", toCool - back),
    hot: rent("Hot", hot),
    readHot,
  };
  return { lines, back, total: Object.values(lines).reduce((sum, line) => sum + line, 0) };
}

const cents = (dollars: number) => Math.round(dollars * 100) / 100;
/** The page adds up lines that it has rounded: storage and writes to cents, the rest to all its digits. */
const asPrinted = ({ lines }: ReturnType<typeof month>) =>
  cents(cents(lines.write) + lines.toCool + lines.back + cents(lines.cool) + cents(lines.hot) + lines.readHot);

describe("Azure's example of four months", () => {
  const months = [month(1000, 0), month(2000, 1000), month(2100, 1050), month(2155, 1077.5)];

  it("costs $107.53, $169.69, $178.00 and $182.57", () => {
    expect(months.map(asPrinted)).toEqual([107.53, 169.69, 178, 182.57]);
    // Before the page's rounding: within a cent.
    const exact = [107.53, 169.69, 178, 182.57];
    for (const [index, { total }] of months.entries()) expect(Math.abs(total - (exact[index] ?? 0))).toBeLessThan(0.01);
  });

  it("has the page's lines", () => {
    const [january, february, , april] = months.map(({ lines }) => lines);
    expect(january).toMatchObject({ toCool: 0, cool: 0, back: 0 });
    expect(cents(january?.write ?? 0)).toBe(3.53);
    expect(january?.hot).toBeCloseTo(104, 9);
    expect(january?.readHot).toBeCloseTo(0.00022, 12);
    expect(february?.toCool).toBeCloseTo(0.01, 12);
    expect(february?.back).toBeCloseTo(0.0002, 12);
    expect(february?.cool).toBeCloseTo(51.75, 9);
    expect(february?.hot).toBeCloseTo(114.4, 9);
    expect(april?.toCool).toBeCloseTo(0.010775, 12);
    expect(cents(april?.cool ?? 0)).toBe(55.76);
    expect(cents(april?.hot ?? 0)).toBe(123.27);
  });

  it("has an early deletion of ten days in April: $0.41 for as many GB as the page counts blobs", () => {
    const { back } = months[3] ?? { back: Number.NaN };
    const perBlob = setTier("Cool", "Hot", 20).early;
    // The page takes 107.75 blobs for 107.75 GB and leaves the penalty out of its total; each blob holds 5 GB.
    expect(cents((back * perBlob) / 5)).toBe(0.41);
    expect(cents(back * perBlob)).toBe(2.04);
    expect(setTier("Cool", "Hot", 30).early).toBe(0);
  });

  it("leaves out the retrieval that reading out of Cool costs by the page's own prices", () => {
    expect(100 * setTier("Cool", "Hot", 30).retrieval).toBeCloseTo(5, 9);
  });
});
