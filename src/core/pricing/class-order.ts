/** Classes in the order in which tariffs number them, and whether they can be priced. */
import { type PriceBook, type StorageClassPrices, marginalStorageRate } from "./price-book.ts";

/** The base class first where it is among them, then from dear to cheap at rest, the class that moves objects inside last. */
export function orderedClasses(book: PriceBook, names: Iterable<string>): string[] {
  return [...names]
    .filter((name) => Object.hasOwn(book.classes, name))
    .toSorted((a, b) => order(book, a) - order(book, b));
}

function order(book: PriceBook, name: string): number {
  const prices = book.classes[name];
  if (name === book.baseClass) return -Infinity;
  if (!prices || prices.innerTiers || prices.storage.length === 0) return Infinity;
  return -marginalStorageRate(prices.storage, 0);
}

/** Whether every price that a day, a read or a move of the class needs is known. */
export function hasKnownPrices(prices: StorageClassPrices | undefined): boolean {
  if (!prices?.put || !prices.get || prices.storage.length === 0) return false;
  const speed = prices.restore?.["standard"];
  if (!prices.restore) return prices.retrieval !== null;
  return speed !== undefined && speed.perThousand !== null && speed.perGb !== null;
}
