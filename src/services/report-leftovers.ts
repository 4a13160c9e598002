/** What lies in a bucket without being an object: uploads that were never ended, and versions that are not current. */
import { requirePermission } from "../core/permission.ts";
import { classBill } from "../core/pricing/bill.ts";
import type { PriceBook } from "../core/pricing/price-book.ts";
import type { Context, Progress } from "./context.ts";

export interface ReportLeftoversInput {
  readonly bucket: string;
  readonly prefix?: string;
  readonly progress?: Progress;
}

/** Leftovers of one class; money in micros. */
export interface LeftoverGroup {
  readonly storageClass: string;
  readonly count: number;
  /** `null`: the store does not tell. */
  readonly bytes: number | null;
  /** `null` where a price or the size is unknown. */
  readonly microsPerMonth: number | null;
  /** Since when the oldest is there, epoch ms. */
  readonly oldestMs: number;
}

/** Leftovers of one kind, added up over their classes, which stand largest first. */
export interface LeftoverSum {
  readonly count: number;
  readonly bytes: number | null;
  readonly microsPerMonth: number | null;
  /** `null` where there is none. */
  readonly oldestMs: number | null;
  readonly classes: readonly LeftoverGroup[];
}

export interface ReportLeftoversResult {
  readonly bucket: string;
  readonly priceBook: string;
  readonly uploads: LeftoverSum;
  readonly noncurrent: LeftoverSum;
}

/** Reads only. @throws AstraError ASTRA_STORE_* */
export async function reportLeftovers({
  ctx,
  input,
}: {
  ctx: Context;
  input: ReportLeftoversInput;
}): Promise<ReportLeftoversResult> {
  requirePermission(ctx.actor, "object.read");
  const { bucket, prefix } = input;
  const store = await ctx.stores.open(bucket);
  const uploads = new LeftoverTally(ctx.prices);
  const noncurrent = new LeftoverTally(ctx.prices);
  let seen = 0;
  const told = (more: number): void => {
    seen += more;
    input.progress?.(seen, null, "leftovers");
  };
  for await (const page of store.openUploads(prefix)) {
    for (const { storageClass, initiatedMs } of page) uploads.add(storageClass, null, initiatedMs);
    told(page.length);
  }
  for await (const page of store.noncurrentVersions(prefix)) {
    for (const { storageClass, sizeBytes, lastModifiedMs } of page)
      noncurrent.add(storageClass, sizeBytes, lastModifiedMs);
    told(page.length);
  }
  return { bucket, priceBook: ctx.prices.version, uploads: uploads.sum(), noncurrent: noncurrent.sum() };
}

/** Adds up by class. What is unknown of one makes the sum unknown. */
class LeftoverTally {
  readonly #book: PriceBook;
  // A map, because names of classes come from the store.
  readonly #groups = new Map<string, LeftoverGroup>();

  constructor(book: PriceBook) {
    this.#book = book;
  }

  add(storageClass: string, sizeBytes: number | null, atMs: number): void {
    const known = this.#groups.get(storageClass);
    const micros = sizeBytes === null ? null : this.#rentMicros(storageClass, sizeBytes);
    this.#groups.set(storageClass, {
      storageClass,
      count: (known?.count ?? 0) + 1,
      bytes: plus(known ? known.bytes : 0, sizeBytes),
      microsPerMonth: plus(known ? known.microsPerMonth : 0, micros),
      oldestMs: Math.min(known?.oldestMs ?? atMs, atMs),
    });
  }

  sum(): LeftoverSum {
    const classes = [...this.#groups.values()].toSorted((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0) || b.count - a.count);
    return {
      count: classes.reduce((sum, { count }) => sum + count, 0),
      bytes: classes.reduce<number | null>((sum, { bytes }) => plus(sum, bytes), 0),
      microsPerMonth: classes.reduce<number | null>((sum, { microsPerMonth }) => plus(sum, microsPerMonth), 0),
      oldestMs: classes.length === 0 ? null : Math.min(...classes.map(({ oldestMs }) => oldestMs)),
      classes,
    };
  }

  /** Nobody reads what is left over: its rent is all it costs. */
  #rentMicros(storageClass: string, sizeBytes: number): number | null {
    const prices = Object.hasOwn(this.#book.classes, storageClass) ? this.#book.classes[storageClass] : undefined;
    const unread = { sizeBytes, readsPerMonth: 0, readDaysPerMonth: 0 };
    return prices ? (classBill(this.#book, prices, unread)?.totalMicros ?? null) : null;
  }
}

function plus(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}
