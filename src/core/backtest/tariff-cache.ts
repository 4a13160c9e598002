/** Tariffs by size, made when they are first asked for; bounded, as sizes are as many as objects. */
import { type ClassSet, type DailyTariff, type Mover, sizedTariffs } from "./daily-tariff.ts";
import type { PriceBook } from "../pricing/price-book.ts";

/** About 2 kB each. */
const MOST_TARIFFS = 4096;

/** The tariff of a size. Begins anew when it is full, so what it gives never depends on what was asked before. */
export function tariffCache(book: PriceBook, classes: ClassSet, mover: Mover): (sizeBytes: number) => DailyTariff {
  const known = new Map<number, DailyTariff>();
  let made: ((sizeBytes: number) => DailyTariff) | null = null;
  return (sizeBytes) => {
    const found = known.get(sizeBytes);
    if (found) return found;
    if (known.size >= MOST_TARIFFS) known.clear();
    made ??= sizedTariffs(book, classes, mover);
    const tariff = made(sizeBytes);
    known.set(sizeBytes, tariff);
    return tariff;
  };
}
