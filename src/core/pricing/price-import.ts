/** A price book made from a provider's own price list: rules from a book that is known, every price from the list. */
import { type PriceUnit, mapPrices, priceLines } from "./price-lines.ts";
import type { InnerTier, PriceBook, StorageBand } from "./price-book.ts";

/** A list cannot be used: not its form, another currency, no or several regions. */
export class PriceListFault extends Error {
  /** Field of the list that the fault is about. */
  readonly path: readonly (string | number)[];

  constructor(path: readonly (string | number)[], message: string) {
    super(message);
    this.name = "PriceListFault";
    this.path = path;
  }
}

/** A step of a price: from how many units on, and USD per unit of the list. */
export interface ListedStep {
  readonly fromUnits: number;
  readonly usd: number;
}

/** What the list has for one price of the book; several entries are several candidates. */
export type ListedPrices = ReadonlyMap<string, readonly (readonly ListedStep[])[]>;

export interface ImportedBook {
  readonly book: PriceBook;
  /** Paths that the rules' book has a price for and the list has not: unknown in the new book. */
  readonly missing: readonly string[];
  /** Paths for which the list has several prices that differ: unknown too. */
  readonly ambiguous: readonly string[];
}

/** Names and dates of the new book. */
export type BookHeader = Pick<PriceBook, "version" | "region" | "asOf"> & { readonly source: string };

/** Key of the one source of an imported book, and of the rules that came with Astra. */
const LIST = "list";
const RULES = "rules";

/**
 * @param metered paths the list is expected to price, by what it found; other prices stay only where they are 0 by rule
 */
export function importedBook(
  rules: PriceBook,
  metered: ReadonlySet<string>,
  listed: ListedPrices,
  header: BookHeader,
): ImportedBook {
  const ambiguous: string[] = [];
  const stepsOf = (path: string): readonly ListedStep[] | null => {
    const different = distinct(listed.get(path) ?? []);
    if (different.length > 1) ambiguous.push(path);
    return different.length === 1 ? (different[0] ?? null) : null;
  };
  const { source, ...names } = header;
  const sources = { [LIST]: source, [RULES]: `Rules of ${rules.version}; what a rule makes free` };
  const stored = withStorage({ ...rules, ...names, sources }, (path) => bandsOf(stepsOf(path)));
  const book = mapPrices(stored, ({ path, unit, price }) => {
    if (unit === "GB-month") return price;
    if (!metered.has(path)) return price?.amount === 0 ? { ...price, source: RULES } : null;
    const usd = stepsOf(path)?.[0]?.usd;
    return usd === undefined ? null : { amount: scaled(usd, unit), source: LIST, confidence: "read" };
  });
  const known = new Set(priceLines(book).flatMap(({ path, price }) => (price ? [path] : [])));
  const missing = priceLines(rules).flatMap(({ path, price }) => (price && !known.has(path) ? [path] : []));
  return { book, missing: missing.filter((path) => !FURTHER_BAND.test(path)), ambiguous: [...new Set(ambiguous)] };
}

/** A list may have fewer bands than the rules' book: the first one tells whether there is a price. */
const FURTHER_BAND = /storage\[[1-9]\d*\]$/;

function distinct(candidates: readonly (readonly ListedStep[])[]): (readonly ListedStep[])[] {
  return [...new Map(candidates.map((steps) => [JSON.stringify(steps), steps])).values()];
}

function bandsOf(steps: readonly ListedStep[] | null): StorageBand[] {
  return (steps ?? []).map(({ usd }, index) => ({
    upToGb: steps?.[index + 1]?.fromUnits ?? null,
    price: { amount: usd, source: LIST, confidence: "read" },
  }));
}

function withStorage(rules: PriceBook, bands: (path: string) => StorageBand[]): PriceBook {
  const classes: PriceBook["classes"] = {};
  for (const [name, prices] of Object.entries(rules.classes)) {
    const inner = <T extends InnerTier>(field: string, tiers: readonly T[]): T[] =>
      tiers.map((tier) => Object.assign({}, tier, { storage: bands(`${name}.${field}.${tier.name}.storage`) }));
    classes[name] = {
      ...prices,
      storage: bands(`${name}.storage`),
      ...(prices.innerTiers && { innerTiers: inner("innerTiers", prices.innerTiers) }),
      ...(prices.archiveTiers && { archiveTiers: inner("archiveTiers", prices.archiveTiers) }),
    };
  }
  return { ...rules, classes };
}

/** Lists price one request or object; books a thousand. Twelve digits drop what doubles add to decimal prices. */
function scaled(usd: number, unit: PriceUnit): number {
  const isByThousand = unit === "1,000 requests" || unit === "1,000 objects a month";
  return Number((isByThousand ? usd * 1000 : usd).toPrecision(12));
}
