/**
 * From which size a class pays, and up to how many reads.
 * saving a month = rent now − rent then − monitoring; payback = fee ÷ saving; reads = saving ÷ what a read costs more.
 * Lowest sizes are found exactly: rent is linear in the size between a class's minimum sizes.
 */
import { monthlyBill } from "./bill.ts";
import { type Mechanism, type PriceBook, managedClass } from "./price-book.ts";
import { transitionFee } from "./transition-fee.ts";

/** A move whose worth is asked for; objects are unread and have served the minimum duration of `from`. */
export interface PaybackMove {
  readonly from: string;
  readonly to: string;
  readonly mechanism: Mechanism;
  /** Months in which the saving must have paid the fee; `null` asks for any saving at all. */
  readonly months: number | null;
}

/** S3's largest object; the others' are not larger by much. */
const LARGEST_BYTES = 5 * 1024 ** 4;
/** Longer than any minimum duration. */
const LONG_HELD_DAYS = 10_000;

/** @returns the smallest size in bytes for which the move pays; `null` where none does or a price is unknown. */
export function smallestPayingBytes(book: PriceBook, move: PaybackMove): number | null {
  const sizes = [move.from, move.to].flatMap((name) => {
    const prices = managedClass(book, name);
    return [prices?.minimumBilledBytes ?? 0, prices?.monitoring?.fromBytes ?? 0];
  });
  const edges = [...new Set([0, ...sizes, LARGEST_BYTES + 1])].toSorted((a, b) => a - b);
  for (const [index, from] of edges.slice(0, -1).entries()) {
    const last = (edges[index + 1] ?? 0) - 1;
    if (pays(book, move, from)) return from;
    if (pays(book, move, last)) return bisect(from, last, (bytes) => pays(book, move, bytes));
  }
  return null;
}

/** The first whole number above `no` that is `true`, where everything from it up to `yes` is. */
function bisect(no: number, yes: number, test: (value: number) => boolean): number {
  let [low, high] = [no, yes];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (test(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function pays(book: PriceBook, { from, to, mechanism, months }: PaybackMove, sizeBytes: number): boolean {
  const idle = { sizeBytes, readsPerMonth: 0, readDaysPerMonth: 0 };
  const [now, then] = [monthlyBill(book, from, idle), monthlyBill(book, to, idle)];
  const fee = transitionFee(book, { from, to, sizeBytes, mechanism, daysHeld: LONG_HELD_DAYS, noncurrentDays: 0 });
  if (!now || !then || !fee) return false;
  const saving = now.totalMicros - then.totalMicros;
  return saving > 0 && (months === null || saving * months >= fee.totalMicros);
}

/**
 * Full reads a month up to which `to` is the cheaper home.
 * @returns `null` where reads do not decide (they cost no more there, need a restore, or move the object inside the class), or
 * a price is unknown.
 */
export function breakEvenReads(book: PriceBook, from: string, to: string, sizeBytes: number): number | null {
  const prices = [from, to].map((name) => managedClass(book, name));
  if (prices.some((each) => !each || each.restore || each.innerTiers)) return null;
  const bills = [0, 1].map((reads) => {
    const use = { sizeBytes, readsPerMonth: reads, readDaysPerMonth: reads };
    const [now, then] = [monthlyBill(book, from, use), monthlyBill(book, to, use)];
    return now && then && now.totalMicros - then.totalMicros;
  });
  const [idle, read] = bills;
  if (typeof idle !== "number" || typeof read !== "number" || read >= idle) return null;
  return idle / (idle - read);
}
