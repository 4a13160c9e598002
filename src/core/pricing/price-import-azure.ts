/**
 * Reads an answer of the Azure Retail Prices API (`prices.azure.com/api/retail/prices`, downloaded by the user): one item per
 * meter, region and volume step. Only General Block Blob v2 with local redundancy is taken.
 */
import { z } from "zod";
import type { PriceBook } from "./price-book.ts";
import { type ImportedBook, type ListedStep, PriceListFault, importedBook } from "./price-import.ts";

const item = z.object({
  currencyCode: z.string(),
  tierMinimumUnits: z.number().nonnegative(),
  retailPrice: z.number().nonnegative(),
  armRegionName: z.string(),
  effectiveStartDate: z.iso.datetime({ offset: true }),
  meterName: z.string(),
  productName: z.string(),
  skuName: z.string(),
  unitOfMeasure: z.string(),
  type: z.string().optional(),
});

/** As much of the file's form as is read. */
export const azureListSchema = z.object({
  Items: z.array(item),
  /** Another page; what stands on it is not in the file. */
  NextPageLink: z.string().nullish(),
});
export type AzurePriceList = z.infer<typeof azureListSchema>;
type Item = z.infer<typeof item>;

const PRODUCT = "General Block Blob v2";

/** A SKU, and a meter's name without the tier and the redundancy it may repeat. */
type Meter = readonly [sku: string, meter: string];

const STORED = "Data Stored";
const WRITE = "Write Operations";
const READ = "Read Operations";
const RETRIEVAL = "Data Retrieval";

/** An archived blob is read as a copy in the hot tier; its own read and retrieval are those of the rehydration. */
const METERS: Readonly<Record<string, Meter>> = {
  "Hot.storage": ["Hot", STORED],
  "Cool.storage": ["Cool", STORED],
  "Cold.storage": ["Cold", STORED],
  "Archive.storage": ["Archive", STORED],
  "Hot.put": ["Hot", WRITE],
  "Cool.put": ["Cool", WRITE],
  "Cold.put": ["Cold", WRITE],
  "Archive.put": ["Archive", WRITE],
  "Hot.transitionInto": ["Hot", WRITE],
  "Cool.transitionInto": ["Cool", WRITE],
  "Cold.transitionInto": ["Cold", WRITE],
  "Archive.transitionInto": ["Archive", WRITE],
  "Hot.get": ["Hot", READ],
  "Cool.get": ["Cool", READ],
  "Cold.get": ["Cold", READ],
  "Archive.get": ["Hot", READ],
  "Cool.retrieval": ["Cool", RETRIEVAL],
  "Cold.retrieval": ["Cold", RETRIEVAL],
  "Archive.restore.standard.perThousand": ["Archive", READ],
  "Archive.restore.standard.perGb": ["Archive", RETRIEVAL],
  "Archive.restore.high.perThousand": ["Archive", `Priority ${READ}`],
  "Archive.restore.high.perGb": ["Archive", `Priority ${RETRIEVAL}`],
  list: ["Hot", "List and Create Container Operations"],
};

/**
 * @param rules the book whose classes and rules the new one has
 * @param region the region to take; the only one of the file where absent
 * @throws PriceListFault
 */
export function importAzureList(rules: PriceBook, list: AzurePriceList, region?: string): ImportedBook {
  const rows = list.Items.map((row, index) => ({ row, index })).filter(
    ({ row }) =>
      row.productName === PRODUCT && row.skuName.endsWith(" LRS") && (row.type ?? "Consumption") === "Consumption",
  );
  const regions = new Set(rows.map(({ row }) => row.armRegionName));
  const chosen = region ?? (regions.size === 1 ? [...regions][0] : undefined);
  if (chosen === undefined || !regions.has(chosen)) {
    const found = [...regions].toSorted().join(", ") || `none with ${PRODUCT} and LRS`;
    throw new PriceListFault(["Items"], `name one region of the file; it has ${found}`);
  }
  const here = rows.filter(({ row }) => row.armRegionName === chosen);
  const foreign = here.find(({ row }) => row.currencyCode !== "USD");
  if (foreign) {
    throw new PriceListFault(
      ["Items", foreign.index, "currencyCode"],
      `the price is in ${foreign.row.currencyCode}; it must be in USD`,
    );
  }
  const listed = new Map(Object.entries(METERS).map(([path, meter]) => [path, candidatesOf(here, meter)]));
  const asOf =
    here
      .map(({ row }) => row.effectiveStartDate.slice(0, 10))
      .toSorted()
      .at(-1) ?? rules.asOf;
  const header = { version: `azure-retail-prices-${chosen}-lrs-${asOf}`, region: chosen, asOf };
  const source = `Azure Retail Prices, ${PRODUCT} LRS, ${chosen}, newest price of ${asOf}`;
  return importedBook(rules, new Set(Object.keys(METERS)), listed, { ...header, source });
}

/** One candidate with every step; rows that are given twice count once, a step with two prices makes two candidates. */
function candidatesOf(
  rows: readonly { readonly row: Item; readonly index: number }[],
  [sku, meter]: Meter,
): ListedStep[][] {
  const name = new RegExp(`^(?:${sku} )?(?:LRS )?${meter}$`);
  const steps = new Map<number, Set<number>>();
  for (const { row, index } of rows) {
    if (row.skuName !== `${sku} LRS` || !name.test(row.meterName)) continue;
    const usd = row.retailPrice / unitsOf(row.unitOfMeasure, index);
    steps.set(row.tierMinimumUnits, (steps.get(row.tierMinimumUnits) ?? new Set()).add(Number(usd.toPrecision(12))));
  }
  if (steps.size === 0) return [];
  const most = Math.max(...[...steps.values()].map((prices) => prices.size));
  return Array.from({ length: most }, (_, choice) =>
    [...steps]
      .toSorted(([a], [b]) => a - b)
      .map(([fromUnits, prices]) => ({ fromUnits, usd: [...prices][choice] ?? [...prices][0] ?? Number.NaN })),
  );
}

const UNIT = /^(\d+)(K|M)?(?: GB)?(?:\/Month)?$/;

/** How many operations or GB the price is for: `10K`, `1 GB/Month`, `100 GB`. */
function unitsOf(unit: string, index: number): number {
  const match = UNIT.exec(unit);
  if (!match || Number(match[1]) === 0)
    throw new PriceListFault(["Items", index, "unitOfMeasure"], `${JSON.stringify(unit)} is no known unit`);
  return Number(match[1]) * (match[2] === "K" ? 1e3 : match[2] === "M" ? 1e6 : 1);
}
