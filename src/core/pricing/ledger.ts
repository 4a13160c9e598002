/**
 * The exact side of the bill: integer quantities per line and calendar month, each line priced once.
 * What a provider meters (byte-hours, requests, bytes) is added up as bigint; rounding to whole micros happens
 * once per line and month, so the total is the sum of its lines by construction.
 */
import { type Price, type PriceBook, type StorageBand, bandedStorageCost, baseClass } from "./price-book.ts";
import {
  GB_BYTES,
  MICROS_PER_DOLLAR,
  MS_PER_DAY,
  calendarMonth,
  calendarMonthMs,
  nextCalendarMonth,
} from "../units.ts";

/** What a provider meters. */
export const LEDGER_ITEMS = [
  "storage",
  "monitoring",
  "put",
  "get",
  "list",
  "transition",
  "retrieval",
  "restore-request",
  "restore-retrieval",
  "restore-copy",
  "early-deletion",
  "tags",
] as const;
export type LedgerItem = (typeof LEDGER_ITEMS)[number];

/** What a line counts, and so how it is priced. */
const QUANTITY: Readonly<Record<LedgerItem, "byte-ms" | "requests" | "bytes" | "object-ms">> = {
  storage: "byte-ms",
  monitoring: "object-ms",
  put: "requests",
  get: "requests",
  list: "requests",
  transition: "requests",
  retrieval: "bytes",
  "restore-request": "requests",
  "restore-retrieval": "bytes",
  "restore-copy": "byte-ms",
  "early-deletion": "byte-ms",
  tags: "object-ms",
};

export interface LedgerEntry {
  readonly item: LedgerItem;
  /** Storage class the line is priced at. */
  readonly storageClass: string;
  /** Inner tier of a class that moves objects inside, or the speed of a restore. */
  readonly variant?: string;
  /** Integer: byte-milliseconds, requests, bytes or object-milliseconds, by item. */
  readonly quantity: bigint;
}

interface Line {
  readonly item: LedgerItem;
  readonly storageClass: string;
  readonly variant: string | undefined;
  readonly month: string;
  readonly monthMs: number;
  quantity: bigint;
}

export interface Bill {
  readonly totalMicros: number;
  /** `STANDARD storage` → micros; sums exactly to `totalMicros`. */
  readonly lines: Readonly<Record<string, number>>;
}

/** A running account of one store. */
export class Ledger {
  readonly #book: PriceBook;
  readonly #lines = new Map<string, Line>();

  constructor(book: PriceBook) {
    this.#book = book;
  }

  /** Enters a quantity that falls wholly into the calendar month of `atMs`. */
  add(atMs: number, entry: LedgerEntry): void {
    if (entry.quantity === 0n) return;
    if (entry.quantity < 0n) throw new RangeError(`negative quantity on ledger line ${entry.item}`);
    const month = calendarMonth(atMs);
    const id = `${month}|${entry.storageClass}|${entry.item}|${entry.variant ?? ""}`;
    const line = this.#lines.get(id);
    if (line) line.quantity += entry.quantity;
    else {
      const { item, storageClass, variant, quantity } = entry;
      this.#lines.set(id, { item, storageClass, variant, month, monthMs: calendarMonthMs(atMs), quantity });
    }
  }

  /**
   * Enters something that lasts (`perMs` bytes or objects, from `fromMs` to `toMs`), split at calendar months,
   * because a month's price is prorated by the hours of that month. Instants are rounded to the millisecond one by one, so
   * adjoining spans add up to the whole exactly.
   */
  addSpan(fromMs: number, toMs: number, entry: Omit<LedgerEntry, "quantity"> & { readonly perMs: bigint }): void {
    const { perMs, ...line } = entry;
    for (let at = fromMs; at < toMs;) {
      const end = Math.min(toMs, nextCalendarMonth(at));
      this.add(at, { ...line, quantity: perMs * BigInt(Math.round(end) - Math.round(at)) });
      at = end;
    }
  }

