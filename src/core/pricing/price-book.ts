/**
 * The form of a price book: a dated file, one per provider and region, with a source and a confidence for every price.
 * A price that is not known is `null`, never 0.
 */
import { z } from "zod";
import { LATENCY_CLASSES, PROVIDERS, TIERS } from "../tier.ts";

/** How one object changes class: copied, by a rule of the bucket (by age, or on a tag), or by the provider's own call. */
export const MECHANISMS = ["copy", "tag", "lifecycle", "set-tier", "rewrite", "set-class"] as const;
export type Mechanism = (typeof MECHANISMS)[number];

/**
 * What a change of class can be charged for: `put` a write at the destination's price, `copy` as many writes as a copy of the
 * size takes, `transition` a transition there,
 * `tagging` a tag written and kept until the rule has run, `heads` a look at the object before and after, `retrieval` reading
 * the source for a copy (an archive is restored first), `read` a read request and retrieval at the source, `early-deletion`
 * what is left of the source's minimum duration, `noncurrent` the version that a copy leaves behind.
 */
export const FEE_ITEMS = [
  "put",
  "copy",
  "transition",
  "tagging",
  "heads",
  "retrieval",
  "read",
  "early-deletion",
  "noncurrent",
] as const;
export type FeeItem = (typeof FEE_ITEMS)[number];

const CONFIDENCES = ["read", "second-hand", "uncertain"] as const;
const NAME = /^[A-Za-z][A-Za-z0-9_-]*$/;
const plainName = z.string().regex(NAME, "must be a name of letters, digits, _ and -");
const amount = z.number().nonnegative().finite();

const price = z.strictObject({
  amount,
  /** Key into the book's `sources`. */
  source: z.string().min(1),
  /** `uncertain` prices count as unknown unless they are allowed. */
  confidence: z.enum(CONFIDENCES),
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

/** Empty where the price is unknown; otherwise rising edges, the last without one. */
const storage = z.array(band);

const innerTier = z.strictObject({ name: plainName, idleDays: z.number().int().nonnegative(), storage });

/** An inner tier that is switched on by the owner and has to be restored from. */
const archiveTier = z.strictObject({
  ...innerTier.shape,
  overheadBytes: z.number().int().nonnegative(),
  baseOverheadBytes: z.number().int().nonnegative(),
  restore: z.record(plainName, restoreSpeed),
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
  /** USD per GB-month, progressive; empty where unknown. */
  storage,
  /** USD per 1,000 PUT, COPY or POST requests that write into the class. */
  put: price.nullable(),
  /** USD per 1,000 GET and other requests on objects in the class. */
  get: price.nullable(),
  /** USD per 1,000 lifecycle transitions into the class; `null` where none leads there. */
  transitionInto: price.nullable(),
  /** USD per GB read. */
  retrieval: price.nullable(),
  /** Present on classes whose objects must be restored before they are read, by speed. */
  restore: z.record(plainName, restoreSpeed).optional(),
  /** Inner tiers of a class inside which the provider moves objects by idle time. */
  innerTiers: z.array(innerTier).min(1).optional(),
  /** Further inner tiers, each used only where its owner has switched it on. */
  archiveTiers: z.array(archiveTier).optional(),
  /** USD per 1,000 monitored objects and month, and the size from which an object is monitored. */
  monitoring: z.strictObject({ perThousand: price, fromBytes: z.number().int().nonnegative() }).optional(),
  /** Classes a lifecycle rule may move an object to from here. */
  transitionsTo: z.array(z.string()),
  /** Classes that the provider refuses to copy to from here. */
  copyRefusedTo: z.array(z.string()).optional(),
});

/** What each direction of a mechanism is charged for; `null` where it does not lead that way. */
const way = z.strictObject({
  /** Along `transitionsTo`. */
  colder: z.array(z.enum(FEE_ITEMS)).nullable(),
  warmer: z.array(z.enum(FEE_ITEMS)).nullable(),
});

/** Validates a book; unknown fields are refused. */
export const priceBookSchema = z.strictObject({
  version: z.string().min(1),
  provider: z.enum(PROVIDERS),
  region: z.string().min(1),
  currency: z.literal("USD", { error: "must be USD: prices are not converted" }),
  asOf: z.iso.date(),
  sources: z.record(z.string(), z.string()),
  /** The class new objects are written to and overheads are billed at. */
  baseClass: z.string(),
  classes: z.record(plainName, storageClass),
  /** USD per 1,000 LIST requests. */
  list: price.nullable(),
  /** USD per tag and month. */
  tagMonth: price.nullable(),
  /** USD per GB sent to the internet, first band. */
  egress: price.nullable().default(null),
  /** The ways in which the provider lets objects change class. */
  mechanisms: z.partialRecord(z.enum(MECHANISMS), way).default({}),
});

export type PriceBook = z.infer<typeof priceBookSchema>;
/** One class of a book: its rules and prices. */
export type StorageClassPrices = PriceBook["classes"][string];
export type Price = z.infer<typeof price>;
export type StorageBand = z.infer<typeof band>;
export type RestoreSpeed = z.infer<typeof restoreSpeed>;
export type InnerTier = z.infer<typeof innerTier>;
export type ArchiveTier = z.infer<typeof archiveTier>;

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

/**
 * USD per GB-month at the margin when `accountGb` are already stored in the class.
 * Throws RangeError where there are no bands: callers look first whether the price is known.
 */
export function marginalStorageRate(bands: readonly StorageBand[], accountGb: number): number {
  for (const entry of bands) if (entry.upToGb === null || accountGb < entry.upToGb) return entry.price.amount;
  const last = bands.at(-1);
  if (!last) throw new RangeError("the storage price is unknown");
  return last.price.amount;
}

/** USD for `gbMonths` priced through the progressive bands from the first byte. Throws RangeError without bands. */
export function bandedStorageCost(bands: readonly StorageBand[], gbMonths: number): number {
  if (bands.length === 0) throw new RangeError("the storage price is unknown");
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
