/**
 * A price book compiled for one object size: what a day in each class costs, what a move costs, what a day with reads costs.
 * Dollars, a month of 30.4375 days, a GB of 2^30 bytes. GETs count as the difference to the base class's price, because
 * every choice pays at least that.
 *
 * Source of the conventions: docs/intelligence.md, "The yardstick"; of the rules and prices: the price book.
 */
import {
  type PriceBook,
  type StorageClassPrices,
  baseClass,
  managedClass,
  marginalStorageRate,
} from "../pricing/price-book.ts";
import { DAYS_PER_MONTH, GB_BYTES } from "../units.ts";

/** Classes a choice is made among, in a fixed order; the first is the class every object starts in. */
export interface ClassSet {
  readonly names: readonly string[];
  /** Whether the class that moves objects inside may use its archive tier. */
  readonly hasAutoArchive: boolean;
}

/** Inner tiers of a class that moves objects inside: from which idle day, and the rent of a day. */
export interface InnerRent {
  readonly fromIdleDays: Int32Array;
  readonly rentPerDay: Float64Array;
  /** Index of the first tier whose reader waits; the number of tiers where none does. */
  readonly firstWaiting: number;
}

/** Everything a day can cost one object of `sizeBytes`. Matrices are row by row: from × to. */
export interface DailyTariff {
  readonly sizeBytes: number;
  readonly sizeGb: number;
  readonly classes: ClassSet;
  readonly count: number;
  /** Dollars a day; of the moving class, its first inner tier. */
  readonly rentPerDay: Float64Array;
  /** Dollars to move, early deletion not included. */
  readonly moveCost: Float64Array;
  /** Dollars a read above the base class's price. */
  readonly readCost: Float64Array;
  /** Dollars per GB read. */
  readonly retrievalPerGb: Float64Array;
  /** Dollars of the restore that a day with reads needs; 0 in classes that are read at once. */
  readonly restoreCost: Float64Array;
  readonly isWaiting: Uint8Array;
  readonly minimumDays: Int32Array;
  /** Index of the class that moves objects inside, or -1. */
  readonly auto: number;
  readonly inner: InnerRent;
}

/** How a class is left for another: by the provider's own rules, which read nothing downwards, or by copies. */
export type Mover = "lifecycle" | "copy";

/**
 * Compiles `book` for one size.
 * @throws RangeError where a class is not in the book or a price it needs is unknown: callers choose priced classes first.
 */
export function dailyTariff(
  book: PriceBook,
  classes: ClassSet,
  sizeBytes: number,
  mover: Mover = "lifecycle",
): DailyTariff {
  const tariff = sizedTariffs(book, classes, mover)(sizeBytes);
  const { rentPerDay, moveCost, restoreCost, inner } = tariff;
  return { ...tariff, rentPerDay, moveCost, restoreCost, inner };
}

/** Sizes at which every price that any size needs is asked for. */
const ALL_SIZES = [0, Number.MAX_SAFE_INTEGER];

/**
 * Compiles `book` for all sizes. What depends on the size is worked out when it is read: look-ups need little of it.
 * @throws RangeError as {@link dailyTariff}
 */
export function sizedTariffs(book: PriceBook, classes: ClassSet, mover: Mover): (sizeBytes: number) => DailyTariff {
  const prices = classes.names.map((name) => classOf(book, name));
  const base = baseClass(book);
  const terms: TariffTerms = {
    book,
    prices,
    mover,
    classes,
    readCost: Float64Array.from(prices, (entry) =>
      online(entry) ? (amount(entry.get, "get") - amount(base.get, "get")) / 1000 : 0,
    ),
    retrievalPerGb: Float64Array.from(prices, (entry) => (online(entry) ? amount(entry.retrieval, "retrieval") : 0)),
    isWaiting: Uint8Array.from(prices, (entry) => (online(entry) ? 0 : 1)),
    minimumDays: Int32Array.from(prices, (entry) => entry.minimumDays),
    auto: prices.findIndex((entry) => entry.innerTiers !== undefined),
  };
  for (const sizeBytes of ALL_SIZES) new SizedTariff(terms, sizeBytes).readAll();
  return (sizeBytes) => new SizedTariff(terms, sizeBytes);
}

/** What all sizes share. */
interface TariffTerms extends Pick<
  DailyTariff,
  "classes" | "readCost" | "retrievalPerGb" | "isWaiting" | "minimumDays" | "auto"
> {
  readonly book: PriceBook;
  readonly prices: readonly StorageClassPrices[];
  readonly mover: Mover;
}

class SizedTariff implements DailyTariff {
  readonly sizeBytes: number;
  readonly sizeGb: number;
  readonly classes: ClassSet;
  readonly count: number;
  readonly readCost: Float64Array;
  readonly retrievalPerGb: Float64Array;
  readonly isWaiting: Uint8Array;
  readonly minimumDays: Int32Array;
  readonly auto: number;
  readonly #terms: TariffTerms;
  #inner: InnerRent | null = null;
  #rentPerDay: Float64Array | null = null;
  #moveCost: Float64Array | null = null;
  #restoreCost: Float64Array | null = null;

  constructor(terms: TariffTerms, sizeBytes: number) {
    this.sizeBytes = sizeBytes;
    this.sizeGb = sizeBytes / GB_BYTES;
    this.classes = terms.classes;
    this.count = terms.prices.length;
    this.readCost = terms.readCost;
    this.retrievalPerGb = terms.retrievalPerGb;
    this.isWaiting = terms.isWaiting;
    this.minimumDays = terms.minimumDays;
    this.auto = terms.auto;
    this.#terms = terms;
  }

