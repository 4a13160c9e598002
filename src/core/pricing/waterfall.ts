/** Which way from class to class is open, by each mechanism: the providers' rules as the price book states them. */
import { type FeeItem, type Mechanism, type PriceBook, managedClass } from "./price-book.ts";

/** A change of class by a mechanism. */
export interface Way {
  readonly from: string;
  readonly to: string;
  readonly mechanism: Mechanism;
}

/** Whether a lifecycle rule of the provider may move an object from one class to another. */
export function mayTransition(book: PriceBook, from: string, to: string): boolean {
  return managedClass(book, from)?.transitionsTo.includes(to) ?? false;
}

/** What the way is charged for, or `null` where the provider has no such way or refuses it. */
export function feeItems(book: PriceBook, { from, to, mechanism }: Way): readonly FeeItem[] | null {
  const source = managedClass(book, from);
  const way = book.mechanisms[mechanism];
  if (!source || !managedClass(book, to) || !way || from === to) return null;
  if (mechanism === "copy" && source.copyRefusedTo?.includes(to)) return null;
  return mayTransition(book, from, to) ? way.colder : way.warmer;
}

/** Whether an object may go that way. */
export function mayMove(book: PriceBook, way: Way): boolean {
  return feeItems(book, way) !== null;
}