  /** The bill so far. */
  bill(): Bill {
    const lines: Record<string, number> = {};
    let totalMicros = 0;
    for (const line of this.#lines.values()) {
      const micros = Math.round(this.#dollars(line) * MICROS_PER_DOLLAR);
      const name = lineName(line);
      lines[name] = (lines[name] ?? 0) + micros;
      totalMicros += micros;
    }
    const sorted = Object.entries(lines).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return { totalMicros, lines: Object.fromEntries(sorted) };
  }

  #dollars(line: Line): number {
    switch (QUANTITY[line.item]) {
      case "byte-ms":
        return bandedStorageCost(this.#storageBands(line), gbMonths(line));
      case "object-ms":
        return ratio(line.quantity, BigInt(line.monthMs)) * this.#objectMonthPrice(line);
      case "requests":
        return (Number(line.quantity) / 1000) * this.#requestPrice(line);
      case "bytes":
        return ratio(line.quantity, BigInt(GB_BYTES)) * this.#byteRate(line);
    }
  }

  #prices(line: Line): PriceBook["classes"][string] {
    const prices = this.#book.classes[line.storageClass];
    if (!prices) throw unpriced(line, this.#book);
    return prices;
  }

  #storageBands(line: Line): readonly StorageBand[] {
    const bands = this.#bandsOf(line);
    if (!bands || bands.length === 0) throw unpriced(line, this.#book);
    return bands;
  }

  #bandsOf(line: Line): readonly StorageBand[] | undefined {
    if (line.item === "restore-copy") return baseClass(this.#book).storage;
    const prices = this.#prices(line);
    if (line.variant === undefined) return prices.storage;
    const inner = [...(prices.innerTiers ?? []), ...(prices.archiveTiers ?? [])];
    return inner.find((tier) => tier.name === line.variant)?.storage;
  }

  #objectMonthPrice(line: Line): number {
    if (line.item === "tags") return known(this.#book.tagMonth, line, this.#book);
    return known(this.#prices(line).monitoring?.perThousand, line, this.#book) / 1000;
  }

  #requestPrice(line: Line): number {
    if (line.item === "list") return known(this.#book.list, line, this.#book);
    const prices = this.#prices(line);
    if (line.item === "put") return known(prices.put, line, this.#book);
    if (line.item === "get") return known(prices.get, line, this.#book);
    if (line.item === "transition") return known(prices.transitionInto, line, this.#book);
    return known(prices.restore?.[line.variant ?? ""]?.perThousand, line, this.#book);
  }

  #byteRate(line: Line): number {
    const prices = this.#prices(line);
    if (line.item === "retrieval") return known(prices.retrieval, line, this.#book);
    return known(prices.restore?.[line.variant ?? ""]?.perGb, line, this.#book);
  }
}

function known(price: Price | null | undefined, line: Line, book: PriceBook): number {
  if (!price) throw unpriced(line, book);
  return price.amount;
}

function unpriced(line: Line, book: PriceBook): RangeError {
  return new RangeError(`price book ${book.version} has no price for ${lineName(line)}`);
}

function gbMonths(line: Line): number {
  return ratio(line.quantity, BigInt(line.monthMs) * BigInt(GB_BYTES));
}

/** A quotient of two bigints as a double, exact to the double's own precision. */
function ratio(numerator: bigint, denominator: bigint): number {
  const whole = numerator / denominator;
  return Number(whole) + Number(numerator - whole * denominator) / Number(denominator);
}

function lineName(line: Pick<Line, "item" | "storageClass" | "variant">): string {
  return line.variant === undefined
    ? `${line.storageClass} ${line.item}`
    : `${line.storageClass} ${line.item} (${line.variant})`;
}

/** Byte-milliseconds left of a minimum duration of `minimumDays` after `heldMs`. */
export function earlyDeletionQuantity(billed: number, minimumDays: number, heldMs: number): bigint {
  return BigInt(billed) * BigInt(Math.max(0, Math.round(minimumDays * MS_PER_DAY - heldMs)));
}
