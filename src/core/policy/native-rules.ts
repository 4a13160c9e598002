/**
 * The bucket's own lifecycle rules. Their ages count from the object's creation date, which a copy resets: after our copy
 * an expiration comes late, and a transition to a colder class would undo the move.
 */
import type { PriceBook } from "../pricing/price-book.ts";
import { LADDER, LATENCY_CLASSES, TIERS } from "../tier.ts";

/** An enabled age rule of the bucket, as far as a move must know it. */
export interface NativeRule {
  readonly id: string;
  /** Empty: every key. */
  readonly prefix: string;
  /** Days since creation. */
  readonly days: number;
  readonly kind: "transition" | "expiration";
  /** Of a transition. */
  readonly storageClass?: string;
  /** Objects larger than this only, bytes. */
  readonly largerThan?: number;
  /** Objects smaller than this only, bytes. */
  readonly smallerThan?: number;
}

/** What is asked about. */
interface NativeMove {
  readonly key: string;
  readonly sizeBytes: number;
  /** Class the object would be copied into. */
  readonly to: string;
}

/** The first rule that a copy into `to` would restart, or that would undo it. */
export function conflictingRule(
  rules: readonly NativeRule[],
  move: NativeMove,
  prices: PriceBook,
): NativeRule | undefined {
  return rules.find(
    (rule) => speaksOf(rule, move) && (rule.kind === "expiration" || leadsDown(rule.storageClass, move.to, prices)),
  );
}

function speaksOf({ prefix, largerThan = -1, smallerThan = Infinity }: NativeRule, { key, sizeBytes }: NativeMove) {
  return key.startsWith(prefix) && sizeBytes > largerThan && sizeBytes < smallerThan;
}

/** A transition to where the object then is already, or to a hotter class, does nothing. */
function leadsDown(ruleClass: string | undefined, to: string, prices: PriceBook): boolean {
  if (ruleClass === undefined) return true;
  const [ruled, own] = [coldness(ruleClass, prices), coldness(to, prices)];
  return ruled === null || own === null ? ruleClass !== to : ruled > own;
}

/** Larger is colder; `null` for a class without a place on the ladder. */
function coldness(name: string, prices: PriceBook): number | null {
  const found = Object.hasOwn(prices.classes, name) ? prices.classes[name] : undefined;
  if (!found || found.tier === "auto") return null;
  return LADDER.indexOf(found.tier) * TIERS.length + LATENCY_CLASSES.indexOf(found.latency);
}
