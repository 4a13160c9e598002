/**
 * The form of a price book: a dated file, one per provider and region, with a source and a confidence for every price.
 * A price that is not known is `null`, never 0.
 */
import { z } from "zod";
import { LATENCY_CLASSES, PROVIDERS, TIERS } from "./tier.ts";

const amount = z.number().nonnegative().finite();

const price = z.strictObject({
  amount,
  /** Key into the book's `sources`. */
  source: z.string().min(1),
  confidence: z.enum(["read", "second-hand", "uncertain"]),
});

const band = z.strictObject({
  /** Upper edge of the progressive band in GB of the account's total in the class; `null` = no edge. */
  upToGb: z.number().positive().nullable(),
  price,
});

const restoreSpeed = z.strictObject({
  /** Longest usual wait for the first byte, hours. */
  hours: z.number().positive(),
  perThousand: price.nullable(),
  perGb: price.nullable(),
});

const storageClass = z.strictObject({
  tier: z.enum(TIERS),
  latency: z.enum(LATENCY_CLASSES),
  /** Whether Astra moves objects into and out of this class. */
  managed: z.boolean(),
  minimumDays: z.number().int().nonnegative(),
  minimumBilledBytes: z.number().int().nonnegative(),
  /** Extra bytes billed per object at this class's rate. */
  overheadBytes: z.number().int().nonnegative(),
  /** Extra bytes billed per object at the base class's rate. */
  baseOverheadBytes: z.number().int().nonnegative(),
  /** USD per GB-month, progressive. */
  storage: z.array(band).min(1),
  /** USD per 1,000 PUT, COPY or POST requests that write into the class. */
  put: price.nullable(),
  /** USD per 1,000 GET and other requests on objects in the class. */
  get: price.nullable(),
  /** USD per 1,000 lifecycle transitions into the class; `null` where none leads there. */
  transitionInto: price.nullable(),
  /** USD per GB read. */
  retrieval: price.nullable(),
  /** Present on classes whose objects must be restored before they are read, by speed. */
  restore: z.record(z.string(), restoreSpeed).optional(),
  /** Inner tiers of a class inside which the provider moves objects by idle time. */
  innerTiers: z
    .array(
      z.strictObject({ name: z.string(), idleDays: z.number().int().nonnegative(), storage: z.array(band).min(1) }),
    )
    .optional(),
  /** USD per 1,000 monitored objects and month, and the size from which an object is monitored. */
  monitoring: z.strictObject({ perThousand: price, fromBytes: z.number().int().nonnegative() }).optional(),
  /** Classes a lifecycle rule may move an object to from here. */
  transitionsTo: z.array(z.string()),
});

/** Validates a book; unknown fields are refused. */
export const priceBookSchema = z.strictObject({
  version: z.string().min(1),
  provider: z.enum(PROVIDERS),
  region: z.string().min(1),
  currency: z.literal("USD"),
  asOf: z.iso.date(),
  sources: z.record(z.string(), z.string()),
  /** The class new objects are written to and overheads are billed at. */
  baseClass: z.string(),
  classes: z.record(z.string(), storageClass),
  /** USD per 1,000 LIST requests. */
  list: price,
  /** USD per tag and month. */
  tagMonth: price.nullable(),
});

export type PriceBook = z.infer<typeof priceBookSchema>;
/** One class of a book: its rules and prices. */
export type StorageClassPrices = PriceBook["classes"][string];
export type Price = z.infer<typeof price>;
export type StorageBand = z.infer<typeof band>;

/** @returns the class, or `undefined` where the book does not know it or Astra leaves it alone. */
export function managedClass(book: PriceBook, name: string): StorageClassPrices | undefined {
  const found = Object.hasOwn(book.classes, name) ? book.classes[name] : undefined;
  return found?.managed ? found : undefined;
}

/** The class the provider uses for new objects. Throws where a book names a base class that it lacks. */
export function baseClass(book: PriceBook): StorageClassPrices {
  const base = book.classes[book.baseClass];
  if (!base) throw new RangeError(`price book ${book.version} lacks its base class ${book.baseClass}`);
  return base;
}

/** USD per GB-month at the margin when `accountGb` are already stored in the class. */
export function marginalStorageRate(bands: readonly StorageBand[], accountGb: number): number {
  for (const entry of bands) if (entry.upToGb === null || accountGb < entry.upToGb) return entry.price.amount;
  return bands.at(-1)?.price.amount ?? Number.NaN;
}

/** USD for `gbMonths` priced through the progressive bands from the first byte. */
export function bandedStorageCost(bands: readonly StorageBand[], gbMonths: number): number {
  let cost = 0;
  let lower = 0;
  for (const entry of bands) {
    const upper = entry.upToGb ?? Infinity;
    if (gbMonths <= lower) break;
    cost += (Math.min(gbMonths, upper) - lower) * entry.price.amount;
    lower = upper;
  }
  return cost;
}
