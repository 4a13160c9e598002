/**
 * What a calendar month of a bucket should have cost, from what the state knows of its objects: byte-time in each class,
 * moves, reads, minimum durations. Quantities are exact integers, priced by the ledger; padding and overheads are kept on
 * lines of their own, as a provider's bill shows them.
 */
import { Ledger, type LedgerEntry, type LedgerItem, earlyDeletionQuantity } from "../pricing/ledger.ts";
import { innerTierSpans } from "../pricing/inner-tier-spans.ts";
import type { ObjectState } from "../object-state.ts";
import { type ClassSpan, type PastMove, timelineOf } from "./object-timeline.ts";
import type { MonthSpan } from "./month-span.ts";
import { type PriceBook, type StorageClassPrices, baseClass } from "../pricing/price-book.ts";
import { MS_PER_DAY } from "../units.ts";

export interface MonthOptions {
  readonly month: MonthSpan;
  /** Now: nothing later is modelled. */
  readonly untilMs: number;
  /** Days a copy restored for a move is kept. */
  readonly restoreDays: number;
}

/** What could not be modelled, in objects. */
export interface MonthGaps {
  /** Size or class was never told. */
  readonly unknownObjects: number;
  /** The class of some of the month was never told. */
  readonly unknownClass: number;
  /** In a class, or with a request, that the price book has no price for. */
  readonly unpriced: number;
}

/** A part of the class's storage that is billed on a line of its own. */
const PARTS = ["main", "padding", "overhead", "archive overhead"] as const;
type Part = (typeof PARTS)[number];

/** The speed at which objects are taken to be restored: what Astra itself asks for. */
const RESTORE_SPEED = "standard";

/** Adds up a month object by object. Memory: the lines of the bill. */
export class ModelledMonth {
  #objects = 0;
  #unknownObjects = 0;
  #unknownClass = 0;
  #unpriced = 0;
  readonly #book: PriceBook;
  readonly #options: MonthOptions;
  readonly #ledgers: Readonly<Record<Part, Ledger>>;

  constructor(book: PriceBook, options: MonthOptions) {
    this.#book = book;
    this.#options = options;
    const ledger = (): Ledger => new Ledger(book);
    this.#ledgers = { main: ledger(), padding: ledger(), overhead: ledger(), "archive overhead": ledger() };
  }

