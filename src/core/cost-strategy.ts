/** The class with the smallest bill over a horizon, if the object goes on being read as of late. */
import { watchedDays } from "./access-stats.ts";
import { type ExpectedUse, copyFee, monthlyBill } from "./pricing/bill.ts";
import { expectedUse } from "./pricing/expected-use.ts";
import type { PriceBook } from "./pricing/price-book.ts";
import type { AllowedClasses, ObjectView, Proposal, Strategy } from "./strategy.ts";
import { DAYS_PER_MONTH, MICROS_PER_DOLLAR } from "./units.ts";

/** Days the bill is added up over where nothing else is configured (design: decisions, Strategies). */
export const DEFAULT_HORIZON_DAYS = 90;

export interface CostOptions {
  readonly prices: PriceBook;
  readonly horizonDays: number;
  /** Days the noncurrent version left by a copy is billed; 0 on a bucket without versioning. */
  readonly noncurrentDays: number;
}

/**
 * Bill of one class over the horizon in micro-dollars, with the fee of getting there: months × monthly bill at the
 * object's decayed read rate + fee. @returns `null` where a price is unknown
 */
export function horizonMicros(view: ObjectView, storageClass: string, options: CostOptions): number | null {
  const { prices, horizonDays, noncurrentDays } = options;
  const bill = monthlyBill(prices, storageClass, withUnseenReads(view, expectedUse(view, storageClass, horizonDays)));
  if (!bill) return null;
  const rent = (bill.totalMicros * horizonDays) / DAYS_PER_MONTH;
  if (storageClass === view.storageClass) return rent;
  const { sizeBytes, storageClass: from, daysInClass: daysHeld } = view;
  const fee = copyFee(prices, { from, to: storageClass, sizeBytes, daysHeld, noncurrentDays });
  return fee && rent + fee.totalMicros;
}

/**
 * Half a read that may merely not have been seen yet: no reads in the days watched do not make a rate of zero (Jeffreys'
 * prior of a Poisson rate, 0.5 events). Without it, every new object would go where reading is dearest.
 */
const UNSEEN_READS = 0.5;

function withUnseenReads(view: ObjectView, use: ExpectedUse): ExpectedUse {
  const unseen = (UNSEEN_READS * DAYS_PER_MONTH) / watchedDays(view.ageDays);
  return {
    ...use,
    readsPerMonth: use.readsPerMonth + unseen,
    readDaysPerMonth: Math.min(DAYS_PER_MONTH, use.readDaysPerMonth + unseen),
  };
}

/** The `cost` strategy. Classes with an unknown price are left out; where that leaves none, the object stays. */
export function costStrategy(options: CostOptions): Strategy {
  return { name: "cost", propose: (view, allowed) => cheapest(view, allowed, options) };
}

function cheapest(view: ObjectView, allowed: AllowedClasses, options: CostOptions): Proposal {
  const now = horizonMicros(view, view.storageClass, options);
  let best = view.storageClass;
  let bestMicros = allowed.has(best) ? now : null;
  // Where the present class has no known price, no other can be said to be cheaper.
  const isComparable = now !== null || !allowed.has(view.storageClass);
  for (const storageClass of isComparable ? allowed : []) {
    const micros = storageClass === view.storageClass ? now : horizonMicros(view, storageClass, options);
    if (micros === null || (bestMicros !== null && micros >= bestMicros)) continue;
    best = storageClass;
    bestMicros = micros;
  }
  if (bestMicros === null && !allowed.has(best)) [best = view.storageClass] = allowed;
  const tier = options.prices.classes[best]?.tier ?? "hot";
  return { tier, storageClass: best, rule: "cost", why: whyOf(view, best, bestMicros, now, options.horizonDays) };
}

function whyOf(
  view: ObjectView,
  best: string,
  bestMicros: number | null,
  nowMicros: number | null,
  horizonDays: number,
): string {
  const reads = `${view.rate.readsPerMonth.toFixed(2)} reads a month and half a read unseen`;
  if (bestMicros === null) return `no class has known prices, ${reads}`;
  const days = `over ${horizonDays} d`;
  if (best === view.storageClass) return `${best} costs least ${days}: ${dollars(bestMicros)}, ${reads}`;
  const against = nowMicros === null ? "" : ` against ${dollars(nowMicros)} in ${view.storageClass}`;
  return `${best} costs least ${days}: ${dollars(bestMicros)} with its fee${against}, ${reads}`;
}

function dollars(micros: number): string {
  return `$${(micros / MICROS_PER_DOLLAR).toPrecision(3)}`;
}
