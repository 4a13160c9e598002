/** No ping-pong: what a move of ours has just brought up is not sent back down at once. */
import { type PriceBook, managedClass } from "./pricing/price-book.ts";
import { mayTransition } from "./pricing/waterfall.ts";

/** Days for which a promoted object stays up where nothing else is configured. */
export const DEFAULT_COOL_DOWN_DAYS = 30;

/** What the guard looks at. */
export interface Promoted {
  readonly storageClass: string;
  /** Days since a move of ours last took the object to a hotter class, fractional; `null` where none did. */
  readonly daysSincePromotion: number | null;
}

/**
 * Whether the object is still to be left where a promotion brought it: `target` is colder by the provider's own order, and
 * neither `coolDownDays` nor the minimum duration of the present class has passed since. Promotions further up are free.
 */
export function coolsDown(object: Promoted, target: string, prices: PriceBook, coolDownDays: number): boolean {
  const { storageClass, daysSincePromotion } = object;
  if (daysSincePromotion === null || !mayTransition(prices, storageClass, target)) return false;
  const minimumDays = managedClass(prices, storageClass)?.minimumDays ?? 0;
  return daysSincePromotion < Math.max(coolDownDays, minimumDays);
}
