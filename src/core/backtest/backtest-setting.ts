/**
 * The classes a backtest lets every policy choose among. The settings of the yardstick (docs/intelligence.md):
 * `sync` is what is read at once, the provider's own mover included; `explicit` is that without the mover; `all` adds the
 * classes whose readers wait, and the mover's archive tier.
 */
import { hasKnownPrices, orderedClasses } from "../pricing/class-order.ts";
import { baseClass, managedClass, type PriceBook } from "../pricing/price-book.ts";
import type { ClassSet } from "./daily-tariff.ts";

/** Names of the settings. */
export const SETTINGS = ["sync", "explicit", "all"] as const;
export type Setting = (typeof SETTINGS)[number];

/** Kept in one zone only, so never chosen unless a policy names it. */
const LESS_DURABLE: ReadonlySet<string> = new Set(["ONEZONE_IA"]);

/** The classes of a setting, and those of it that the book can't price. */
export interface PricedClasses {
  readonly classes: ClassSet;
  readonly unpriced: readonly string[];
}

/** The base class first, then from dear to cheap at rest, the mover last. */
export function classesOf(book: PriceBook, setting: Setting): PricedClasses {
  const isOffered = (name: string): boolean =>
    name !== book.baseClass && !LESS_DURABLE.has(name) && isInSetting(book, name, setting);
  const names = orderedClasses(book, Object.keys(book.classes).filter(isOffered));
  const isKnown = (name: string): boolean => hasKnownPrices(book.classes[name]);
  return {
    classes: { names: [book.baseClass, ...names.filter(isKnown)], hasAutoArchive: setting === "all" },
    unpriced: names.filter((name) => !isKnown(name)),
  };
}

function isInSetting(book: PriceBook, name: string, setting: Setting): boolean {
  const prices = managedClass(book, name);
  if (!prices) return false;
  if (prices.innerTiers) return setting !== "explicit";
  return setting === "all" || prices.restore === undefined;
}

/** A provider's own mover where objects can't be put into it one by one: the book with it, and the classes it is run on. */
export interface BucketMover {
  readonly name: string;
  readonly book: PriceBook;
  readonly classes: ClassSet;
}

/**
 * The mover that is a setting of the whole bucket (Autoclass), as classes to replay it on; `null` where the provider has none.
 * With `all`, the one that goes down to the archive class.
 */
export function bucketMover(book: PriceBook, setting: Setting): BucketMover | null {
  if (book.provider !== "gcs" || setting === "explicit" || !hasKnownPrices(baseClass(book))) return null;
  const name = setting === "all" ? "AUTOCLASS_ARCHIVE" : "AUTOCLASS";
  const prices = book.classes[name];
  if (!prices?.innerTiers) return null;
  const opened = { ...book, classes: { ...book.classes, [name]: { ...prices, managed: true } } };
  return { name: "autoclass", book: opened, classes: { names: [book.baseClass, name], hasAutoArchive: false } };
}
