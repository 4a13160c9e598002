/**
 * What one change of class costs once, by the mechanism that does it. What each mechanism is charged for is data of the price
 * book: a tag pays the tag and the lifecycle transition, Azure's set-tier a write downwards and a read upwards, GCS's
 * set-class one operation at the destination.
 */
import { type CopyMove, type MoveFee, moveFee } from "./move-fee.ts";
import type { Mechanism, PriceBook } from "./price-book.ts";
import { feeItems } from "./waterfall.ts";

/** A move by a named mechanism. */
export interface MechanismMove extends CopyMove {
  readonly mechanism: Mechanism;
}

/** @returns `null` when a price is unknown or the mechanism does not lead there: `mayMove` tells the two apart. */
export function transitionFee(book: PriceBook, move: MechanismMove): MoveFee | null {
  const items = feeItems(book, move);
  return items && moveFee(book, move, items);
}
