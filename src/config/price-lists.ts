/** Providers' own price lists, as files that the user has downloaded. */
import { AstraError } from "../core/errors.ts";
import type { PriceBook } from "../core/pricing/price-book.ts";
import { type ImportedBook, PriceListFault } from "../core/pricing/price-import.ts";
import { awsListSchema, importAwsList } from "../core/pricing/price-import-aws.ts";
import { azureListSchema, importAzureList } from "../core/pricing/price-import-azure.ts";
import { parsePlacedJson } from "./json-place.ts";
import { readNamedFile } from "./load.ts";
import { priceBooks } from "./price-books.ts";

export interface ReadPriceList extends ImportedBook {
  /** What the reader of the result has to know: a further page, prices that differ. */
  readonly notes: readonly string[];
}

/**
 * A price book from the AWS Price List bulk file of AmazonS3 or an answer of the Azure Retail Prices API.
 * @throws AstraError ASTRA_CONFIG_UNREADABLE, ASTRA_PRICES_INVALID with the place in the file
 */
export function readPriceList(file: string, region?: string): ReadPriceList {
  const text = readNamedFile(file, "the argument");
  const value = parsed(file, text);
  const kind =
    typeof value === "object" && value !== null
      ? "products" in value
        ? "aws"
        : "Items" in value
          ? "azure"
          : null
      : null;
  if (kind === null) {
    throw new AstraError("ASTRA_PRICES_INVALID", "the file is no price list that is known", {
      where: file,
      fix: "Give the AWS Price List bulk JSON of AmazonS3, or the JSON of the Azure Retail Prices API.",
    });
  }
  try {
    return kind === "aws" ? fromAws(value, region) : fromAzure(value, region);
  } catch (error) {
    if (!(error instanceof PriceListFault)) throw error;
    const { where, inside } = placeOf(file, text, error.path);
    const isRegion = error.path.length === 1 && /^(?:products|Items)$/.test(String(error.path[0]));
    const fix = isRegion ? "Choose one with --region NAME." : "Download the list in US dollars, unchanged.";
    throw new AstraError("ASTRA_PRICES_INVALID", `${inside}${error.message}`, { where, fix, cause: error });
  }
}

function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The other parser refuses it too, with the place.
    return parsePlacedJson(file, text, "ASTRA_PRICES_INVALID").value;
  }
}

function fromAws(value: unknown, region: string | undefined): ReadPriceList {
  const list = awsListSchema.safeParse(value);
  if (!list.success) throw faultOf(list.error.issues[0]);
  const made = importAwsList(rulesOf("aws-us-east-1"), list.data, region);
  return { ...made, notes: ambiguities(made) };
}

function fromAzure(value: unknown, region: string | undefined): ReadPriceList {
  const list = azureListSchema.safeParse(value);
  if (!list.success) throw faultOf(list.error.issues[0]);
  const made = importAzureList(rulesOf("azure-eastus-lrs"), list.data, region);
  const more = list.data.NextPageLink ? ["the file is one page of several: prices on the others are missing"] : [];
  return { ...made, notes: [...more, ...ambiguities(made)] };
}

function rulesOf(name: string): PriceBook {
  const book = priceBooks().get(name);
  if (!book) throw new RangeError(`there is no book ${name}`);
  return book;
}

function ambiguities({ ambiguous }: ImportedBook): string[] {
  return ambiguous.length === 0 ? [] : [`the list has several prices for ${ambiguous.join(", ")}: left unknown`];
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function faultOf(issue: Issue | undefined): PriceListFault {
  const path = (issue?.path ?? []).map((step) => (typeof step === "symbol" ? String(step) : step));
  return new PriceListFault(path, issue?.message ?? "not a price list");
}

/** Finding a place means to read the file with a slow parser: not done for the largest. */
const MOST_PLACED_CHARACTERS = 4 * 1024 * 1024;

function placeOf(file: string, text: string, path: readonly PropertyKey[]): { where: string; inside: string } {
  const inside = path.length === 0 ? "" : `${path.map(String).join(".")}: `;
  if (text.length > MOST_PLACED_CHARACTERS) return { where: file, inside };
  return { where: parsePlacedJson(file, text, "ASTRA_PRICES_INVALID").where(path), inside };
}