  /** One object, deleted ones included, and the moves made of it, newest first. */
  add(object: ObjectState, moves: readonly PastMove[]): void {
    const { month, untilMs } = this.#options;
    const timeline = object.sizeBytes === null ? null : timelineOf(object, moves, Math.min(untilMs, month.toMs));
    if (!timeline || object.sizeBytes === null) {
      this.#unknownObjects += 1;
      return;
    }
    const gap = timeline.unknown;
    if (gap && gap.toMs > month.fromMs) this.#unknownClass += 1;
    const inMonth = timeline.spans.filter((span) => span.toMs > month.fromMs && span.fromMs < month.toMs);
    if (inMonth.length === 0) return;
    this.#objects += 1;
    if (inMonth.some((span) => !hasRent(this.#prices(span.storageClass), this.#book))) {
      this.#unpriced += 1;
      return;
    }
    const size = object.sizeBytes;
    let isPriced = true;
    for (const [index, span] of inMonth.entries()) {
      this.#storage(span, object, size);
      const next = inMonth[index + 1];
      isPriced = this.#begin(span) && isPriced;
      if (span.ended !== null && this.#isInMonth(span.toMs)) {
        isPriced = this.#end(span, size, next?.storageClass ?? null) && isPriced;
      }
    }
    isPriced = this.#reads(inMonth, object, size) && isPriced;
    if (!isPriced) this.#unpriced += 1;
  }

  /** Lines in micro-dollars; the total is their sum. */
  bill(): { readonly totalMicros: number; readonly lines: Readonly<Record<string, number>> } {
    const lines: Record<string, number> = {};
    let totalMicros = 0;
    for (const part of PARTS) {
      for (const [line, micros] of Object.entries(this.#ledgers[part].bill().lines)) {
        if (micros !== 0) lines[part === "main" ? line : `${line} (${part})`] = micros;
        totalMicros += micros;
      }
    }
    return { totalMicros, lines };
  }

  get objects(): number {
    return this.#objects;
  }

  gaps(): MonthGaps {
    return { unknownObjects: this.#unknownObjects, unknownClass: this.#unknownClass, unpriced: this.#unpriced };
  }

  #prices(storageClass: string): StorageClassPrices | undefined {
    return Object.hasOwn(this.#book.classes, storageClass) ? this.#book.classes[storageClass] : undefined;
  }

  #isInMonth(ms: number): boolean {
    return ms >= this.#options.month.fromMs && ms < this.#options.month.toMs;
  }

  #storage(span: ClassSpan, object: ObjectState, size: number): void {
    const prices = this.#prices(span.storageClass);
    if (!prices) return;
    const { storageClass } = span;
    const fromMs = Math.max(span.fromMs, this.#options.month.fromMs);
    const { toMs } = span;
    if (prices.innerTiers && isMonitored(prices, size)) {
      const tiers = innerTierSpans(prices.innerTiers, span.fromMs, toMs, object.access);
      for (const tier of tiers) {
        if (tier.toMs <= fromMs) continue;
        const entry = { item: "storage", storageClass, variant: tier.name, perMs: BigInt(size) } as const;
        this.#ledgers.main.addSpan(Math.max(tier.fromMs, fromMs), tier.toMs, entry);
      }
      this.#ledgers.main.addSpan(fromMs, toMs, { item: "monitoring", storageClass, perMs: 1n });
      return;
    }
    const variant = prices.innerTiers?.[0]?.name;
    const main = { item: "storage" as const, storageClass, ...(variant !== undefined && { variant }) };
    this.#ledgers.main.addSpan(fromMs, toMs, { ...main, perMs: BigInt(size) });
    for (const [part, className, bytes] of this.#extras(storageClass, prices, size)) {
      this.#ledgers[part].addSpan(fromMs, toMs, { item: "storage", storageClass: className, perMs: BigInt(bytes) });
    }
  }

  /** Bytes billed beyond the object's own. */
  #extras(storageClass: string, prices: StorageClassPrices, size: number): readonly [Part, string, number][] {
    const extras: [Part, string, number][] = [
      ["padding", storageClass, Math.max(0, prices.minimumBilledBytes - size)],
      ["overhead", storageClass, prices.overheadBytes],
      ["archive overhead", this.#book.baseClass, prices.baseOverheadBytes],
    ];
    return extras.filter(([, , bytes]) => bytes > 0);
  }

  /** The request that wrote the content. @returns whether its price is known. */
  #begin(span: ClassSpan): boolean {
    if (span.began !== "created" || !this.#isInMonth(span.fromMs)) return true;
    return this.#enter(span.fromMs, "put", span.storageClass, 1n);
  }

  /** A move (a verified copy: a HEAD before and after, the copy, reading the source) or a deletion. */
  #end(span: ClassSpan, size: number, next: string | null): boolean {
    const { storageClass, toMs } = span;
    const prices = this.#prices(storageClass);
    if (!prices) return false;
    if (span.began !== "unknown") this.#earlyDeletion(span, prices, size);
    const { ended } = span;
    if (ended === null || ended === "deleted" || next === null) return true;
    if (ended.mechanism === "tag") return this.#tagged(toMs, storageClass, next);
    const head = this.#enter(toMs, "get", storageClass, 1n);
    const after = this.#enter(toMs, "get", next, 1n);
    const put = this.#enter(toMs, "put", next, 1n);
    const out = prices.restore
      ? this.#restore(toMs, storageClass, size, ended.restore?.days ?? this.#options.restoreDays, ended.restore?.speed)
      : this.#enter(toMs, "retrieval", storageClass, BigInt(size));
    return head && after && put && out;
  }

  /** A tag, and the lifecycle transition that waited for it; looked at twice in each class. */
  #tagged(atMs: number, storageClass: string, next: string): boolean {
    const tag = this.#enter(atMs, "put", storageClass, 1n);
    const looks = this.#enter(atMs, "get", storageClass, 2n) && this.#enter(atMs, "get", next, 2n);
    return this.#enter(atMs, "transition", next, 1n) && tag && looks;
  }

  #earlyDeletion(span: ClassSpan, prices: StorageClassPrices, size: number): void {
    const { storageClass, fromMs, toMs } = span;
    const remainder = (bytes: number): bigint => earlyDeletionQuantity(bytes, prices.minimumDays, toMs - fromMs);
    this.#ledgers.main.add(toMs, { item: "early-deletion", storageClass, quantity: remainder(size) });
    for (const [part, className, bytes] of this.#extras(storageClass, prices, size)) {
      this.#ledgers[part].add(toMs, { item: "early-deletion", storageClass: className, quantity: remainder(bytes) });
    }
  }

