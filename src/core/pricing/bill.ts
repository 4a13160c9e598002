/**
 * The expected bill: what keeping an object in a class and reading it costs a month.
 * Sums are doubles in micro-dollars, never rounded; a price that is not known makes the whole sum unknown (`null`).
 * Rules and formulae: S3 pricing page as recorded in the price book; minimum sizes, overheads and minimum days are
 * fields of the class.
 */
import { type IdleWindow, type InnerShare, innerTierShares, isMonitoredSize } from "./inner-tiers.ts";
import { type PriceBook, type StorageClassPrices, baseClass, managedClass, marginalStorageRate } from "./price-book.ts";
import {
  DEFAULT_RESTORE_SPEED,
  baseOverheadDollars,
  copyDayDollars,
  hasKnownRent,
  rentMicrosPerMonth,
} from "./rent.ts";
import { GB_BYTES, MICROS_PER_DOLLAR } from "../units.ts";

export { type CopyMove, type MoveFee, copyFee } from "./move-fee.ts";
export { DEFAULT_RESTORE_SPEED, billedBytes, rentMicrosPerMonth } from "./rent.ts";

export interface ExpectedUse {
  readonly sizeBytes: number;
  /** Full reads of the object a month. */
  readonly readsPerMonth: number;
  /** Days a month with at least one read: an archived object is restored once on each, a cooling one warmed. */
  readonly readDaysPerMonth: number;
  /** GB that the account already stores: which band of a progressive price the object falls into; 0 where absent. */
  readonly accountGb?: number | undefined;
  /** The days a class that cools by idle time is averaged over; without it, the long run. */
  readonly window?: IdleWindow | undefined;
  /** Archive tiers of such a class that are switched on, by name. */
  readonly archiveTiers?: readonly string[] | undefined;
}

/** Lines of one month in micro-dollars, not rounded; `totalMicros` is their sum. */
export interface MonthlyBill {
  readonly storageMicros: number;
  readonly monitoringMicros: number;
  readonly requestsMicros: number;
  readonly retrievalMicros: number;
  readonly totalMicros: number;
}

/**
 * One month of the object in a class at a stated use.
 * @returns `null` when a price that the sum needs is unknown, or the class is not one that Astra moves objects into.
 */
export function monthlyBill(book: PriceBook, className: string, use: ExpectedUse): MonthlyBill | null {
  const prices = managedClass(book, className);
  return prices ? classBill(book, prices, use) : null;
}

/** As {@link monthlyBill}, for any class of the book: also one that is a setting of a whole account or bucket. */
export function classBill(book: PriceBook, prices: StorageClassPrices, use: ExpectedUse): MonthlyBill | null {
  const gb = use.sizeBytes / GB_BYTES;
  const reading = prices.restore ? restoredReading(book, prices, gb, use) : onlineReading(prices, gb, use);
  const storageMicros = expectedRent(book, prices, use);
  if (!reading || storageMicros === null) return null;
  const monitoringMicros = monitoringMicrosPerMonth(prices, use.sizeBytes);
  return {
    storageMicros,
    monitoringMicros,
    ...reading,
    totalMicros: storageMicros + monitoringMicros + reading.requestsMicros + reading.retrievalMicros,
  };
}

/** Rent in the inner tiers by the share of days in each; in the class itself where it has none or the object is too small. */
function expectedRent(book: PriceBook, prices: StorageClassPrices, use: ExpectedUse): number | null {
  if (!prices.innerTiers || !isMonitoredSize(prices, use.sizeBytes)) {
    return hasKnownRent(book, prices) ? rentMicrosPerMonth(book, prices, use.sizeBytes, use.accountGb) : null;
  }
  let micros = 0;
  for (const each of innerTierShares(prices, use)) {
    if (each.share === 0) continue;
    const rent = innerRent(book, each, use);
    if (rent === null) return null;
    micros += each.share * rent;
  }
  return micros;
}

function innerRent(book: PriceBook, { tier }: InnerShare, { sizeBytes, accountGb = 0 }: ExpectedUse): number | null {
  const [own, atBase] = "overheadBytes" in tier ? [tier.overheadBytes, tier.baseOverheadBytes] : [0, 0];
  if (tier.storage.length === 0 || (atBase > 0 && baseClass(book).storage.length === 0)) return null;
  const dollars = ((sizeBytes + own) / GB_BYTES) * marginalStorageRate(tier.storage, accountGb);
  return (dollars + baseOverheadDollars(book, atBase, accountGb)) * MICROS_PER_DOLLAR;
}

function monitoringMicrosPerMonth(prices: StorageClassPrices, sizeBytes: number): number {
  if (!prices.monitoring || sizeBytes < prices.monitoring.fromBytes) return 0;
  return (prices.monitoring.perThousand.amount / 1000) * MICROS_PER_DOLLAR;
}

type Reading = Pick<MonthlyBill, "requestsMicros" | "retrievalMicros">;

function onlineReading(prices: StorageClassPrices, gb: number, use: ExpectedUse): Reading | null {
  if (use.readsPerMonth === 0) return { requestsMicros: 0, retrievalMicros: 0 };
  if (!prices.get || !prices.retrieval) return null;
  return {
    requestsMicros: (use.readsPerMonth * prices.get.amount * MICROS_PER_DOLLAR) / 1000,
    retrievalMicros: use.readsPerMonth * gb * prices.retrieval.amount * MICROS_PER_DOLLAR,
  };
}

/** A day with reads pays one restore and one day of a copy in the base class; the reads themselves are plain GETs. */
function restoredReading(book: PriceBook, prices: StorageClassPrices, gb: number, use: ExpectedUse): Reading | null {
  if (use.readsPerMonth === 0) return { requestsMicros: 0, retrievalMicros: 0 };
  const speed = prices.restore?.[DEFAULT_RESTORE_SPEED];
  const copyDay = copyDayDollars(book, gb, use.accountGb);
  if (!speed?.perThousand || !speed.perGb || !prices.get || copyDay === null) return null;
  const perDay = speed.perGb.amount * gb + copyDay;
  const requests = use.readDaysPerMonth * speed.perThousand.amount + use.readsPerMonth * prices.get.amount;
  return {
    requestsMicros: (requests * MICROS_PER_DOLLAR) / 1000,
    retrievalMicros: use.readDaysPerMonth * perDay * MICROS_PER_DOLLAR,
  };
}

/** One full read out of a class: request, retrieval, and the restore where one is needed. @returns `null` when unknown. */
export function readOnceMicros(book: PriceBook, className: string, sizeBytes: number): number | null {
  const prices = managedClass(book, className);
  if (!prices) return null;
  const reading = { sizeBytes, readsPerMonth: 1, readDaysPerMonth: 1 };
  const bill = monthlyBill(book, className, reading);
  return bill && bill.requestsMicros + bill.retrievalMicros;
}
