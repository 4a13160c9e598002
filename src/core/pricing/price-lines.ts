/**
 * A price book as a flat list of prices, each with a path: `STANDARD.storage[0]`, `GLACIER.restore.standard.perGb`, `list`.
 * Showing, comparing, discounting, overriding and importing all go through the one walk of this file.
 */
import type { InnerTier, Price, PriceBook, RestoreSpeed, StorageBand, StorageClassPrices } from "./price-book.ts";

/** What a price is per. */
export type PriceUnit = "GB-month" | "1,000 requests" | "1,000 objects a month" | "GB" | "tag a month";

/** One price of a book; `price` is `null` where it is unknown. */
export interface PriceLine {
  readonly path: string;
  /** Class the price belongs to; `null` for prices of the whole account. */
  readonly storageClass: string | null;
  readonly unit: PriceUnit;
  /** Upper edge of a storage band in GB; `undefined` for other prices, `null` for the last band. */
  readonly upToGb?: number | null;
  readonly price: Price | null;
}

/** Given a line, the price to put there. */
export type PriceChange = (line: PriceLine) => Price | null;

/** Every price of the book, in the order of its classes. */
export function priceLines(book: PriceBook): PriceLine[] {
  const lines: PriceLine[] = [];
  mapPrices(book, (line) => {
    lines.push(line);
    return line.price;
  });
  return lines;
}

/**
 * The book with every price replaced by what `change` says. A storage price whose bands are not all known is unknown as a
 * whole (no bands), because a sum through the bands needs every one of them; a class whose monitoring fee is unknown has no
 * known rent at all.
 */
export function mapPrices(book: PriceBook, change: PriceChange): PriceBook {
  const classes = Object.entries(book.classes).map(([name, prices]) => [name, mapClass(name, prices, change)] as const);
  const whole = (path: string, unit: PriceUnit, price: Price | null) =>
    change({ path, storageClass: null, unit, price });
  return {
    ...book,
    classes: Object.fromEntries(classes),
    list: whole("list", "1,000 requests", book.list),
    tagMonth: whole("tagMonth", "tag a month", book.tagMonth),
    egress: whole("egress", "GB", book.egress),
  };
}

/** The book as decisions may use it: a price that is uncertain is unknown. */
export function withoutUncertain(book: PriceBook): PriceBook {
  return mapPrices(book, ({ price }) => (price?.confidence === "uncertain" ? null : price));
}

function mapClass(storageClass: string, prices: StorageClassPrices, change: PriceChange): StorageClassPrices {
  const at: PriceAt = (path, unit, price, more) =>
    change({ path: `${storageClass}.${path}`, storageClass, unit, ...more, price });
  const storage = mapBands("", prices.storage, at);
  const { monitoring, innerTiers, archiveTiers, restore, ...rules } = prices;
  const mapped = {
    ...rules,
    put: at("put", "1,000 requests", prices.put),
    get: at("get", "1,000 requests", prices.get),
    transitionInto: at("transitionInto", "1,000 requests", prices.transitionInto),
    retrieval: at("retrieval", "GB", prices.retrieval),
    ...(restore && { restore: mapSpeeds("restore", restore, at) }),
  };
  const perThousand = monitoring && at("monitoring", "1,000 objects a month", monitoring.perThousand);
  const hasRent = perThousand !== null;
  const inner = innerTiers?.map((tier) => mapTier("innerTiers", tier, at, hasRent));
  const archives = archiveTiers?.map((tier) =>
    Object.assign(mapTier("archiveTiers", tier, at, hasRent), {
      restore: mapSpeeds(`archiveTiers.${tier.name}.restore`, tier.restore, at),
    }),
  );
  return {
    ...mapped,
    storage: hasRent ? storage : [],
    ...(inner && { innerTiers: inner }),
    ...(archives && { archiveTiers: archives }),
    ...(monitoring && perThousand && { monitoring: { ...monitoring, perThousand } }),
  };
}

type PriceAt = (
  path: string,
  unit: PriceUnit,
  price: Price | null,
  more?: { readonly upToGb: number | null },
) => Price | null;

function mapTier<T extends InnerTier>(field: string, tier: T, at: PriceAt, hasRent: boolean): T {
  const bands = mapBands(`${field}.${tier.name}.`, tier.storage, at);
  return { ...tier, storage: hasRent ? bands : [] };
}

/** An unknown storage price is one line without a price; where a change gives it one, that price has no edge. */
function mapBands(path: string, storage: readonly StorageBand[], at: PriceAt): StorageBand[] {
  const now = storage.length > 0 ? storage : [{ upToGb: null, price: null }];
  const mapped: StorageBand[] = [];
  for (const [index, { upToGb, price }] of now.entries()) {
    const known = at(`${path}storage[${index}]`, "GB-month", price, { upToGb });
    if (known) mapped.push({ upToGb, price: known });
  }
  return mapped.length === now.length ? mapped : [];
}

function mapSpeeds(
  path: string,
  restore: Readonly<Record<string, RestoreSpeed>>,
  at: PriceAt,
): Record<string, RestoreSpeed> {
  const mapped = Object.entries(restore).map(([speed, prices]): [string, RestoreSpeed] => [
    speed,
    {
      ...prices,
      perThousand: at(`${path}.${speed}.perThousand`, "1,000 requests", prices.perThousand),
      perGb: at(`${path}.${speed}.perGb`, "GB", prices.perGb),
    },
  ]);
  return Object.fromEntries(mapped);
}
