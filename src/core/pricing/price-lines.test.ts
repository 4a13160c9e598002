import { describe, expect, it } from "vitest";
import { AWS, withClass } from "../../../test/support/prices.ts";
import { BOOKS, bookNamed } from "../../../test/support/price-books.ts";
import { classBill, monthlyBill } from "./bill.ts";
import { transitionFee } from "./transition-fee.ts";
import { mapPrices, priceLines, withoutUncertain } from "./price-lines.ts";
import { bookFaults } from "./price-faults.ts";

const pathsOf = (book: typeof AWS, isMeant: (line: ReturnType<typeof priceLines>[number]) => boolean): string[] =>
  priceLines(book)
    .filter(isMeant)
    .map(({ path }) => path);

describe.each([...BOOKS])("the book %s", (_name, book) => {
  it("holds together: bands rise, classes exist, every source is listed", () => {
    expect(bookFaults(book)).toEqual([]);
  });

  it("is left as it is by a change that changes nothing", () => {
    expect(mapPrices(book, ({ price }) => price)).toEqual(book);
  });

  it("has one line for every price, each with its own path", () => {
    const paths = pathsOf(book, () => true);
    expect(new Set(paths).size).toBe(paths.length);
    const amounts = JSON.stringify(book).match(/"amount":/g) ?? [];
    expect(pathsOf(book, ({ price }) => price !== null)).toHaveLength(amounts.length);
  });

  it("has no uncertain price left where uncertain prices are not allowed", () => {
    const certain = withoutUncertain(book);
    expect(pathsOf(certain, ({ price }) => price?.confidence === "uncertain")).toEqual([]);
    const doubtful = new Set(pathsOf(book, ({ price }) => !price || price.confidence === "uncertain"));
    const known = pathsOf(certain, ({ price }) => price !== null);
    expect(known.filter((path) => doubtful.has(path))).toEqual([]);
  });
});

describe("uncertain prices", () => {
  it("of AWS are only those of egress: every decision can be priced", () => {
    expect(withoutUncertain(AWS)).toEqual({ ...AWS, egress: null });
  });

  it("of GCS are the operations outside STANDARD and the retrieval of ARCHIVE", () => {
    expect(pathsOf(bookNamed("gcs-us-east1"), ({ price }) => price?.confidence === "uncertain")).toEqual(
      ["NEARLINE", "COLDLINE", "ARCHIVE"].flatMap((name) => [
        `${name}.put`,
        `${name}.get`,
        `${name}.transitionInto`,
        ...(name === "ARCHIVE" ? ["ARCHIVE.retrieval"] : []),
      ]),
    );
  });
});

describe("a sum that needs an uncertain price", () => {
  it("is unknown unless such prices are allowed", () => {
    const gcs = bookNamed("gcs-us-east1");
    const move = {
      from: "STANDARD",
      to: "NEARLINE",
      mechanism: "set-class",
      sizeBytes: 1,
      daysHeld: 0,
      noncurrentDays: 0,
    } as const;
    const read = { sizeBytes: 1, readsPerMonth: 1, readDaysPerMonth: 1 };
    expect(transitionFee(gcs, move)).not.toBeNull();
    expect(monthlyBill(gcs, "NEARLINE", read)).not.toBeNull();
    const certain = withoutUncertain(gcs);
    expect(transitionFee(certain, move)).toBeNull();
    expect(monthlyBill(certain, "NEARLINE", read)).toBeNull();
    expect(monthlyBill(certain, "NEARLINE", { ...read, readsPerMonth: 0 })).not.toBeNull();
    const smart = withoutUncertain(bookNamed("azure-eastus-lrs"));
    const prices = smart.classes["Smart"];
    expect(prices && classBill(smart, prices, { ...read, sizeBytes: 1e6 })).toBeNull();
  });
});

describe("an unknown price", () => {
  it("of one band makes the storage of the class unknown: a sum needs all of them", () => {
    const book = mapPrices(AWS, ({ path, price }) => (path === "STANDARD.storage[1]" ? null : price));
    expect(book.classes["STANDARD"]?.storage).toEqual([]);
    expect(pathsOf(book, ({ price }) => !price)).toContain("STANDARD.storage[0]");
  });

  it("of the monitoring makes every rent inside the class unknown", () => {
    const book = mapPrices(AWS, ({ path, price }) => (path.endsWith(".monitoring") ? null : price));
    const prices = book.classes["INTELLIGENT_TIERING"];
    const tiers = [...(prices?.innerTiers ?? []), ...(prices?.archiveTiers ?? [])];
    expect([prices?.storage, ...tiers.map(({ storage }) => storage)]).toEqual(Array.from({ length: 6 }, () => []));
    expect(prices?.monitoring).toBeUndefined();
  });

  it("of storage can be given again, as one band", () => {
    const known = { amount: 0.01, source: "M", confidence: "read" } as const;
    const unknown = withClass("STANDARD_IA", { storage: [] });
    const book = mapPrices(unknown, ({ path, price }) => (path === "STANDARD_IA.storage[0]" ? known : price));
    expect(book.classes["STANDARD_IA"]?.storage).toEqual([{ upToGb: null, price: known }]);
  });
});
