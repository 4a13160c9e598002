/**
 * What a move costs once, item by item. Sums are doubles in micro-dollars, never rounded; a price that is not known makes the
 * whole sum unknown (`null`).
 */
import {
  type ClassRates,
  type CopyRates,
  DEFAULT_RESTORE_SPEED,
  copyDayDollarsAt,
  plainRentMicros,
  ratesOf,
} from "./class-rates.ts";
import type { FeeItem, PriceBook } from "./price-book.ts";
import { DAYS_PER_MONTH, GB_BYTES, MICROS_PER_DOLLAR } from "../units.ts";

export interface MoveFee {
  /** Requests: COPY and HEAD, a write or transition at the destination, a tagging. */
  readonly requestsMicros: number;
  /** Reading the source out of its class, a restore included. */
  readonly retrievalMicros: number;
  /** What remains of the source class's minimum duration. */
  readonly earlyDeletionMicros: number;
  /** Rent of the noncurrent version that a copy leaves on a versioned bucket until it expires. */
  readonly noncurrentMicros: number;
  /** Rent of the tag that a lifecycle rule waits for. */
  readonly tagMicros: number;
  readonly totalMicros: number;
}

export interface CopyMove {
  readonly from: string;
  readonly to: string;
  readonly sizeBytes: number;
  readonly daysHeld: number;
  /** Days the noncurrent version stays; 0 on a bucket without versioning. */
  readonly noncurrentDays: number;
  /** Days a copy restored for the move is kept; 1 where absent. */
  readonly restoreDays?: number | undefined;
  /** Speed of that restore; the standard one where absent. */
  readonly restoreSpeed?: string | undefined;
  /** The ACL is read before and after the copy, a request each. */
  readonly readsAcl?: boolean | undefined;
}

const COPY_ITEMS: readonly FeeItem[] = ["copy", "heads", "retrieval", "early-deletion", "noncurrent"];

/** A copy to itself: what it costs once to move an object between classes. @returns `null` when a price is unknown. */
export function copyFee(book: PriceBook, move: CopyMove): MoveFee | null {
  const { managed } = ratesOf(book);
  const [source, target] = [managed.get(move.from), managed.get(move.to)];
  if (!source || !target || source.prices.copyRefusedTo?.includes(move.to)) return null;
  return copyFeeBetween(book, source, target, move);
}

/** As {@link copyFee}, between classes whose rates are at hand and that the provider copies between. */
export function copyFeeBetween(
  book: PriceBook,
  source: ClassRates,
  target: ClassRates,
  move: CopyMove,
): MoveFee | null {
  const { sizeBytes, daysHeld, noncurrentDays, readsAcl } = move;
  if (!isPlainCopy(source, sizeBytes)) return feeOf(chargesOf(book, source, target, move, COPY_ITEMS));
  const rates = copyRates(book, source, target);
  return linesOf(
    readsAcl ? rates.requestsWithAcl : rates.requests,
    plainRetrieval(source, sizeBytes),
    rentOfDays(source, sizeBytes, source.minimumDays - daysHeld - noncurrentDays),
    rentOfDays(source, sizeBytes, noncurrentDays),
    0,
  );
}

/**
 * The total of {@link copyFee} without its lines, where the ACL is not read.
 * @returns NaN where a price is unknown or the provider refuses the copy
 */
export function copyTotalMicros(
  book: PriceBook,
  source: ClassRates,
  target: ClassRates,
  sizeBytes: number,
  daysHeld: number,
  noncurrentDays: number,
): number {
  if (!isPlainCopy(source, sizeBytes) || source.prices.copyRefusedTo) {
    const move = { from: source.name, to: target.name, sizeBytes, daysHeld, noncurrentDays };
    return copyFee(book, move)?.totalMicros ?? Number.NaN;
  }
  return totalOf(
    copyRates(book, source, target).requests,
    plainRetrieval(source, sizeBytes),
    rentOfDays(source, sizeBytes, source.minimumDays - daysHeld - noncurrentDays),
    rentOfDays(source, sizeBytes, noncurrentDays),
    0,
  );
}

/**
 * A move that is charged for `items`; what they mean: `FEE_ITEMS`.
 * @returns `null` when a price that one of them needs is unknown, or a class is not managed.
 */
export function moveFee(book: PriceBook, move: CopyMove, items: readonly FeeItem[]): MoveFee | null {
  const { managed } = ratesOf(book);
  const [source, target] = [managed.get(move.from), managed.get(move.to)];
  return source && target ? feeOf(chargesOf(book, source, target, move, items)) : null;
}

/** Dollars. */
interface Charges {
  requests: number;
  retrieval: number;
  earlyDeletion: number;
  noncurrent: number;
  tag: number;
}

function feeOf({ requests, retrieval, earlyDeletion, noncurrent, tag }: Charges): MoveFee | null {
  return linesOf(requests, retrieval, earlyDeletion, noncurrent, tag);
}

function linesOf(
  requests: number,
  retrieval: number,
  earlyDeletion: number,
  noncurrent: number,
  tag: number,
): MoveFee | null {
  const totalMicros = totalOf(requests, retrieval, earlyDeletion, noncurrent, tag);
  if (Number.isNaN(totalMicros)) return null;
  return {
    requestsMicros: requests * MICROS_PER_DOLLAR,
    retrievalMicros: retrieval * MICROS_PER_DOLLAR,
    earlyDeletionMicros: earlyDeletion * MICROS_PER_DOLLAR,
    noncurrentMicros: noncurrent * MICROS_PER_DOLLAR,
    tagMicros: tag * MICROS_PER_DOLLAR,
    totalMicros,
  };
}

