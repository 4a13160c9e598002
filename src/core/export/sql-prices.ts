/**
 * Bills and fees as SQL, from the same price book and in the same order of operations as `core/pricing/`: sums differ in the
 * last bits at most. What depends on the calendar is worked out here, as a query decides at one instant. Columns that are
 * asked for: `size`, `storage_class`, `days_in_class`.
 */
import { calendarMonths } from "../pricing/calendar-fee.ts";
import { activeTiers } from "../pricing/inner-tiers.ts";
import {
  type PriceBook,
  type StorageClassPrices,
  baseClass,
  managedClass,
  marginalStorageRate,
} from "../pricing/price-book.ts";
import { COPY_RANGE_BYTES, LOOKS_IN_PARTS, MAX_COPY_BYTES, MAX_PARTS } from "../pricing/move-fee.ts";
import { DEFAULT_RESTORE_SPEED } from "../pricing/rent.ts";
import { DAYS_PER_MONTH, GB_BYTES, MICROS_PER_DOLLAR, MS_PER_DAY, calendarMonthMs } from "../units.ts";
import { type SqlStep, cases, double } from "./sql-text.ts";

/** What an object is used for, as SQL of doubles. */
export interface SqlUse {
  readonly reads: string;
  readonly readDays: string;
  /** Days since the last read in the present class; elsewhere the clock begins anew. */
  readonly idleDays: string;
  readonly horizonDays: number;
}

/** Managed classes in the book's order. */
export function managedNames(book: PriceBook): readonly string[] {
  return Object.keys(book.classes).filter((name) => managedClass(book, name));
}

/** Classes that a query can move objects out of: without a restore before the copy. */
export function readableNames(book: PriceBook): readonly string[] {
  return managedNames(book).filter((name) => !managedClass(book, name)?.restore);
}

const UNKNOWN = double(null);

function rentMicros(book: PriceBook, prices: StorageClassPrices): string {
  const { storage, minimumBilledBytes, overheadBytes, baseOverheadBytes } = prices;
  const base = baseClass(book).storage;
  if (storage.length === 0 || (baseOverheadBytes > 0 && base.length === 0)) return UNKNOWN;
  const billed = `(greatest(size, ${double(minimumBilledBytes)}) + ${double(overheadBytes)})`;
  const own = `${billed} / ${double(GB_BYTES)} * ${double(marginalStorageRate(storage, 0))}`;
  const atBase = baseOverheadBytes === 0 ? 0 : (baseOverheadBytes / GB_BYTES) * marginalStorageRate(base, 0);
  return `((${own} + ${double(atBase)}) * ${double(MICROS_PER_DOLLAR)})`;
}

/** A month in a class, in micros; NULL where a price is unknown. */
export function billSql(book: PriceBook, name: string, use: SqlUse): string {
  const prices = managedClass(book, name);
  if (!prices) return UNKNOWN;
  const isRead = `${use.reads} = ${double(0)}`;
  const reading = cases([[isRead, double(0)]], prices.restore ? restored(book, prices, use) : online(prices, use));
  return `(${storageMicros(book, name, prices, use)} + ${monitoringMicros(prices)} + ${reading})`;
}

function monitoringMicros({ monitoring }: StorageClassPrices): string {
  if (!monitoring) return double(0);
  const fee = (monitoring.perThousand.amount / 1000) * MICROS_PER_DOLLAR;
  return cases([[`size < ${double(monitoring.fromBytes)}`, double(0)]], double(fee));
}

function online({ get, retrieval }: StorageClassPrices, { reads }: SqlUse): string {
  if (!get || !retrieval) return UNKNOWN;
  const micros = double(MICROS_PER_DOLLAR);
  const requests = `${reads} * ${double(get.amount)} * ${micros} / ${double(1000)}`;
  return `${requests} + ${reads} * (size / ${double(GB_BYTES)}) * ${double(retrieval.amount)} * ${micros}`;
}

function restored(book: PriceBook, prices: StorageClassPrices, { reads, readDays }: SqlUse): string {
  const speed = prices.restore?.[DEFAULT_RESTORE_SPEED];
  const { storage } = baseClass(book);
  if (!speed?.perThousand || !speed.perGb || !prices.get || storage.length === 0) return UNKNOWN;
  const gb = `(size / ${double(GB_BYTES)})`;
  const perDay = `(${double(speed.perGb.amount)} * ${gb} + ${gb} * ${double(marginalStorageRate(storage, 0))} / ${double(DAYS_PER_MONTH)})`;
  const requests = `(${readDays} * ${double(speed.perThousand.amount)} + ${reads} * ${double(prices.get.amount)})`;
  const micros = double(MICROS_PER_DOLLAR);
  return `${requests} * ${micros} / ${double(1000)} + ${readDays} * ${perDay} * ${micros}`;
}

function storageMicros(book: PriceBook, name: string, prices: StorageClassPrices, use: SqlUse): string {
  if (!prices.innerTiers) return rentMicros(book, prices);
  const tiers = activeTiers(prices);
  const rate = `(${use.readDays} / ${double(DAYS_PER_MONTH)})`;
  const idle = `(CASE WHEN storage_class = '${name}' THEN ${use.idleDays} ELSE ${double(0)} END)`;
  const reached = tiers.map(({ idleDays }) => idleShareSql(idleDays, rate, idle, use.horizonDays));
  const shares = tiers.map((tier, index) => {
    if (tier.storage.length === 0) return UNKNOWN;
    const share = `(${reached[index] ?? double(0)} - ${reached[index + 1] ?? double(0)})`;
    const dollars = `(size / ${double(GB_BYTES)}) * ${double(marginalStorageRate(tier.storage, 0))}`;
    return `${share} * (${dollars} * ${double(MICROS_PER_DOLLAR)})`;
  });
  const cooled = `(${shares.join(" + ")})`;
  const { monitoring } = prices;
  if (!monitoring) return cooled;
  return `(${cases([[`size < ${double(monitoring.fromBytes)}`, rentMicros(book, prices)]], cooled)})`;
}

