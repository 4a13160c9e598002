/** The built-in books by name, and changes to them for a test. */
import { priceBooks } from "../../src/config/price-books.ts";
import type { PriceBook } from "../../src/core/pricing/price-book.ts";
import { mapPrices } from "../../src/core/pricing/price-lines.ts";

export const BOOKS: ReadonlyMap<string, PriceBook> = priceBooks();

/** A built-in book. */
export function bookNamed(name: string): PriceBook {
  const book = BOOKS.get(name);
  if (!book) throw new RangeError(`there is no book ${name}`);
  return book;
}

/** The book with the amounts of some prices replaced, by path. */
export function withAmounts(book: PriceBook, amounts: Readonly<Record<string, number>>): PriceBook {
  return mapPrices(book, ({ path, price }) => {
    const amount = amounts[path];
    return amount === undefined ? price : { amount, source: "test", confidence: "read" };
  });
}