  /** Reads are whole reads; a day with reads of an archived object is one restore. */
  #reads(spans: readonly ClassSpan[], object: ObjectState, size: number): boolean {
    let isPriced = true;
    for (const { day, reads } of object.access.days) {
      const atMs = day * MS_PER_DAY;
      if (!this.#isInMonth(atMs)) continue;
      // A day on which the class changed counts for the class it ended in.
      const span = spans.findLast(({ fromMs, toMs }) => fromMs < atMs + MS_PER_DAY && toMs > atMs);
      if (!span) continue;
      const { storageClass } = span;
      const get = this.#enter(atMs, "get", storageClass, BigInt(reads));
      const out = this.#prices(storageClass)?.restore
        ? this.#restore(atMs, storageClass, size, 1)
        : this.#enter(atMs, "retrieval", storageClass, BigInt(size) * BigInt(reads));
      isPriced = get && out && isPriced;
    }
    return isPriced;
  }

  #restore(atMs: number, storageClass: string, size: number, days: number, speed: string = RESTORE_SPEED): boolean {
    const request = this.#enter(atMs, "restore-request", storageClass, 1n, speed);
    const bytes = this.#enter(atMs, "restore-retrieval", storageClass, BigInt(size), speed);
    const toMs = Math.min(atMs + days * MS_PER_DAY, this.#options.month.toMs);
    this.#ledgers.main.addSpan(atMs, toMs, { item: "restore-copy", storageClass, perMs: BigInt(size) });
    return request && bytes;
  }

  /** @returns `false`, and enters nothing, where the book has no price for it. */
  #enter(atMs: number, item: LedgerItem, storageClass: string, quantity: bigint, variant?: string): boolean {
    if (!isKnown(this.#prices(storageClass), item, variant)) return false;
    const entry: LedgerEntry = { item, storageClass, quantity, ...(variant !== undefined && { variant }) };
    this.#ledgers.main.add(atMs, entry);
    return true;
  }
}

function hasRent(prices: StorageClassPrices | undefined, book: PriceBook): boolean {
  if (!prices || prices.storage.length === 0) return false;
  if (prices.baseOverheadBytes > 0 && baseClass(book).storage.length === 0) return false;
  return (prices.innerTiers ?? []).every(({ storage }) => storage.length > 0);
}

function isMonitored(prices: StorageClassPrices, size: number): boolean {
  return prices.monitoring !== undefined && size >= prices.monitoring.fromBytes;
}

function isKnown(prices: StorageClassPrices | undefined, item: LedgerItem, variant: string | undefined): boolean {
  if (!prices) return false;
  if (item === "put") return prices.put !== null;
  if (item === "get") return prices.get !== null;
  if (item === "transition") return prices.transitionInto !== null;
  if (item === "retrieval") return prices.retrieval !== null;
  const speed = prices.restore?.[variant ?? ""];
  return item === "restore-request" ? Boolean(speed?.perThousand) : Boolean(speed?.perGb);
}
