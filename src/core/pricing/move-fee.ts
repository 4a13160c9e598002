/**
 * What a move costs once, item by item. Sums are doubles in micro-dollars, never rounded; a price that is not known makes the
 * whole sum unknown (`null`).
 */
import { type FeeItem, type PriceBook, type StorageClassPrices, baseClass, managedClass } from "./price-book.ts";
import { DEFAULT_RESTORE_SPEED, copyDayDollars, hasKnownRent, rentMicrosPerMonth } from "./rent.ts";
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
  return managedClass(book, move.from)?.copyRefusedTo?.includes(move.to) ? null : moveFee(book, move, COPY_ITEMS);
}

/**
 * A move that is charged for `items`; what they mean: `FEE_ITEMS`.
 * @returns `null` when a price that one of them needs is unknown, or a class is not managed.
 */
export function moveFee(book: PriceBook, move: CopyMove, items: readonly FeeItem[]): MoveFee | null {
  const source = managedClass(book, move.from);
  const target = managedClass(book, move.to);
  if (!source || !target) return null;
  // A version that stays noncurrent goes on serving its minimum, so only what is left after that is owed.
  const noncurrentDays = items.includes("noncurrent") ? move.noncurrentDays : 0;
  const sums = { requests: 0, retrieval: 0, earlyDeletion: 0, noncurrent: 0, tag: 0 };
  for (const item of items) {
    const charge = chargeOf(item, book, { source, target, move: { ...move, noncurrentDays } });
    if (!charge) return null;
    sums.requests += (charge.perThousand ?? 0) / 1000;
    sums.retrieval += charge.retrieval ?? 0;
    sums.earlyDeletion += charge.earlyDeletion ?? 0;
    sums.noncurrent += charge.noncurrent ?? 0;
    sums.tag += charge.tag ?? 0;
  }
  const { requests, retrieval, earlyDeletion, noncurrent, tag } = sums;
  return {
    requestsMicros: requests * MICROS_PER_DOLLAR,
    retrievalMicros: retrieval * MICROS_PER_DOLLAR,
    earlyDeletionMicros: earlyDeletion * MICROS_PER_DOLLAR,
    noncurrentMicros: noncurrent * MICROS_PER_DOLLAR,
    tagMicros: tag * MICROS_PER_DOLLAR,
    totalMicros: (requests + retrieval + earlyDeletion + noncurrent + tag) * MICROS_PER_DOLLAR,
  };
}

/** Dollars; requests as dollars per thousand. */
interface Charge {
  readonly perThousand?: number;
  readonly retrieval?: number;
  readonly earlyDeletion?: number;
  readonly noncurrent?: number;
  readonly tag?: number;
}

interface Ends {
  readonly source: StorageClassPrices;
  readonly target: StorageClassPrices;
  readonly move: CopyMove;
}

/** A lifecycle rule acts one to two days after the tag is there; the tag is taken to be kept for both. */
const TAG_DAYS = 2;

function chargeOf(item: FeeItem, book: PriceBook, { source, target, move }: Ends): Charge | null {
  const gb = move.sizeBytes / GB_BYTES;
  switch (item) {
    case "put":
      return target.put && { perThousand: target.put.amount };
    case "copy":
      return copyWrites(book, { source, target }, move.sizeBytes);
    case "transition":
      return target.transitionInto && { perThousand: target.transitionInto.amount };
    case "tagging":
      if (!source.put || !book.tagMonth) return null;
      return { perThousand: source.put.amount, tag: (book.tagMonth.amount * TAG_DAYS) / DAYS_PER_MONTH };
    case "heads":
      if (!source.get || !target.get) return null;
      return { perThousand: (source.get.amount + target.get.amount) * (move.readsAcl ? 2 : 1) };
    case "retrieval":
      return source.restore
        ? restoredOut(book, source, gb, move.restoreDays ?? 1, move.restoreSpeed)
        : plainOut(source, gb);
    case "read":
      return source.restore ? restoredOut(book, source, gb, 0) : readOut(source, gb);
    case "early-deletion":
      return rentOfDays(
        book,
        { source, target, move },
        "earlyDeletion",
        source.minimumDays - move.daysHeld - move.noncurrentDays,
      );
    case "noncurrent":
      return rentOfDays(book, { source, target, move }, "noncurrent", move.noncurrentDays);
  }
}

/** Up to here one request copies an object (S3: 5 GiB). */
const MAX_COPY_BYTES = 5 * GB_BYTES;
/** Larger objects are copied in ranges of this size, or larger ones where S3's 10,000 parts would not do. */
const COPY_RANGE_BYTES = GB_BYTES / 2;
const MAX_PARTS = 10_000;
/** What parts do not carry is read before them, and once more before they are joined: tags twice, and a HEAD. */
const LOOKS_IN_PARTS = 3;

/** A multipart copy pays its beginning and its parts at the base class's price where the destination is an archive. */
function copyWrites(
  book: PriceBook,
  { source, target }: Pick<Ends, "source" | "target">,
  sizeBytes: number,
): Charge | null {
  if (!target.put || !source.get) return null;
  if (sizeBytes <= MAX_COPY_BYTES) return { perThousand: target.put.amount };
  const staging = target.restore ? baseClass(book).put : target.put;
  const parts = Math.ceil(sizeBytes / Math.max(COPY_RANGE_BYTES, Math.ceil(sizeBytes / MAX_PARTS)));
  const looks = LOOKS_IN_PARTS * source.get.amount;
  return staging && { perThousand: target.put.amount + (parts + 1) * staging.amount + looks };
}

function rentOfDays(
  book: PriceBook,
  { source, move }: Ends,
  line: "earlyDeletion" | "noncurrent",
  days: number,
): Charge | null {
  if (days <= 0) return { [line]: 0 };
  if (!hasKnownRent(book, source)) return null;
  const perDay = rentMicrosPerMonth(book, source, move.sizeBytes) / MICROS_PER_DOLLAR / DAYS_PER_MONTH;
  return { [line]: perDay * days };
}

/** A copy inside the provider reads the bytes without a read request of its own. */
function plainOut(source: StorageClassPrices, gb: number): Charge | null {
  return source.retrieval && { retrieval: gb * source.retrieval.amount };
}

function readOut(source: StorageClassPrices, gb: number): Charge | null {
  if (!source.get || !source.retrieval) return null;
  return { perThousand: source.get.amount, retrieval: gb * source.retrieval.amount };
}

/** A restore, and its copy in the base class for `days`. */
function restoredOut(
  book: PriceBook,
  source: StorageClassPrices,
  gb: number,
  days: number,
  speedName: string = DEFAULT_RESTORE_SPEED,
): Charge | null {
  const speed = source.restore?.[speedName];
  const copyDay = days === 0 ? 0 : copyDayDollars(book, gb);
  if (!speed?.perThousand || !speed.perGb || copyDay === null) return null;
  return { perThousand: speed.perThousand.amount, retrieval: gb * speed.perGb.amount + days * copyDay };
}