  get inner(): InnerRent {
    const { book, prices, classes } = this.#terms;
    return (this.#inner ??= innerRent(book, prices[this.auto], classes, this.sizeBytes));
  }

  get rentPerDay(): Float64Array {
    const { book, prices } = this.#terms;
    return (this.#rentPerDay ??= Float64Array.from(prices, (entry, index) =>
      index === this.auto ? (this.inner.rentPerDay[0] ?? 0) : dayRent(book, entry, this.sizeBytes),
    ));
  }

  get moveCost(): Float64Array {
    const { book, prices, classes, mover } = this.#terms;
    return (this.#moveCost ??= moveCosts(book, classes.names, prices, this.sizeGb, mover));
  }

  get restoreCost(): Float64Array {
    const { book, prices } = this.#terms;
    return (this.#restoreCost ??= Float64Array.from(prices, (entry) =>
      online(entry) ? 0 : restoreDay(book, entry, this.sizeGb),
    ));
  }

  readAll(): readonly unknown[] {
    return [this.inner, this.rentPerDay, this.moveCost, this.restoreCost];
  }
}

function classOf(book: PriceBook, name: string): StorageClassPrices {
  const found = managedClass(book, name);
  if (!found) throw new RangeError(`price book ${book.version} has no managed class ${name}`);
  return found;
}

function online(prices: StorageClassPrices): boolean {
  return prices.restore === undefined;
}

function amount(price: { readonly amount: number } | null, what: string): number {
  if (!price) throw new RangeError(`the ${what} price is unknown`);
  return price.amount;
}

type RentPrices = Pick<StorageClassPrices, "minimumBilledBytes" | "overheadBytes" | "baseOverheadBytes" | "storage">;

/** Rent of a day: padding and both overheads included. */
function dayRent(book: PriceBook, prices: RentPrices, sizeBytes: number): number {
  const own = (Math.max(sizeBytes, prices.minimumBilledBytes) + prices.overheadBytes) / GB_BYTES;
  const atBase = prices.baseOverheadBytes / GB_BYTES;
  const rate = marginalStorageRate(prices.storage, 0);
  return (own * rate) / DAYS_PER_MONTH + (atBase * marginalStorageRate(baseClass(book).storage, 0)) / DAYS_PER_MONTH;
}

/** Objects below the monitored size stay in the first tier and pay no monitoring. */
function innerRent(
  book: PriceBook,
  prices: StorageClassPrices | undefined,
  classes: ClassSet,
  sizeBytes: number,
): InnerRent {
  const first = { fromIdleDays: Int32Array.of(0), firstWaiting: 1 };
  if (!prices?.innerTiers) return { ...first, rentPerDay: Float64Array.of(0) };
  if (prices.monitoring && sizeBytes < prices.monitoring.fromBytes) {
    return { ...first, rentPerDay: Float64Array.of(dayRent(book, baseClass(book), sizeBytes)) };
  }
  const monitoring = prices.monitoring ? prices.monitoring.perThousand.amount / 1000 / DAYS_PER_MONTH : 0;
  const gb = sizeBytes / GB_BYTES;
  const days = prices.innerTiers.map((tier) => tier.idleDays);
  const rents = prices.innerTiers.map(
    (tier) => (gb * marginalStorageRate(tier.storage, 0)) / DAYS_PER_MONTH + monitoring,
  );
  const firstWaiting = days.length;
  // Of the tiers that the owner may switch on, the yardstick has the coldest alone.
  const archive = classes.hasAutoArchive ? prices.archiveTiers?.at(-1) : undefined;
  if (archive) {
    days.push(archive.idleDays);
    rents.push(dayRent(book, { ...archive, minimumBilledBytes: 0 }, sizeBytes) + monitoring);
  }
  return { fromIdleDays: Int32Array.from(days), rentPerDay: Float64Array.from(rents), firstWaiting };
}

/** A restore, its retrieval, and a day of the copy in the base class. */
function restoreDay(book: PriceBook, prices: StorageClassPrices, sizeGb: number): number {
  const speed = prices.restore?.["standard"];
  if (!speed) throw new RangeError("the standard restore is not in the price book");
  const copyDay = (sizeGb * marginalStorageRate(baseClass(book).storage, 0)) / DAYS_PER_MONTH;
  return (
    amount(speed.perThousand, "restore request") / 1000 + sizeGb * amount(speed.perGb, "restore retrieval") + copyDay
  );
}

function moveCosts(
  book: PriceBook,
  names: readonly string[],
  prices: readonly StorageClassPrices[],
  sizeGb: number,
  mover: Mover,
): Float64Array {
  const costs = new Float64Array(prices.length * prices.length);
  prices.forEach((from, row) => {
    prices.forEach((to, column) => {
      if (row === column) return;
      const into = mover === "lifecycle" ? (to.transitionInto ?? to.put) : to.put;
      const enter = amount(into, "put") / 1000;
      const readsNothing = mover === "lifecycle" && from.transitionsTo.includes(names[column] ?? "");
      costs[row * prices.length + column] = readsNothing ? enter : enter + copyOut(from, sizeGb);
    });
  });
  return costs;
}

/** Reading an object out of its class once: request, retrieval, and the restore where one is needed. */
function copyOut(from: StorageClassPrices, sizeGb: number): number {
  const speed = from.restore?.["standard"];
  const perGb = speed ? amount(speed.perGb, "restore retrieval") : amount(from.retrieval, "retrieval");
  const restore = speed ? amount(speed.perThousand, "restore request") / 1000 : 0;
  return sizeGb * perGb + amount(from.get, "get") / 1000 + restore;
}
