/**
 * The expected bill: what keeping an object in a class costs a month, and what a move costs once.
 * Sums are doubles in micro-dollars, never rounded; a price that is not known makes the whole sum unknown (`null`).
 * Rules and formulae: S3 pricing page as recorded in the price book; minimum sizes, overheads and minimum days are
 * fields of the class.
 */
import { type PriceBook, type StorageClassPrices, baseClass, managedClass, marginalStorageRate } from "./price-book.ts";
import { DAYS_PER_MONTH, GB_BYTES, MICROS_PER_DOLLAR } from "./units.ts";

export interface ExpectedUse {
  readonly sizeBytes: number;
  /** Full reads of the object a month. */
  readonly readsPerMonth: number;
  /** Days a month with at least one read: an archived object is restored once on each. */
  readonly readDaysPerMonth: number;
}

/** Lines of one month in micro-dollars, not rounded; `totalMicros` is their sum. */
export interface MonthlyBill {
  readonly storageMicros: number;
  readonly monitoringMicros: number;
  readonly requestsMicros: number;
  readonly retrievalMicros: number;
  readonly totalMicros: number;
}

/** Bytes the provider bills at the class's own rate for an object of `sizeBytes`. */
export function billedBytes(prices: StorageClassPrices, sizeBytes: number): number {
  return Math.max(sizeBytes, prices.minimumBilledBytes) + prices.overheadBytes;
}

/** Rent of one object in micros a month: padding and overheads included, reads not. */
export function rentMicrosPerMonth(
  book: PriceBook,
  prices: StorageClassPrices,
  sizeBytes: number,
  accountGb = 0,
): number {
  const own = (billedBytes(prices, sizeBytes) / GB_BYTES) * marginalStorageRate(prices.storage, accountGb);
  const atBase = (prices.baseOverheadBytes / GB_BYTES) * marginalStorageRate(baseClass(book).storage, accountGb);
  return (own + atBase) * MICROS_PER_DOLLAR;
}

/** The restore a reader is taken to use where none is named. */
export const DEFAULT_RESTORE_SPEED = "standard";

/**
 * One month of the object in a class at a stated use.
 * @returns `null` when a price that the sum needs is unknown.
 */
export function monthlyBill(book: PriceBook, className: string, use: ExpectedUse): MonthlyBill | null {
  const prices = managedClass(book, className);
  if (!prices) return null;
  const gb = use.sizeBytes / GB_BYTES;
  const reading = prices.restore ? restoredReading(book, prices, gb, use) : onlineReading(prices, gb, use);
  if (!reading) return null;
  const monitoringMicros = monitoringMicrosPerMonth(prices, use.sizeBytes);
  const storageMicros = rentMicrosPerMonth(book, prices, use.sizeBytes);
  return {
    storageMicros,
    monitoringMicros,
    ...reading,
    totalMicros: storageMicros + monitoringMicros + reading.requestsMicros + reading.retrievalMicros,
  };
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
  if (!speed?.perThousand || !speed.perGb || !prices.get) return null;
  const copyDay = (gb * marginalStorageRate(baseClass(book).storage, 0)) / DAYS_PER_MONTH;
  const perDay = speed.perGb.amount * gb + copyDay;
  const requests = use.readDaysPerMonth * speed.perThousand.amount + use.readsPerMonth * prices.get.amount;
  return {
    requestsMicros: (requests * MICROS_PER_DOLLAR) / 1000,
    retrievalMicros: use.readDaysPerMonth * perDay * MICROS_PER_DOLLAR,
  };
}

/** The requests that one verified copy makes besides the copy itself: a HEAD before and a HEAD after. */
const HEADS_AT_SOURCE = 1;
const HEADS_AT_DESTINATION = 1;

export interface MoveFee {
  /** COPY and HEAD requests. */
  readonly requestsMicros: number;
  /** Reading the source out of its class, a restore included. */
  readonly retrievalMicros: number;
  /** What remains of the source class's minimum duration. */
  readonly earlyDeletionMicros: number;
  /** Rent of the noncurrent version that a copy leaves on a versioned bucket until it expires. */
  readonly noncurrentMicros: number;
  readonly totalMicros: number;
}

export interface CopyMove {
  readonly from: string;
  readonly to: string;
  readonly sizeBytes: number;
  readonly daysHeld: number;
  /** Days the noncurrent version stays; 0 on a bucket without versioning. */
  readonly noncurrentDays: number;
}

/** A copy to itself: what it costs once to move an object between classes. @returns `null` when a price is unknown. */
export function copyFee(book: PriceBook, move: CopyMove): MoveFee | null {
  const source = managedClass(book, move.from);
  const target = managedClass(book, move.to);
  if (!source?.get || !target?.put || !target.get) return null;
  const gb = move.sizeBytes / GB_BYTES;
  const perThousand =
    target.put.amount + HEADS_AT_SOURCE * source.get.amount + HEADS_AT_DESTINATION * target.get.amount;
  const out = source.restore ? restoreOut(book, source, gb) : plainOut(source, gb);
  if (!out) return null;
  const rentPerDay = rentMicrosPerMonth(book, source, move.sizeBytes) / DAYS_PER_MONTH;
  // A version that stays noncurrent goes on serving its minimum, so only what is left after that is owed.
  const earlyDeletionMicros = rentPerDay * Math.max(0, source.minimumDays - move.daysHeld - move.noncurrentDays);
  const noncurrentMicros = rentPerDay * move.noncurrentDays;
  const requestsMicros = ((perThousand + out.perThousand) * MICROS_PER_DOLLAR) / 1000;
  const retrievalMicros = out.once * MICROS_PER_DOLLAR;
  return {
    requestsMicros,
    retrievalMicros,
    earlyDeletionMicros,
    noncurrentMicros,
    totalMicros: requestsMicros + retrievalMicros + earlyDeletionMicros + noncurrentMicros,
  };
}

interface WayOut {
  readonly perThousand: number;
  readonly once: number;
}

function plainOut(source: StorageClassPrices, gb: number): WayOut | null {
  return source.retrieval ? { perThousand: 0, once: gb * source.retrieval.amount } : null;
}

/** A restored copy is kept at least a day; the copy request reads it as a GET does. */
function restoreOut(book: PriceBook, source: StorageClassPrices, gb: number): WayOut | null {
  const speed = source.restore?.[DEFAULT_RESTORE_SPEED];
  if (!speed?.perThousand || !speed.perGb) return null;
  const copyDay = (gb * marginalStorageRate(baseClass(book).storage, 0)) / DAYS_PER_MONTH;
  return { perThousand: speed.perThousand.amount, once: gb * speed.perGb.amount + copyDay };
}

/** One full read out of a class: request, retrieval, and the restore where one is needed. @returns `null` when unknown. */
export function readOnceMicros(book: PriceBook, className: string, sizeBytes: number): number | null {
  const prices = managedClass(book, className);
  if (!prices) return null;
  const reading = { sizeBytes, readsPerMonth: 1, readDaysPerMonth: 1 };
  const bill = monthlyBill(book, className, reading);
  return bill && bill.requestsMicros + bill.retrievalMicros;
}
