/** What one stored version costs while nothing happens to it, line by line of the price book. */
import { billedBytes } from "../core/pricing/bill.ts";
import type { PriceBook, StorageClassPrices } from "../core/pricing/price-book.ts";
import type { Charge } from "./meter.ts";
import type { ObjectVersion } from "./object-version.ts";

/** @throws RangeError when the book does not know the class. */
export function classPrices(book: PriceBook, storageClass: string): StorageClassPrices {
  const prices = Object.hasOwn(book.classes, storageClass) ? book.classes[storageClass] : undefined;
  if (!prices) throw new RangeError(`price book ${book.version} lacks class ${storageClass}`);
  return prices;
}

/** Whether objects of the class have to be restored before they are read. */
export function isArchive(book: PriceBook, storageClass: string): boolean {
  return classPrices(book, storageClass).restore !== undefined;
}

/** Whether the provider moves this version among inner tiers (small objects stay in the first). */
export function isMonitored(prices: StorageClassPrices, sizeBytes: number): boolean {
  return prices.monitoring !== undefined && sizeBytes >= prices.monitoring.fromBytes;
}

/** Everything that runs while the version is kept as it is now. */
export function versionCharges(book: PriceBook, version: ObjectVersion): readonly Charge[] {
  if (version.deleteMarker) {
    return [{ item: "storage", storageClass: book.baseClass, amount: Buffer.byteLength(version.key) }];
  }
  const { storageClass, sizeBytes } = version;
  const prices = classPrices(book, storageClass);
  const inner = prices.innerTiers?.[version.innerTier]?.name;
  const charges: Charge[] = [
    {
      item: "storage",
      storageClass,
      amount: billedBytes(prices, sizeBytes),
      ...(inner === undefined ? {} : { variant: inner }),
    },
  ];
  if (prices.baseOverheadBytes > 0) {
    charges.push({ item: "storage", storageClass: book.baseClass, amount: prices.baseOverheadBytes });
  }
  if (isMonitored(prices, sizeBytes)) charges.push({ item: "monitoring", storageClass, amount: 1 });
  if (version.tags.length > 0)
    charges.push({ item: "tags", storageClass: book.baseClass, amount: version.tags.length });
  if (version.restore?.ready) charges.push({ item: "restore-copy", storageClass, amount: sizeBytes });
  return charges;
}
