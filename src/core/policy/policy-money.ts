/** Rules that are certain to lose money: what they order costs more than staying, for every object they speak of. */
import { copyFee, monthlyBill } from "../pricing/bill.ts";
import type { PolicyFinding } from "./policy-finding.ts";
import { type PolicyRule, actionText, placeOf } from "./policy.ts";
import type { PolicySet } from "./policy-constraints.ts";
import type { PriceBook } from "../pricing/price-book.ts";
import { KIB, MICROS_PER_DOLLAR } from "../units.ts";

/** Months over which an order may at the most be expected to pay: the age of a long archive. */
const LONGEST_MONTHS = 120;
/** Days no object is held back by a minimum duration any more. */
const LONG_HELD_DAYS = 3650;

/**
 * Looks at the largest object a rule speaks of, never read: the best case of every move down. Where even that one pays
 * more than it would in the base class, all do; a rule without an upper size is not certain to lose.
 */
export function moneyFindings(rule: PolicyRule, set: PolicySet, prices: PriceBook): PolicyFinding[] {
  const { below } = rule.match.sizeBytes;
  if (below === null || rule.action === null) return [];
  const largest = Math.max(0, below - 1);
  return orderedTargets(rule, set).flatMap((targets) => {
    const best = bestOutcome(targets, largest, prices);
    if (best === null || best.gainMicros > 0) return [];
    const loss = `$${((-best.gainMicros / MICROS_PER_DOLLAR) * 1_000_000).toFixed(2)}`;
    const message =
      `${rule.action ? actionText(rule.action) : ""} loses money for every object it speaks of: ` +
      `even ${sizeText(largest)} never read, in ${best.storageClass}, cost ${loss} per million objects more over ` +
      `${best.months === 1 ? "the first month" : `${best.months} months`} than in ${prices.baseClass}, fee included`;
    const fix = "Raise the size the rule begins at with match.size.at_least, or leave these objects out.";
    return [
      { severity: "warning", kind: "money-losing", rule: rule.name, where: placeOf(rule, "action"), message, fix },
    ];
  });
}

/** Class sets that a rule orders objects of the base class into. */
function orderedTargets(rule: PolicyRule, { classes }: PolicySet): readonly (readonly string[])[] {
  const { action } = rule;
  switch (action?.kind) {
    case "pin":
      return [[...classes.names(classes.named(action.to))]];
    case "ceiling":
      return [[...classes.names(classes.ceiling(action.to) & classes.usual)]];
    case "after":
      return action.steps.map(({ to }) => Array.from(classes.names(classes.named(to))));
    default:
      return [];
  }
}

interface Outcome {
  readonly storageClass: string;
  readonly gainMicros: number;
  readonly months: number;
}

/** The class that loses least; `null` where a price is unknown, or the object may stay in the base class. */
function bestOutcome(targets: readonly string[], sizeBytes: number, prices: PriceBook): Outcome | null {
  if (targets.includes(prices.baseClass)) return null;
  const use = { sizeBytes, readsPerMonth: 0, readDaysPerMonth: 0 };
  const stay = monthlyBill(prices, prices.baseClass, use);
  let best: Outcome | null = null;
  for (const storageClass of targets) {
    const bill = monthlyBill(prices, storageClass, use);
    const move = { from: prices.baseClass, to: storageClass, sizeBytes, daysHeld: LONG_HELD_DAYS, noncurrentDays: 0 };
    const fee = copyFee(prices, move);
    if (!stay || !bill || !fee) return null;
    const saving = stay.totalMicros - bill.totalMicros;
    const months = saving > 0 ? LONGEST_MONTHS : 1;
    const gainMicros = saving * months - fee.totalMicros;
    if (!best || gainMicros > best.gainMicros) best = { storageClass, gainMicros, months };
  }
  return best;
}

function sizeText(bytes: number): string {
  return bytes < 10 * KIB ? `${bytes} bytes` : `${Math.floor(bytes / KIB)} KiB`;
}
