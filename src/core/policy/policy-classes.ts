/** The classes of a price book as sets a rule can cut: one bit a class, as a million objects are decided one by one. */
import type { Latency } from "./policy.ts";
import type { PriceBook } from "../pricing/price-book.ts";
import type { AllowedClasses } from "../strategy.ts";
import { LADDER, LATENCY_CLASSES, type LadderTier, TIERS, type Tier } from "../tier.ts";

/** Bits of an integer that JavaScript's operators leave positive. */
const MOST_CLASSES = 30;

interface ClassEntry {
  readonly name: string;
  readonly tier: Tier;
  /** Place on the ladder; `null` for `auto`, which has none. */
  readonly rank: number | null;
  readonly latency: number;
}

/** The coldest place that an object inside `auto` may come to while it can be read at once. */
const AUTO_COLDEST: LadderTier = "cold";

/** Sets of a book's managed classes as bits. */
export class PolicyClasses {
  /** Every managed class. */
  readonly all: number;
  /** Classes that no rule has to name: the first of each tier and latency in the book's order. */
  readonly usual: number;
  readonly instant: number;
  readonly #entries: readonly ClassEntry[];
  readonly #bits = new Map<string, number>();
  readonly #sets = new Map<number, AllowedClasses>();

  /** @param named classes allowed besides the usual ones: those the configuration names */
  constructor(book: PriceBook, named: Iterable<string> = []) {
    this.#entries = Object.entries(book.classes)
      .filter(([, { managed }]) => managed)
      .slice(0, MOST_CLASSES)
      .map(([name, { tier, latency }]) => ({
        name,
        tier,
        rank: rankOf(tier),
        latency: LATENCY_CLASSES.indexOf(latency),
      }));
    for (const [index, { name }] of this.#entries.entries()) this.#bits.set(name, 1 << index);
    this.all = this.#where(() => true);
    this.instant = this.#where(({ latency }) => latency === 0);
    const seen = new Set<string>();
    let usual = this.#where(({ tier, latency }) => {
      const kind = `${tier} ${latency}`;
      return !seen.has(kind) && seen.add(kind).has(kind);
    });
    for (const name of named) usual |= this.bit(name);
    this.usual = usual;
  }

  /** 0 for a class that is not managed. */
  bit(name: string): number {
    return this.#bits.get(name) ?? 0;
  }

  /** The classes of a set by name; the same set is the same value. */
  names(bits: number): AllowedClasses {
    const known = this.#sets.get(bits);
    if (known) return known;
    const made: AllowedClasses = new Set(
      this.#entries.filter((_, index) => bits & (1 << index)).map(({ name }) => name),
    );
    this.#sets.set(bits, made);
    return made;
  }

  /** The classes a rule's `to` stands for: of a tier, or the one of that name. 0 where there is none. */
  named(target: string): number {
    return isTier(target) ? this.#where(({ tier }) => tier === target) & this.usual : this.bit(target);
  }

  /** Not colder than the class: what `never_tier_down` leaves. `auto` goes down inside, so it is left out. */
  notColderThan(name: string): number {
    const own = this.#entries.find((entry) => entry.name === name);
    if (!own) return 0;
    if (own.rank === null) return this.bit(name) | this.#where(({ rank }) => rank === 0);
    const { rank: top, latency: slowest } = own;
    return this.#where(({ rank, latency }) => rank !== null && (rank < top || (rank === top && latency <= slowest)));
  }

  /** `floor`: not colder than a tier. `auto` counts as its coldest place. 0 where `tier` is not on the ladder. */
  floor(tier: string): number {
    const lowest = rankOf(tier);
    if (lowest === null) return 0;
    return this.#where(({ rank }) => (rank ?? LADDER.indexOf(AUTO_COLDEST)) <= lowest);
  }

  /** `ceiling`: not hotter than a tier. `auto` begins hot. 0 where `tier` is not on the ladder. */
  ceiling(tier: string): number {
    const highest = rankOf(tier);
    return highest === null ? 0 : this.#where(({ rank }) => (rank ?? 0) >= highest);
  }

  /** Where an object may be once `after … to` is due: there or colder. */
  atOrColder(target: string): number {
    const named = this.named(target);
    if (isTier(target)) return target === "auto" ? named : named | this.ceiling(target);
    const own = this.#entries.find((entry) => entry.name === target);
    if (!own || own.rank === null) return named;
    const { rank: top, latency: fastest } = own;
    const isBelow = ({ rank, latency }: ClassEntry) =>
      rank !== null && (rank > top || (rank === top && latency > fastest));
    return named | this.#where(isBelow);
  }

  /** Classes whose first byte takes no longer. */
  within(latency: Latency): number {
    const slowest = LATENCY_CLASSES.indexOf(latency);
    return this.#where((entry) => entry.latency <= slowest);
  }

  #where(isIn: (entry: ClassEntry) => boolean): number {
    let bits = 0;
    for (const [index, entry] of this.#entries.entries()) if (isIn(entry)) bits |= 1 << index;
    return bits;
  }
}

/** Whether a word of a policy is a tier. */
export function isTier(word: string): word is Tier {
  return TIERS.some((tier) => tier === word);
}

function rankOf(tier: string): number | null {
  const rank = LADDER.findIndex((step) => step === tier);
  return rank < 0 ? null : rank;
}
