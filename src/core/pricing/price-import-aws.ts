/**
 * Reads the AWS Price List bulk file of AmazonS3 (`offers/v1.0/aws/AmazonS3/current/REGION/index.json`, downloaded by the user):
 * products by SKU with their usage type, and on-demand terms with their price dimensions.
 * Source of the usage types and operations: the line names of AWS's Cost and Usage Report for S3.
 */
import { z } from "zod";
import type { PriceBook } from "./price-book.ts";
import { type ImportedBook, type ListedStep, PriceListFault, importedBook } from "./price-import.ts";

const dimension = z.object({
  beginRange: z.string().optional(),
  pricePerUnit: z.record(z.string(), z.string()),
});

/** As much of the file's form as is read. */
export const awsListSchema = z.object({
  offerCode: z.literal("AmazonS3"),
  publicationDate: z.iso.datetime({ offset: true }),
  products: z.record(
    z.string(),
    z.object({
      attributes: z.object({
        usagetype: z.string().optional(),
        operation: z.string().optional(),
        regionCode: z.string().optional(),
      }),
    }),
  ),
  terms: z.object({
    OnDemand: z.record(
      z.string(),
      z.record(z.string(), z.object({ priceDimensions: z.record(z.string(), dimension) })),
    ),
  }),
});
export type AwsPriceList = z.infer<typeof awsListSchema>;

/** A usage type without its region, and where several things share it, the operation. */
type Meter = readonly [usageType: string, operation?: string];

const CODES = {
  STANDARD: "",
  INTELLIGENT_TIERING: "INT-",
  STANDARD_IA: "SIA-",
  ONEZONE_IA: "ZIA-",
  GLACIER_IR: "GIR-",
  GLACIER: "GLACIER-",
  DEEP_ARCHIVE: "GDA-",
  EXPRESS_ONEZONE: "XZ-",
} as const;

function metersOf(): ReadonlyMap<string, readonly Meter[]> {
  const meters = new Map<string, readonly Meter[]>();
  for (const [name, code] of Object.entries(CODES)) {
    const storage = name === "GLACIER" ? "TimedStorage-GlacierByteHrs" : `TimedStorage-${code}ByteHrs`;
    meters.set(`${name}.storage`, [[storage]]);
    meters.set(`${name}.put`, [[`Requests-${code}Tier1`]]);
    meters.set(`${name}.get`, [[`Requests-${code}Tier2`]]);
  }
  const inner = "INTELLIGENT_TIERING.innerTiers";
  const archive = "INTELLIGENT_TIERING.archiveTiers";
  const more: Readonly<Record<string, readonly Meter[]>> = {
    "INTELLIGENT_TIERING.storage": [["TimedStorage-INT-FA-ByteHrs"]],
    [`${inner}.frequent.storage`]: [["TimedStorage-INT-FA-ByteHrs"]],
    [`${inner}.infrequent.storage`]: [["TimedStorage-INT-IA-ByteHrs"]],
    [`${inner}.archive-instant.storage`]: [["TimedStorage-INT-AIA-ByteHrs"]],
    [`${archive}.archive.storage`]: [["TimedStorage-INT-AA-ByteHrs"]],
    [`${archive}.deep-archive.storage`]: [["TimedStorage-INT-DAA-ByteHrs"]],
    "INTELLIGENT_TIERING.monitoring": [["Monitoring-Automation-INT"]],
    "STANDARD_IA.transitionInto": transition("SIA"),
    "ONEZONE_IA.transitionInto": transition("ZIA"),
    "INTELLIGENT_TIERING.transitionInto": transition("INT"),
    "GLACIER_IR.transitionInto": transition("GIR"),
    "GLACIER.transitionInto": transition("Glacier"),
    "DEEP_ARCHIVE.transitionInto": transition("GDA"),
    "STANDARD_IA.retrieval": [["Retrieval-SIA"]],
    "ONEZONE_IA.retrieval": [["Retrieval-ZIA"]],
    "GLACIER_IR.retrieval": [["Retrieval-GIR"]],
    "EXPRESS_ONEZONE.retrieval": [["Retrieval-XZ"]],
    "GLACIER.restore.expedited.perThousand": [["Requests-Tier6"]],
    "GLACIER.restore.standard.perThousand": [["Requests-Tier3", "RestoreObject"]],
    "GLACIER.restore.bulk.perThousand": [["Requests-Tier5"]],
    "GLACIER.restore.expedited.perGb": [["Expedited-Retrieval-Bytes", "RestoreObject"]],
    "GLACIER.restore.standard.perGb": [["Standard-Retrieval-Bytes", "RestoreObject"]],
    "GLACIER.restore.bulk.perGb": [["Bulk-Retrieval-Bytes", "RestoreObject"]],
    "DEEP_ARCHIVE.restore.standard.perThousand": [["Requests-GDA-Tier3"]],
    "DEEP_ARCHIVE.restore.bulk.perThousand": [["Requests-GDA-Tier5"]],
    "DEEP_ARCHIVE.restore.standard.perGb": [["Standard-Retrieval-Bytes", "DeepArchiveRestoreObject"]],
    "DEEP_ARCHIVE.restore.bulk.perGb": [["Bulk-Retrieval-Bytes", "DeepArchiveRestoreObject"]],
    list: [["Requests-Tier1"]],
    tagMonth: [["TagStorage-TagHrs"]],
  };
  for (const [path, each] of Object.entries(more)) meters.set(path, each);
  return meters;
}

