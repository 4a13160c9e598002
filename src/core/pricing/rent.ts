/**
 * What keeping bytes costs: padding, overheads, and the copies of restored objects.
 * Minimum sizes and overheads are fields of the class in the price book.
 */
import { compileRates, plainRentMicros } from "./class-rates.ts";
import type { PriceBook, StorageClassPrices } from "./price-book.ts";

export { DEFAULT_RESTORE_SPEED } from "./class-rates.ts";

/** Bytes the provider bills at the class's own rate for an object of `sizeBytes`. */
export function billedBytes(prices: StorageClassPrices, sizeBytes: number): number {
  return Math.max(sizeBytes, prices.minimumBilledBytes) + prices.overheadBytes;
}

/**
 * Rent of one object in micros a month: padding and overheads included, reads and inner tiers not.
 * Throws RangeError where a storage price is unknown.
 */
export function rentMicrosPerMonth(
  book: PriceBook,
  prices: StorageClassPrices,
  sizeBytes: number,
  accountGb = 0,
): number {
  const micros = plainRentMicros(compileRates(book, "", prices, { accountGb }), sizeBytes);
  if (Number.isNaN(micros)) throw new RangeError("the storage price is unknown");
  return micros;
}
