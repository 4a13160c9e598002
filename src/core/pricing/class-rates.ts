/**
 * The prices of a class as plain numbers, taken out of the book once: a batch asks for them a million times a second.
 * A price that is not known is NaN here, and so is every sum that needs it; where sums leave the pricing they are `null`.
 */
import { activeTiers } from "./inner-tiers.ts";
import {
  type PriceBook,
  type StorageBand,
  type StorageClassPrices,
  baseClass,
  marginalStorageRate,
} from "./price-book.ts";
import { DAYS_PER_MONTH, GB_BYTES, MICROS_PER_DOLLAR } from "../units.ts";

/** The restore a reader is taken to use where none is named. */
export const DEFAULT_RESTORE_SPEED = "standard";

/** What rent goes by: dollars per GB-month at the margin, and dollars a month that an object costs at the base class's rate. */
interface RentRates {
  readonly gbMonth: number;
  readonly overheadBytes: number;
  readonly baseOverhead: number;
}

/** An inner tier of a class that cools by idle time. */
export interface InnerRates extends RentRates {
  readonly idleDays: number;
}

/** Dollars, per thousand where requests are meant. */
export interface ClassRates extends RentRates {
  readonly name: string;
  readonly prices: StorageClassPrices;
  readonly minimumBilledBytes: number;
  readonly minimumDays: number;
  /** Micro-dollars a month of a monitored object, and the size from which one is. */
  readonly monitoringMicros: number;
  readonly monitoredFrom: number;
  /** Empty where the class has none. */
  readonly inner: readonly InnerRates[];
  /** Size from which the provider moves objects among the inner tiers. */
  readonly movedFrom: number;
  readonly put: number;
  readonly get: number;
  readonly transitionInto: number;
  readonly retrievalPerGb: number;
  /** Objects are restored before they are read. */
  readonly isRestored: boolean;
  readonly restore: number;
  readonly restorePerGb: number;
  /** Dollars per GB-month in the base class, where a restored copy lies. */
  readonly copyGbMonth: number;
  /** Writes to the base class, where the parts of a copy to an archive lie. */
  readonly basePut: number;
  /** Copies to other classes, as far as they were asked for. */
  readonly copiesTo: Map<string, CopyRates>;
}

/** Dollars of a copy of an object that one request copies and that needs no restore. */
export interface CopyRates {
  readonly requests: number;
  /** With the ACL read on both sides. */
  readonly requestsWithAcl: number;
}

/** What the rates depend on besides the book. */
export interface RateTerms {
  /** GB that the account already stores: which band of a progressive price counts. */
  readonly accountGb?: number | undefined;
  /** Archive tiers that are switched on, by name. */
  readonly archiveTiers?: readonly string[] | undefined;
}

/** Takes the rates of a class out of its book. */
export function compileRates(
  book: PriceBook,
  name: string,
  prices: StorageClassPrices,
  { accountGb = 0, archiveTiers }: RateTerms = {},
): ClassRates {
  const rateOf = (bands: readonly StorageBand[]): number =>
    bands.length === 0 ? Number.NaN : marginalStorageRate(bands, accountGb);
  const base = baseClass(book);
  const baseRate = rateOf(base.storage);
  const atBase = (bytes: number): number => (bytes === 0 ? 0 : (bytes / GB_BYTES) * baseRate);
  const { monitoring, retrieval, put, get, transitionInto, minimumBilledBytes, minimumDays, overheadBytes } = prices;
  const speed = prices.restore?.[DEFAULT_RESTORE_SPEED];
  return {
    name,
    prices,
    gbMonth: rateOf(prices.storage),
    minimumBilledBytes,
    minimumDays,
    overheadBytes,
    baseOverhead: atBase(prices.baseOverheadBytes),
    monitoringMicros: monitoring ? (monitoring.perThousand.amount / 1000) * MICROS_PER_DOLLAR : 0,
    monitoredFrom: monitoring?.fromBytes ?? Infinity,
    inner: prices.innerTiers
      ? activeTiers(prices, archiveTiers).map((tier): InnerRates => {
          const [own, below] = "overheadBytes" in tier ? [tier.overheadBytes, tier.baseOverheadBytes] : [0, 0];
          return {
            idleDays: tier.idleDays,
            gbMonth: rateOf(tier.storage),
            overheadBytes: own,
            baseOverhead: atBase(below),
          };
        })
      : [],
    movedFrom: prices.innerTiers ? (monitoring?.fromBytes ?? 0) : Infinity,
    put: put?.amount ?? Number.NaN,
    get: get?.amount ?? Number.NaN,
    transitionInto: transitionInto?.amount ?? Number.NaN,
    retrievalPerGb: retrieval?.amount ?? Number.NaN,
    isRestored: prices.restore !== undefined,
    restore: speed?.perThousand?.amount ?? Number.NaN,
    restorePerGb: speed?.perGb?.amount ?? Number.NaN,
    copyGbMonth: baseRate,
    basePut: base.put?.amount ?? Number.NaN,
    copiesTo: new Map(),
  };
}

/** Micro-dollars a month of rent outside inner tiers, padding and overheads included. */
export function plainRentMicros(rates: ClassRates, sizeBytes: number): number {
  const own = ((Math.max(sizeBytes, rates.minimumBilledBytes) + rates.overheadBytes) / GB_BYTES) * rates.gbMonth;
  return (own + rates.baseOverhead) * MICROS_PER_DOLLAR;
}

/** Micro-dollars a month of rent in an inner tier. */
export function innerRentMicros(tier: InnerRates, sizeBytes: number): number {
  return (((sizeBytes + tier.overheadBytes) / GB_BYTES) * tier.gbMonth + tier.baseOverhead) * MICROS_PER_DOLLAR;
}

/** Dollars of a day of a restored copy in the base class. */
export function copyDayDollarsAt(rates: ClassRates, gb: number): number {
  return (gb * rates.copyGbMonth) / DAYS_PER_MONTH;
}

const books = new WeakMap<PriceBook, BookRates>();
let lastBook: PriceBook | null = null;
let lastRates: BookRates | null = null;

/** The rates of a book's managed classes, compiled when they are first asked for. */
export function ratesOf(book: PriceBook): BookRates {
  if (lastRates && lastBook === book) return lastRates;
  const found = books.get(book) ?? new BookRates(book);
  books.set(book, found);
  lastBook = book;
  lastRates = found;
  return found;
}

/** See {@link ratesOf}. */
export class BookRates {
  /** By name; classes that Astra leaves alone are not among them. */
  readonly managed: ReadonlyMap<string, ClassRates>;

  constructor(book: PriceBook) {
    const managed = Object.entries(book.classes).filter(([, prices]) => prices.managed);
    this.managed = new Map(managed.map(([name, prices]) => [name, compileRates(book, name, prices)]));
  }
}
