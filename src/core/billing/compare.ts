/**
 * The same objects and reads at another provider: the cheapest class of each object that is no slower than allowed, what a
 * month costs there, and what it costs once to go there. A sum that needs a price nobody knows is unknown, never less.
 */
import { copyFee, monthlyBill, readOnceMicros, rentMicrosPerMonth } from "../pricing/bill.ts";
import { type PriceBook, managedClass } from "../pricing/price-book.ts";
import type { ObjectView } from "../strategy.ts";
import { LATENCY_CLASSES } from "../tier.ts";
import { DAYS_PER_MONTH, GB_BYTES, MICROS_PER_DOLLAR } from "../units.ts";

/** How long a reader may wait for the first byte. */
export type Latency = (typeof LATENCY_CLASSES)[number];

/** What going to a provider costs once; micro-dollars. */
export interface OnceCost {
  /** Reading the objects out of the classes they are in. */
  readonly readMicros: number;
  /** Sending them to the internet, at the present provider's price. */
  readonly egressMicros: number;
  /** Writing them into their new classes. */
  readonly writeMicros: number;
  /** What is left of minimum durations. */
  readonly earlyDeletionMicros: number;
  readonly totalMicros: number;
}

export interface ProviderFigures {
  /** `gcs us-east1`. */
  readonly provider: string;
  readonly priceBook: string;
  /** `null` where some object has no class whose bill is known. */
  readonly monthlyMicros: number | null;
  /** `null` where a price of the way is unknown. */
  readonly once: OnceCost | null;
  /** Objects by the class chosen for them. */
  readonly classes: Readonly<Record<string, { readonly objects: number; readonly bytes: number }>>;
  /** Objects without a class whose bill is known. */
  readonly unknownObjects: number;
}

/** The cheapest managed class by the month, within the wait allowed. @returns `null` where no bill is known. */
export function cheapestClass(
  book: PriceBook,
  view: ObjectView,
  latency: Latency,
): { readonly storageClass: string; readonly monthlyMicros: number } | null {
  const use = { sizeBytes: view.sizeBytes, ...view.rate };
  const most = LATENCY_CLASSES.indexOf(latency);
  let best: { readonly storageClass: string; readonly monthlyMicros: number } | null = null;
  for (const [storageClass, prices] of Object.entries(book.classes)) {
    if (!prices.managed || LATENCY_CLASSES.indexOf(prices.latency) > most) continue;
    const bill = monthlyBill(book, storageClass, use);
    if (bill && (best === null || bill.totalMicros < best.monthlyMicros)) {
      best = { storageClass, monthlyMicros: bill.totalMicros };
    }
  }
  return best;
}

/** An object that waits longer already has an owner who bears it. */
export function allowedLatency(home: PriceBook, view: ObjectView, latency: Latency): Latency {
  const now = managedClass(home, view.storageClass)?.latency ?? latency;
  return LATENCY_CLASSES.indexOf(now) > LATENCY_CLASSES.indexOf(latency) ? now : latency;
}

/** The longest wait among some classes of a book. */
export function slowestLatency(book: PriceBook, classes: Iterable<string>): Latency {
  let slowest = 0;
  for (const name of classes) {
    const latency = managedClass(book, name)?.latency;
    if (latency) slowest = Math.max(slowest, LATENCY_CLASSES.indexOf(latency));
  }
  return LATENCY_CLASSES[slowest] ?? "instant";
}

/**
 * The wait that policies leave an object, where the caller would allow `latency`.
 * @param asked classes that a strategy may use of its own accord: slow ones where a rule asks for them
 * @param allowed classes that the rules allow at all
 */
export function latencyUnderPolicy(
  book: PriceBook,
  latency: Latency,
  { asked, allowed }: { readonly asked: Iterable<string>; readonly allowed: Iterable<string> },
): Latency {
  const rank = (each: Latency): number => LATENCY_CLASSES.indexOf(each);
  const wanted = Math.max(rank(latency), rank(slowestLatency(book, asked)));
  const limit = rank(slowestLatency(book, allowed));
  const isLimited = limit < rank(slowestLatency(book, Object.keys(book.classes)));
  return LATENCY_CLASSES[isLimited ? Math.min(wanted, limit) : wanted] ?? latency;
}

