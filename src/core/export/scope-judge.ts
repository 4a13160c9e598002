/**
 * Whether a rule by age would do to the objects of a bucket, today, exactly what a plan orders: the set of objects it would
 * move into each class is compared with the set that the plan moves there. Sets are compared by count and by the sum of a
 * fingerprint of every key, so neither side is kept, and the order in which they come does not matter.
 */
import type { PlannedMove } from "../plan.ts";
import type { PriceBook } from "../pricing/price-book.ts";
import { mayTransition } from "../pricing/waterfall.ts";
import { MS_PER_DAY } from "../units.ts";
import type { AgeScope, AgeStep } from "./age-ladder.ts";

/** An object as a listing shows it. */
export interface AgedObject {
  readonly key: string;
  readonly sizeBytes: number;
  readonly lastModifiedMs: number;
  readonly storageClass: string;
}

/** A rule that does what the plan does. */
export interface ExactRule extends AgeStep {
  readonly source: string;
  readonly prefix: string;
  /** Objects larger than this only, bytes; `null` where no object needs it. */
  readonly largerThan: number | null;
  /** Objects smaller than this only, bytes. */
  readonly smallerThan: number | null;
  /** There are smaller objects that the rule would move without its filter, and the plan does not. */
  readonly hasSmaller: boolean;
  readonly moves: number;
  readonly bytes: number;
  readonly feeMicros: number;
  readonly savingMicrosPerMonth: number;
}

/** S3 moves nothing smaller of its own accord where a rule does not ask for a size (user guide, default minimum size). */
export const DEFAULT_LEAST_BYTES = 128 * 1024;
const PRINT_MODULUS = 2 ** 53;

interface ClassSums {
  planned: number;
  plannedPrint: number;
  native: number;
  nativePrint: number;
  bytes: number;
  feeMicros: number;
  savingMicrosPerMonth: number;
  /** Smallest planned object. */
  leastBytes: number;
  /** Largest one below it that the rule would move and the plan does not. */
  mostBelow: number;
}

/** One rule by age under one prefix. */
export class ScopeJudge {
  readonly scope: AgeScope;
  readonly #prices: PriceBook;
  readonly #sums = new Map<string, ClassSums>();
  #others = 0;

  constructor(scope: AgeScope, prices: PriceBook) {
    this.scope = scope;
    this.#prices = prices;
    for (const { to } of scope.steps) {
      const none = { planned: 0, plannedPrint: 0, native: 0, nativePrint: 0, bytes: 0, feeMicros: 0 };
      this.#sums.set(to, { ...none, savingMicrosPerMonth: 0, leastBytes: Infinity, mostBelow: -1 });
    }
  }

  /** First all moves of the plan. */
  planned(move: PlannedMove): void {
    if (!this.#speaksOf(move)) return;
    const sums = this.#sums.get(move.to);
    if (!sums) {
      this.#others += 1;
      return;
    }
    sums.planned += 1;
    sums.plannedPrint = (sums.plannedPrint + keyPrint(move.key)) % PRINT_MODULUS;
    sums.bytes += move.sizeBytes;
    sums.feeMicros += move.feeMicros;
    sums.savingMicrosPerMonth += move.savingMicrosPerMonth;
    sums.leastBytes = Math.min(sums.leastBytes, move.sizeBytes);
  }

  /** Then all objects of the bucket, none twice. */
  listed(object: AgedObject, nowMs: number): void {
    if (!this.#speaksOf(object)) return;
    const to = this.#nativeClass(object, nowMs);
    const sums = to === null ? undefined : this.#sums.get(to);
    if (!sums) return;
    sums.native += 1;
    sums.nativePrint = (sums.nativePrint + keyPrint(object.key)) % PRINT_MODULUS;
  }

  /** The rules, where each does just what the plan does and at least one does anything; else `null`. */
  verdict(): readonly ExactRule[] | null {
    const rules: ExactRule[] = [];
    for (const { days, to } of this.scope.steps) {
      const sums = this.#sums.get(to);
      if (!sums || sums.planned !== sums.native || sums.plannedPrint !== sums.nativePrint) return null;
      // Without an object that moves nobody can tell from which size on a move is worth its fee: no rule is made.
      if (sums.planned === 0) continue;
      // S3's filters by size begin above 0.
      if (sums.leastBytes === 0) return null;
      const { planned: moves, bytes, feeMicros, savingMicrosPerMonth } = sums;
      const { source, prefix, belowBytes: smallerThan } = this.scope;
      const largerThan = largerThanOf(sums, this.scope.fromBytes);
      const filter = { source, prefix, largerThan, smallerThan, hasSmaller: sums.mostBelow >= 0 };
      rules.push({ ...filter, days, to, moves, bytes, feeMicros, savingMicrosPerMonth });
    }
    return rules.length === 0 || this.#others > 0 ? null : rules;
  }

  #speaksOf({ key, sizeBytes }: Pick<AgedObject, "key" | "sizeBytes">): boolean {
    const { prefix, fromBytes, belowBytes } = this.scope;
    return (
      key.startsWith(prefix) &&
      (fromBytes === null || sizeBytes >= fromBytes) &&
      (belowBytes === null || sizeBytes < belowBytes)
    );
  }

  /** Where rules for the classes that the plan moves to would send it today; `null` where it stays. */
  #nativeClass({ sizeBytes, lastModifiedMs, storageClass }: AgedObject, nowMs: number): string | null {
    let found: string | null = null;
    for (const { days, to } of this.scope.steps) {
      const sums = this.#sums.get(to);
      if (!sums || sums.planned === 0) continue;
      if (lastModifiedMs + days * MS_PER_DAY > nowMs || !mayTransition(this.#prices, storageClass, to)) continue;
      // A filter by size has to keep it out.
      if (sizeBytes < sums.leastBytes) sums.mostBelow = Math.max(sums.mostBelow, sizeBytes);
      else found = to;
    }
    return found;
  }
}

/** What the rule has to say of sizes: nothing where the default suits, else a number between what moves and what does not. */
function largerThanOf({ leastBytes, mostBelow }: ClassSums, fromBytes: number | null): number | null {
  if (fromBytes !== null && fromBytes > 0 && mostBelow < fromBytes) return fromBytes - 1;
  if (leastBytes >= DEFAULT_LEAST_BYTES && mostBelow < DEFAULT_LEAST_BYTES) return null;
  return mostBelow < 0 ? leastBytes - 1 : mostBelow;
}

const FNV_OFFSET = 0x81_1c_9d_c5;
const FNV_PRIME = 0x01_00_01_93;
const OTHER_OFFSET = 0x9e_37_79_b9;

/** 53 bits of a key: two runs of FNV-1a over its UTF-16 units. */
function keyPrint(key: string): number {
  let low = FNV_OFFSET;
  let high = OTHER_OFFSET;
  for (let at = 0; at < key.length; at += 1) {
    const unit = key.charCodeAt(at);
    low = Math.imul(low ^ unit, FNV_PRIME);
    high = Math.imul(high ^ (unit + at), FNV_PRIME);
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
}
