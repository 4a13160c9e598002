/**
 * A small file that changes a price book: a discount on all prices or some, single prices, or both.
 *
 * `{ "base": "aws-us-east-1", "discountPercent": 12, "discounts": { "GLACIER": 20 }, "prices": { "STANDARD.put": 0.004 } }`
 */
import { z } from "zod";
import { type PriceLine, mapPrices, priceLines } from "./price-lines.ts";
import type { Price, PriceBook } from "./price-book.ts";

const percent = z.number().min(0).max(100);

/** Validates an override; unknown fields are refused. */
export const priceOverrideSchema = z.strictObject({
  /** Name of a built-in book. */
  base: z.string().min(1),
  currency: z.literal("USD", { error: "must be USD: prices are not converted" }).optional(),
  /** Name of the changed book; made from the base's and the file's content where absent. */
  version: z.string().min(1).optional(),
  /** Off every price. */
  discountPercent: percent.optional(),
  /** Off the prices whose path begins so (`STANDARD`, `GLACIER.restore`, `list`); the longest such path counts. */
  discounts: z.record(z.string(), percent).optional(),
  /** By path, in the unit the book uses; not discounted. `null` makes a price unknown. */
  prices: z.record(z.string(), z.number().nonnegative().finite().nullable()).optional(),
});
export type PriceOverride = z.infer<typeof priceOverrideSchema>;

/** Paths of the override that name no price of the book, as paths into the override. */
export function unknownPaths(base: PriceBook, override: PriceOverride): (readonly string[])[] {
  const paths = priceLines(base).map(({ path }) => path);
  const known = new Set(paths);
  const single = Object.keys(override.prices ?? {}).filter((path) => !known.has(path));
  const groups = Object.keys(override.discounts ?? {}).filter((prefix) => !paths.some((path) => covers(prefix, path)));
  return [...single.map((path) => ["prices", path]), ...groups.map((path) => ["discounts", path])];
}

/** Key of the source of prices that an override states. */
export const OVERRIDE_SOURCE = "override";

/**
 * The base with the override's prices.
 * @param origin what stands as the source of the stated prices
 */
export function overriddenBook(base: PriceBook, override: PriceOverride, version: string, origin: string): PriceBook {
  const stated = new Map(Object.entries(override.prices ?? {}));
  const changed = mapPrices(base, (line): Price | null => {
    const amount = stated.get(line.path);
    if (amount === null) return null;
    if (amount !== undefined) return { amount, source: OVERRIDE_SOURCE, confidence: "read" };
    return line.price && { ...line.price, amount: line.price.amount * (1 - discountOf(line, override) / 100) };
  });
  return { ...changed, version, sources: { ...base.sources, [OVERRIDE_SOURCE]: origin } };
}

function discountOf(line: PriceLine, { discountPercent = 0, discounts = {} }: PriceOverride): number {
  let longest = "";
  for (const prefix of Object.keys(discounts))
    if (covers(prefix, line.path) && prefix.length > longest.length) longest = prefix;
  return discounts[longest] ?? discountPercent;
}

/** Whether `path` is `prefix` or lies inside it. */
function covers(prefix: string, path: string): boolean {
  return path === prefix || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`);
}
