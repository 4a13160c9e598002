/** Two price books side by side. */
import { type PriceUnit, priceLines } from "./price-lines.ts";
import type { PriceBook } from "./price-book.ts";

/** A price that is not the same in both books; `null` where it is unknown, `undefined` where the book has no such price. */
export interface PriceDifference {
  readonly path: string;
  readonly unit: PriceUnit;
  readonly before: number | null | undefined;
  readonly after: number | null | undefined;
  /** Change in percent of `before`; `null` where it cannot be said. */
  readonly percent: number | null;
}

/** Every price by which `b` differs from `a`, in the order of `a`, then what only `b` has. */
export function priceDifferences(a: PriceBook, b: PriceBook): PriceDifference[] {
  const [before, after] = [a, b].map((book) => new Map(priceLines(book).map((line) => [line.path, line])));
  const paths = new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])]);
  return [...paths].flatMap((path): PriceDifference[] => {
    const [was, is] = [before?.get(path), after?.get(path)];
    const [from, to] = [was, is].map((line) => line && (line.price?.amount ?? null));
    const unit = (was ?? is)?.unit;
    if (from === to || !unit) return [];
    const percent = from && to !== null && to !== undefined ? (to / from - 1) * 100 : null;
    return [{ path, unit, before: from, after: to, percent }];
  });
}
