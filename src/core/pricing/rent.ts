/**
 * What keeping bytes costs: padding, overheads, and the copies of restored objects.
 * Minimum sizes and overheads are fields of the class in the price book.
 */
import { type PriceBook, type StorageClassPrices, baseClass, marginalStorageRate } from "./price-book.ts";
import { DAYS_PER_MONTH, GB_BYTES, MICROS_PER_DOLLAR } from "../units.ts";

/** Bytes the provider bills at the class's own rate for an object of `sizeBytes`. */
export function billedBytes(prices: StorageClassPrices, sizeBytes: number): number {
  return Math.max(sizeBytes, prices.minimumBilledBytes) + prices.overheadBytes;
}

/**
 * Rent of one object in micros a month: padding and overheads included, reads and inner tiers not.
 * Throws RangeError where a storage price is unknown: `hasKnownRent` says so before.
 */
export function rentMicrosPerMonth(
  book: PriceBook,
  prices: StorageClassPrices,
  sizeBytes: number,
  accountGb = 0,
): number {
  const own = (billedBytes(prices, sizeBytes) / GB_BYTES) * marginalStorageRate(prices.storage, accountGb);
  return (own + baseOverheadDollars(book, prices.baseOverheadBytes, accountGb)) * MICROS_PER_DOLLAR;
}

/** Dollars a month of `bytes` that are billed at the base class's rate. */
export function baseOverheadDollars(book: PriceBook, bytes: number, accountGb: number): number {
  return bytes === 0 ? 0 : (bytes / GB_BYTES) * marginalStorageRate(baseClass(book).storage, accountGb);
}

/** Whether every storage price that the class's rent needs is known. */
export function hasKnownRent(book: PriceBook, prices: StorageClassPrices): boolean {
  return prices.storage.length > 0 && (prices.baseOverheadBytes === 0 || baseClass(book).storage.length > 0);
}

/** Dollars of a day of a restored copy in the base class; `null` where its price is unknown. */
export function copyDayDollars(book: PriceBook, gb: number, accountGb = 0): number | null {
  const { storage } = baseClass(book);
  return storage.length === 0 ? null : (gb * marginalStorageRate(storage, accountGb)) / DAYS_PER_MONTH;
}

/** The restore a reader is taken to use where none is named. */
export const DEFAULT_RESTORE_SPEED = "standard";
