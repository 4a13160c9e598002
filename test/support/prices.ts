/** The built-in price book, and a way to change one class of it for a test. */
import { builtInPriceBook } from "../../src/config/price-books.ts";
import type { PriceBook, StorageClassPrices } from "../../src/core/pricing/price-book.ts";

export const AWS: PriceBook = builtInPriceBook();

/** The book with some fields of one class replaced. */
export function withClass(name: string, changes: Partial<StorageClassPrices>): PriceBook {
  const known = AWS.classes[name];
  if (!known) throw new RangeError(`the book has no class ${name}`);
  return { ...AWS, classes: { ...AWS.classes, [name]: { ...known, ...changes } } };
}

/** A price made up for a test. */
export function price(amount: number): NonNullable<StorageClassPrices["put"]> {
  return { amount, source: "test", confidence: "read" };
}