function totalOf(requests: number, retrieval: number, earlyDeletion: number, noncurrent: number, tag: number): number {
  return (requests + retrieval + earlyDeletion + noncurrent + tag) * MICROS_PER_DOLLAR;
}

/** Up to here one request copies an object (S3: 5 GiB). */
export const MAX_COPY_BYTES = 5 * GB_BYTES;

/** Its requests depend on nothing but the two classes. */
function isPlainCopy(source: ClassRates, sizeBytes: number): boolean {
  return !source.isRestored && sizeBytes <= MAX_COPY_BYTES;
}

function copyRates(book: PriceBook, source: ClassRates, target: ClassRates): CopyRates {
  const known = source.copiesTo.get(target.name);
  if (known) return known;
  const requests = (readsAcl: boolean): number => {
    const move = { from: source.name, to: target.name, sizeBytes: 0, daysHeld: 0, noncurrentDays: 0, readsAcl };
    return chargesOf(book, source, target, move, COPY_ITEMS).requests;
  };
  const made = { requests: requests(false), requestsWithAcl: requests(true) };
  source.copiesTo.set(target.name, made);
  return made;
}

function chargesOf(
  book: PriceBook,
  source: ClassRates,
  target: ClassRates,
  move: CopyMove,
  items: readonly FeeItem[],
): Charges {
  // A version that stays noncurrent goes on serving its minimum, so only what is left after that is owed.
  const noncurrentDays = items.includes("noncurrent") ? move.noncurrentDays : 0;
  const sums = { requests: 0, retrieval: 0, earlyDeletion: 0, noncurrent: 0, tag: 0 };
  for (const item of items) addCharge(sums, item, { book, source, target, move, noncurrentDays });
  return sums;
}

interface Charged {
  readonly book: PriceBook;
  readonly source: ClassRates;
  readonly target: ClassRates;
  readonly move: CopyMove;
  readonly noncurrentDays: number;
}

/** A lifecycle rule acts one to two days after the tag is there; the tag is taken to be kept for both. */
const TAG_DAYS = 2;

function addCharge(sums: Charges, item: FeeItem, charged: Charged): void {
  const { book, source, target, move, noncurrentDays } = charged;
  const { sizeBytes, daysHeld } = move;
  const gb = sizeBytes / GB_BYTES;
  switch (item) {
    case "put":
      sums.requests += target.put / 1000;
      return;
    case "copy":
      sums.requests += copyWrites(source, target, sizeBytes) / 1000;
      return;
    case "transition":
      sums.requests += target.transitionInto / 1000;
      return;
    case "tagging":
      sums.requests += source.put / 1000;
      sums.tag += ((book.tagMonth?.amount ?? Number.NaN) * TAG_DAYS) / DAYS_PER_MONTH;
      return;
    case "heads":
      sums.requests += ((source.get + target.get) * (move.readsAcl ? 2 : 1)) / 1000;
      return;
    case "retrieval":
      if (source.isRestored) addRestore(sums, source, gb, move.restoreDays ?? 1, move.restoreSpeed);
      else sums.retrieval += plainRetrieval(source, sizeBytes);
      return;
    case "read":
      if (source.isRestored) {
        addRestore(sums, source, gb, 0, undefined);
        return;
      }
      sums.requests += source.get / 1000;
      sums.retrieval += plainRetrieval(source, sizeBytes);
      return;
    case "early-deletion":
      sums.earlyDeletion += rentOfDays(source, sizeBytes, source.minimumDays - daysHeld - noncurrentDays);
      return;
    case "noncurrent":
      sums.noncurrent += rentOfDays(source, sizeBytes, noncurrentDays);
      return;
  }
}

/** Larger objects are copied in ranges of this size, or larger ones where S3's 10,000 parts would not do. */
export const COPY_RANGE_BYTES = GB_BYTES / 2;
/** S3's limit. */
export const MAX_PARTS = 10_000;
/** What parts do not carry is read before them, and once more before they are joined: tags twice, and a HEAD. */
export const LOOKS_IN_PARTS = 3;

/**
 * Dollars per thousand. A multipart copy pays its beginning and its parts at the base class's price where the destination is
 * an archive, and looks at the source.
 */
function copyWrites(source: ClassRates, target: ClassRates, sizeBytes: number): number {
  if (Number.isNaN(source.get)) return Number.NaN;
  if (sizeBytes <= MAX_COPY_BYTES) return target.put;
  const staging = target.isRestored ? target.basePut : target.put;
  const parts = Math.ceil(sizeBytes / Math.max(COPY_RANGE_BYTES, Math.ceil(sizeBytes / MAX_PARTS)));
  const looks = LOOKS_IN_PARTS * source.get;
  return target.put + (parts + 1) * staging + looks;
}

function rentOfDays(source: ClassRates, sizeBytes: number, days: number): number {
  if (days <= 0) return 0;
  return (plainRentMicros(source, sizeBytes) / MICROS_PER_DOLLAR / DAYS_PER_MONTH) * days;
}

/** A copy inside the provider reads the bytes without a read request of its own. */
function plainRetrieval(source: ClassRates, sizeBytes: number): number {
  return (sizeBytes / GB_BYTES) * source.retrievalPerGb;
}

/** A restore, and its copy in the base class for `days`. */
function addRestore(sums: Charges, source: ClassRates, gb: number, days: number, speedName: string | undefined): void {
  const speed = source.prices.restore?.[speedName ?? DEFAULT_RESTORE_SPEED];
  const copyDay = days === 0 ? 0 : copyDayDollarsAt(source, gb);
  sums.requests += (speed?.perThousand?.amount ?? Number.NaN) / 1000;
  sums.retrieval += gb * (speed?.perGb?.amount ?? Number.NaN) + days * copyDay;
}