/** Below this rate a day the integral is taken by its series: e^x − 1 would lose its digits. */
const SMALL_RATE = 1e-6;

/** As `idleShare` of `pricing/inner-tiers.ts`, over a window. */
function idleShareSql(days: number, rate: string, idle: string, horizonDays: number): string {
  const horizon = double(horizonDays);
  const since = `least(${horizon}, greatest(${double(0)}, ${double(days)} - ${idle}))`;
  const from = Math.min(days, horizonDays);
  const untouched = decaySql(rate, since, horizon);
  const later = decaySql(rate, double(from), horizon);
  const read = from === horizonDays ? double(0) : `exp(-${rate} * ${double(days)}) * ${double(horizonDays - from)}`;
  const share = `(${untouched} + (${read} - ${later})) / ${horizon}`;
  return `least(${double(1)}, greatest(${double(0)}, ${share}))`;
}

function decaySql(rate: string, from: string, to: string): string {
  const length = `(${to} - ${from})`;
  const series = `${length} - ${rate} * (${to} * ${to} - ${from} * ${from}) / ${double(2)}`;
  const exact = `exp(-${rate} * ${from}) * (${double(1)} - exp(-${rate} * ${length})) / ${rate}`;
  return `(${cases([[`${rate} < ${double(SMALL_RATE)}`, series]], exact)})`;
}

/** What a move is charged for besides prices. */
export interface SqlFeeTerms {
  /** Days that the version behind the copy stays. */
  readonly noncurrentDays: number;
  readonly readsAcl: boolean;
  /** Fees fall into calendar months from this instant on; `null` for average months. */
  readonly atMs: number | null;
}

/** What a copy costs by the class it comes from: NULL where a price is unknown, or the object has to be restored first. */
export function sourceStep(book: PriceBook): SqlStep {
  const bySource = (value: (prices: StorageClassPrices) => string): string =>
    cases(
      readableNames(book).flatMap((name): [string, string][] => {
        const prices = managedClass(book, name);
        return prices ? [[`storage_class = '${name}'`, value(prices)]] : [];
      }),
      UNKNOWN,
    );
  return {
    name: "sourced",
    columns: {
      source_get: bySource(({ get }) => double(get?.amount ?? null)),
      source_retrieval: bySource(({ retrieval }) => double(retrieval?.amount ?? null)),
      source_days: bySource(({ minimumDays }) => double(minimumDays)),
      source_rent: bySource((prices) => rentMicros(book, prices)),
    },
  };
}

/**
 * The copy of an object out of its present class into another, in micros; NULL where a price is unknown or S3 refuses it. Asks
 * for the columns of {@link sourceStep}.
 */
export function feeSql(book: PriceBook, to: string, terms: SqlFeeTerms): string {
  const target = managedClass(book, to);
  if (!target?.put || !target.get) return UNKNOWN;
  const refused = readableNames(book).filter((from) => managedClass(book, from)?.copyRefusedTo?.includes(to));
  const staging = target.restore ? baseClass(book).put : target.put;
  const range = `greatest(${double(COPY_RANGE_BYTES)}, ceil(size / ${double(MAX_PARTS)}))`;
  const parts = `(ceil(size / ${range}) + ${double(1)})`;
  const inParts = staging
    ? `${double(target.put.amount)} + ${parts} * ${double(staging.amount)} + ${double(LOOKS_IN_PARTS)} * source_get`
    : UNKNOWN;
  const copy = cases([[`size <= ${double(MAX_COPY_BYTES)}`, double(target.put.amount)]], inParts);
  const heads = `(source_get + ${double(target.get.amount)}) * ${double(terms.readsAcl ? 2 : 1)}`;
  const requests = `((${copy}) / ${double(1000)} + ${heads} / ${double(1000)})`;
  const retrieval = `size / ${double(GB_BYTES)} * source_retrieval`;
  const fee = `((${requests} + ${retrieval}) * ${double(MICROS_PER_DOLLAR)} + ${rentFees(terms)})`;
  const barred = [to, ...refused].map((from): [string, string] => [`storage_class = '${from}'`, UNKNOWN]);
  return `(${cases(barred, fee)})`;
}

/** What is left of the source's minimum duration, and the version that stays behind, as rent of the source. */
function rentFees({ noncurrentDays, atMs }: SqlFeeTerms): string {
  const goneMs = atMs === null ? 0 : goneAt(atMs, noncurrentDays);
  const stays = atMs === null ? noncurrentDays : (goneMs - atMs) / MS_PER_DAY;
  const early = atMs === null ? 1 : (DAYS_PER_MONTH * MS_PER_DAY) / calendarMonthMs(goneMs);
  const behind = stays === 0 || atMs === null ? stays : calendarMonths(atMs, goneMs) * DAYS_PER_MONTH;
  const left = `(source_days - days_in_class - ${double(stays)})`;
  const perDay = `source_rent / ${double(DAYS_PER_MONTH)}`;
  const owed = cases([[`${left} <= ${double(0)}`, double(0)]], `${perDay} * ${left} * ${double(early)}`);
  return behind === 0 ? `(${owed})` : `(${owed}) + ${perDay} * ${double(behind)}`;
}

/** Noncurrent versions go at midnight (UTC). */
function goneAt(atMs: number, noncurrentDays: number): number {
  if (noncurrentDays === 0) return atMs;
  return Math.ceil((atMs + noncurrentDays * MS_PER_DAY) / MS_PER_DAY) * MS_PER_DAY;
}
