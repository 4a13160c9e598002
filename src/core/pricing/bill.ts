/**
 * The expected bill: what keeping an object in a class and reading it costs a month.
 * Sums are doubles in micro-dollars, never rounded; a price that is not known makes the whole sum unknown (`null`).
 * Rules and formulae: S3 pricing page as recorded in the price book; minimum sizes, overheads and minimum days are
 * fields of the class.
 */
import {
  type ClassRates,
  compileRates,
  copyDayDollarsAt,
  innerRentMicros,
  plainRentMicros,
  ratesOf,
} from "./class-rates.ts";
import { type IdleWindow, idleShare } from "./inner-tiers.ts";
import type { PriceBook, StorageClassPrices } from "./price-book.ts";
import { DAYS_PER_MONTH, GB_BYTES, MICROS_PER_DOLLAR } from "../units.ts";

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
  const rates = ratesOf(book).managed.get(className);
  return rates ? billOf(ratesFor(book, rates, use), use) : null;
}

/** As {@link monthlyBill}, for any class of the book: also one that is a setting of a whole account or bucket. */
export function classBill(book: PriceBook, prices: StorageClassPrices, use: ExpectedUse): MonthlyBill | null {
  return billOf(compileRates(book, "", prices, use), use);
}

function ratesFor(book: PriceBook, rates: ClassRates, use: ExpectedUse): ClassRates {
  const isUsual = !use.accountGb && use.archiveTiers === undefined;
  return isUsual ? rates : compileRates(book, rates.name, rates.prices, use);
}

/** As {@link monthlyBill}, of a class whose rates are at hand. */
export function billOf(rates: ClassRates, use: ExpectedUse): MonthlyBill | null {
  const storage = storageMicros(rates, use);
  const monitoring = monitoringMicros(rates, use);
  const requests = requestsMicros(rates, use);
  const retrieval = retrievalMicros(rates, use);
  const totalMicros = storage + monitoring + requests + retrieval;
  if (Number.isNaN(totalMicros)) return null;
  return {
    storageMicros: storage,
    monitoringMicros: monitoring,
    requestsMicros: requests,
    retrievalMicros: retrieval,
    totalMicros,
  };
}

/** What the lines of {@link monthlyBill} add up to, without making any; NaN where a price is unknown. */
export function monthTotalMicros(rates: ClassRates, use: ExpectedUse): number {
  return (
    storageMicros(rates, use) + monitoringMicros(rates, use) + requestsMicros(rates, use) + retrievalMicros(rates, use)
  );
}

/** Rent in the inner tiers by the share of days in each; in the class itself where it has none or the object is too small. */
function storageMicros(rates: ClassRates, use: ExpectedUse): number {
  const { sizeBytes, readDaysPerMonth, window } = use;
  if (sizeBytes < rates.movedFrom) return plainRentMicros(rates, sizeBytes);
  const { inner } = rates;
  const perDay = readDaysPerMonth / DAYS_PER_MONTH;
  let micros = 0;
  let reached = idleShare(inner[0]?.idleDays ?? 0, perDay, window);
  for (let index = 0; index < inner.length; index += 1) {
    const [tier, next] = [inner[index], inner[index + 1]];
    const left = next ? idleShare(next.idleDays, perDay, window) : 0;
    const share = reached - left;
    if (tier && share !== 0) micros += share * innerRentMicros(tier, sizeBytes);
    reached = left;
  }
  return micros;
}

function monitoringMicros(rates: ClassRates, { sizeBytes }: ExpectedUse): number {
  return sizeBytes < rates.monitoredFrom ? 0 : rates.monitoringMicros;
}

/** Reads are plain GETs; out of an archive each day with reads pays one restore besides. */
function requestsMicros(rates: ClassRates, { readsPerMonth, readDaysPerMonth }: ExpectedUse): number {
  if (readsPerMonth === 0) return 0;
  if (!rates.isRestored) return (readsPerMonth * rates.get * MICROS_PER_DOLLAR) / 1000;
  const requests = readDaysPerMonth * rates.restore + readsPerMonth * rates.get;
  return (requests * MICROS_PER_DOLLAR) / 1000;
}

/** Out of an archive a day with reads pays one retrieval and one day of a copy in the base class. */
function retrievalMicros(rates: ClassRates, { sizeBytes, readsPerMonth, readDaysPerMonth }: ExpectedUse): number {
  if (readsPerMonth === 0) return 0;
  const gb = sizeBytes / GB_BYTES;
  if (!rates.isRestored) return readsPerMonth * gb * rates.retrievalPerGb * MICROS_PER_DOLLAR;
  const perDay = rates.restorePerGb * gb + copyDayDollarsAt(rates, gb);
  return readDaysPerMonth * perDay * MICROS_PER_DOLLAR;
}

/** One full read out of a class: request, retrieval, and the restore where one is needed. @returns `null` when unknown. */
export function readOnceMicros(book: PriceBook, className: string, sizeBytes: number): number | null {
  const rates = ratesOf(book).managed.get(className);
  if (!rates) return null;
  const reading = { sizeBytes, readsPerMonth: 1, readDaysPerMonth: 1 };
  if (Number.isNaN(monthTotalMicros(rates, reading))) return null;
  return requestsMicros(rates, reading) + retrievalMicros(rates, reading);
}
