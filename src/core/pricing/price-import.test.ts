import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bookNamed } from "../../../test/support/price-books.ts";
import { priceDifferences } from "./price-diff.ts";
import { bookFaults } from "./price-faults.ts";
import { type AwsPriceList, awsListSchema, importAwsList } from "./price-import-aws.ts";
import { type AzurePriceList, azureListSchema, importAzureList } from "./price-import-azure.ts";
import { PriceListFault } from "./price-import.ts";
import { managedClass, priceBookSchema } from "./price-book.ts";

/** Small lists in the providers' own form; SKUs are made up. */
function readCase(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../../test/cases/prices/${name}`, import.meta.url), "utf8"));
}
const AWS_RULES = bookNamed("aws-us-east-1");
const AZURE_RULES = bookNamed("azure-eastus-lrs");
const awsList = () => awsListSchema.parse(readCase("aws-price-list.json"));
const azureList = () => azureListSchema.parse(readCase("azure-retail-prices.json"));

/** The list without the products of a usage type. */
function without(list: AwsPriceList, usageType: string): AwsPriceList {
  const products = Object.entries(list.products).filter(([, { attributes }]) => attributes.usagetype !== usageType);
  return { ...list, products: Object.fromEntries(products) };
}

function changed(list: AwsPriceList, usageType: string, text: string, currency = "USD"): AwsPriceList {
  const copy = structuredClone(list);
  const [sku = ""] =
    Object.entries(copy.products).find(([, { attributes }]) => attributes.usagetype === usageType) ?? [];
  for (const { priceDimensions } of Object.values(copy.terms.OnDemand[sku] ?? {}))
    for (const each of Object.values(priceDimensions)) each.pricePerUnit = { [currency]: text };
  return copy;
}

describe("the AWS price list", () => {
  it("gives the built-in book's prices, to the last digit, but for egress, which it does not have", () => {
    const { book, missing, ambiguous } = importAwsList(AWS_RULES, awsList());
    expect(priceDifferences(AWS_RULES, book).map(({ path }) => path)).toEqual(["egress"]);
    expect({ missing, ambiguous }).toEqual({ missing: ["egress"], ambiguous: [] });
    expect(bookFaults(book)).toEqual([]);
    expect(priceBookSchema.safeParse(book).success).toBe(true);
    expect(book).toMatchObject({
      version: "aws-price-list-us-east-1-2026-09-22",
      asOf: "2026-09-22",
      region: "us-east-1",
    });
  });

  it("takes a region's products by their prefixed usage types", () => {
    const list = awsList();
    for (const { attributes } of Object.values(list.products)) {
      attributes.regionCode = "us-west-2";
      attributes.usagetype = `USW2-${attributes.usagetype}`;
    }
    const { book } = importAwsList(AWS_RULES, list);
    expect(book.region).toBe("us-west-2");
    expect(priceDifferences(AWS_RULES, book).map(({ path }) => path)).toEqual(["egress"]);
  });

  it("asks for the region where the file has several, or not the one named", () => {
    const list = awsList();
    const first = Object.values(list.products)[0];
    if (first) first.attributes.regionCode = "eu-west-1";
    expect(() => importAwsList(AWS_RULES, list)).toThrow("name one region of the file; it has eu-west-1, us-east-1");
    expect(() => importAwsList(AWS_RULES, list, "mars-1")).toThrow(PriceListFault);
    expect(importAwsList(AWS_RULES, list, "us-east-1").missing).toContain("STANDARD.storage[0]");
  });

  it.each([
    { usageType: "TimedStorage-GIR-ByteHrs", path: "GLACIER_IR.storage[0]" },
    { usageType: "Requests-SIA-Tier1", path: "STANDARD_IA.put" },
    { usageType: "Monitoring-Automation-INT", path: "INTELLIGENT_TIERING.monitoring" },
    { usageType: "Requests-GDA-Tier3", path: "DEEP_ARCHIVE.restore.standard.perThousand" },
    { usageType: "TagStorage-TagHrs", path: "tagMonth" },
  ])("without $usageType leaves $path unknown, and lists it", ({ usageType, path }) => {
    const { book, missing } = importAwsList(AWS_RULES, without(awsList(), usageType));
    expect(missing).toContain(path);
    const difference = priceDifferences(AWS_RULES, book).find((each) => each.path === path);
    expect(difference?.after ?? null).toBeNull();
  });

  it("with two prices for one thing leaves it unknown, and says so", () => {
    const list = awsList();
    const [sku = ""] =
      Object.entries(list.products).find(([, each]) => each.attributes.usagetype === "Retrieval-SIA") ?? [];
    const [product, terms] = [list.products[sku], list.terms.OnDemand[sku]];
    if (!product || !terms) throw new RangeError("no Retrieval-SIA");
    list.products["TWIN"] = product;
    list.terms.OnDemand["TWIN"] = structuredClone(terms);
    expect(importAwsList(AWS_RULES, list).ambiguous).toEqual([]);
    for (const { priceDimensions } of Object.values(list.terms.OnDemand["TWIN"]))
      for (const each of Object.values(priceDimensions)) each.pricePerUnit["USD"] = "0.02";
    const { book, missing, ambiguous } = importAwsList(AWS_RULES, list);
    expect(ambiguous).toEqual(["STANDARD_IA.retrieval"]);
    expect(missing).toContain("STANDARD_IA.retrieval");
    expect(managedClass(book, "STANDARD_IA")?.retrieval).toBeNull();
  });

  it("is refused in another currency or with what is no price, and names the place", () => {
    expect(() => importAwsList(AWS_RULES, changed(awsList(), "Requests-Tier1", "0.00003", "CNY"))).toThrow(/is in CNY/);
    for (const text of ["-1", "NaN", "", "free", "Infinity"]) {
      const fault = faultOf(() => importAwsList(AWS_RULES, changed(awsList(), "Requests-Tier1", text)));
      expect(fault.message).toContain("is no price");
      expect(fault.path.slice(0, 2)).toEqual(["terms", "OnDemand"]);
    }
  });
});

function faultOf(action: () => unknown): PriceListFault {
  try {
    action();
  } catch (error) {
    if (error instanceof PriceListFault) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("the Azure retail prices", () => {
  const withItem = (index: number, changes: Partial<AzurePriceList["Items"][number]>): AzurePriceList => {
    const list = azureList();
    const item = list.Items[index];
    if (item) list.Items[index] = { ...item, ...changes };
    return list;
  };

  it("give the built-in book's prices but for the smart tier, whose meters are those of another redundancy", () => {
    const { book, missing, ambiguous } = importAzureList(AZURE_RULES, azureList());
    const different = priceDifferences(AZURE_RULES, book).map(({ path }) => path);
    expect(different.filter((path) => !path.startsWith("Smart."))).toEqual([]);
    expect(missing.every((path) => path.startsWith("Smart."))).toBe(true);
    expect(missing).toContain("Smart.monitoring");
    expect(ambiguous).toEqual([]);
    expect(bookFaults(book)).toEqual([]);
    expect(book.classes["Hot"]?.storage.map(({ upToGb, price }) => [upToGb, price.amount])).toEqual([
      [51_200, 0.0208],
      [512_000, 0.02],
      [null, 0.0191],
    ]);
  });

  it("are refused in another currency, with an unknown unit or for several regions, and name the place", () => {
    const fault = (list: AzurePriceList) => faultOf(() => importAzureList(AZURE_RULES, list));
    expect(fault(withItem(2, { currencyCode: "EUR" }))).toMatchObject({ path: ["Items", 2, "currencyCode"] });
    expect(fault(withItem(2, { unitOfMeasure: "1 Hour" }))).toMatchObject({ path: ["Items", 2, "unitOfMeasure"] });
    expect(fault(withItem(2, { armRegionName: "westeurope" })).message).toContain("eastus, westeurope");
    expect(fault({ Items: [] }).message).toContain("General Block Blob v2");
  });

  it("with two prices of one step leave it unknown", () => {
    const list = azureList();
    const twin = list.Items.find(({ meterName }) => meterName === "Cool Data Retrieval");
    if (twin) list.Items.push({ ...twin, retailPrice: 0.5 });
    expect(importAzureList(AZURE_RULES, list).ambiguous).toEqual(["Cool.retrieval"]);
  });

  it("are refused by their form with a negative price or without one", () => {
    const items = azureList().Items;
    expect(azureListSchema.safeParse({ Items: [{ ...items[0], retailPrice: -1 }] }).success).toBe(false);
    expect(azureListSchema.safeParse({ Items: [{ ...items[0], retailPrice: null }] }).success).toBe(false);
  });
});