/** Transitions are told apart by their operation; which of the two tiers they stand under depends on the class. */
function transition(code: string): readonly Meter[] {
  return [
    ["Requests-Tier3", `S3-${code}Transition`],
    ["Requests-Tier4", `S3-${code}Transition`],
  ];
}

/** `USW2-Requests-Tier1` → `Requests-Tier1`; region codes have no small letters. */
const REGION_PREFIX = /^[A-Z0-9]{2,6}-(?=[A-Za-z]*[a-z])/;

/**
 * @param rules the book whose classes and rules the new one has
 * @param region the region to take; the only one of the file where absent
 * @throws PriceListFault
 */
export function importAwsList(rules: PriceBook, list: AwsPriceList, region?: string): ImportedBook {
  const regions = new Set(Object.values(list.products).flatMap(({ attributes }) => attributes.regionCode ?? []));
  const chosen = region ?? (regions.size === 1 ? [...regions][0] : undefined);
  if (chosen === undefined || !regions.has(chosen)) {
    const found = [...regions].toSorted().join(", ") || "none";
    throw new PriceListFault(["products"], `name one region of the file; it has ${found}`);
  }
  const products = Object.entries(list.products)
    .map(([sku, { attributes }]) => ({ sku, attributes }))
    .filter(({ attributes }) => attributes.regionCode === chosen);
  const listed = new Map<string, ListedStep[][]>();
  const meters = metersOf();
  for (const [path, choices] of meters) {
    const skus = products.filter(({ attributes }) => isMeasuredBy(attributes, choices));
    listed.set(
      path,
      skus.flatMap(({ sku }) => stepsOf(list, sku)),
    );
  }
  const date = list.publicationDate.slice(0, 10);
  const header = { version: `aws-price-list-${chosen}-${date}`, region: chosen, asOf: date };
  const source = `AWS Price List, AmazonS3, ${chosen}, published ${list.publicationDate}`;
  return importedBook(rules, new Set(meters.keys()), listed, { ...header, source });
}

function isMeasuredBy(
  { usagetype = "", operation = "" }: AwsPriceList["products"][string]["attributes"],
  choices: readonly Meter[],
): boolean {
  const bare = usagetype.replace(REGION_PREFIX, "");
  return choices.some(([type, named]) => bare === type && (named === undefined || named === operation));
}

function stepsOf(list: AwsPriceList, sku: string): ListedStep[][] {
  return Object.entries(list.terms.OnDemand[sku] ?? {}).map(([term, { priceDimensions }]) =>
    Object.entries(priceDimensions)
      .map(([rate, { beginRange = "0", pricePerUnit }]): ListedStep => {
        const path = ["terms", "OnDemand", sku, term, "priceDimensions", rate, "pricePerUnit"];
        const text = pricePerUnit["USD"];
        if (text === undefined) {
          throw new PriceListFault(path, `the price is in ${Object.keys(pricePerUnit).join(", ")}; it must be in USD`);
        }
        const [fromUnits, usd] = [Number(beginRange), Number(text)];
        if (text.trim() === "" || !(usd >= 0 && usd < Infinity) || !(fromUnits >= 0))
          throw new PriceListFault(path, `${JSON.stringify(text)} from ${JSON.stringify(beginRange)} is no price`);
        return { fromUnits, usd };
      })
      .toSorted((a, b) => a.fromUnits - b.fromUnits),
  );
}