/** Adds up a bucket at one provider while its objects stream by. Memory: the provider's classes. */
export class ProviderTally {
  readonly #home: PriceBook;
  readonly #there: PriceBook;
  readonly #classes = new Map<string, { objects: number; bytes: number }>();
  #monthly = 0;
  #unknownObjects = 0;
  #read: number | null = 0;
  #egress: number | null = 0;
  #write: number | null = 0;
  #early: number | null = 0;

  /** @param there the home book itself stands for the same objects in their best classes at home */
  constructor(home: PriceBook, there: PriceBook) {
    this.#home = home;
    this.#there = there;
  }

  add(view: ObjectView, latency: Latency): void {
    const best = cheapestClass(this.#there, view, allowedLatency(this.#home, view, latency));
    if (!best) {
      this.#unknownObjects += 1;
      return;
    }
    const { storageClass } = best;
    this.#monthly += best.monthlyMicros;
    const sum = this.#classes.get(storageClass) ?? { objects: 0, bytes: 0 };
    this.#classes.set(storageClass, { objects: sum.objects + 1, bytes: sum.bytes + view.sizeBytes });
    if (this.#there === this.#home) this.#stay(view, storageClass);
    else this.#go(view, storageClass);
  }

  figures(): ProviderFigures {
    const { provider, region, version } = this.#there;
    const isKnown = this.#unknownObjects === 0;
    return {
      provider: `${provider} ${region}`,
      priceBook: version,
      monthlyMicros: isKnown ? this.#monthly : null,
      once: isKnown ? this.#once() : null,
      classes: Object.fromEntries([...this.#classes].toSorted(([a], [b]) => (a < b ? -1 : 1))),
      unknownObjects: this.#unknownObjects,
    };
  }

  #once(): OnceCost | null {
    const [readMicros, egressMicros, writeMicros] = [this.#read, this.#egress, this.#write];
    const earlyDeletionMicros = this.#early;
    if (readMicros === null || egressMicros === null || writeMicros === null || earlyDeletionMicros === null)
      return null;
    const totalMicros = readMicros + egressMicros + writeMicros + earlyDeletionMicros;
    return { readMicros, egressMicros, writeMicros, earlyDeletionMicros, totalMicros };
  }

  /** A change of class at home. */
  #stay(view: ObjectView, storageClass: string): void {
    if (storageClass === view.storageClass) return;
    const move = { from: view.storageClass, to: storageClass, sizeBytes: view.sizeBytes };
    const fee = copyFee(this.#home, { ...move, daysHeld: view.daysInClass, noncurrentDays: 0 });
    this.#read = plus(this.#read, fee?.retrievalMicros);
    this.#write = plus(this.#write, fee?.requestsMicros);
    this.#early = plus(this.#early, fee?.earlyDeletionMicros);
  }

  #go(view: ObjectView, storageClass: string): void {
    const home = this.#home;
    const { egress } = home;
    const put = managedClass(this.#there, storageClass)?.put;
    this.#read = plus(this.#read, readOnceMicros(home, view.storageClass, view.sizeBytes));
    this.#egress = plus(this.#egress, egress && (view.sizeBytes / GB_BYTES) * egress.amount * MICROS_PER_DOLLAR);
    this.#write = plus(this.#write, put && (put.amount / 1000) * MICROS_PER_DOLLAR);
    this.#early = plus(this.#early, earlyDeletion(home, view));
  }
}

function plus(sum: number | null, micros: number | null | undefined): number | null {
  return sum === null || micros === null || micros === undefined ? null : sum + micros;
}

function earlyDeletion(home: PriceBook, view: ObjectView): number | null {
  const prices = managedClass(home, view.storageClass);
  if (!prices) return null;
  const days = Math.max(0, prices.minimumDays - view.daysInClass);
  if (days === 0) return 0;
  return prices.storage.length === 0
    ? null
    : (rentMicrosPerMonth(home, prices, view.sizeBytes) / DAYS_PER_MONTH) * days;
}

/** Months until what was paid once is saved; `null` where it never is, or a sum is unknown. */
export function breakEvenMonths(
  once: OnceCost | null,
  beforeMicros: number | null,
  afterMicros: number | null,
): number | null {
  if (once === null || beforeMicros === null || afterMicros === null || afterMicros >= beforeMicros) return null;
  return once.totalMicros / (beforeMicros - afterMicros);
}
