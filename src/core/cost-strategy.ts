/** The class with the smallest bill over a horizon, if the object goes on being read as of late. */
import { watchedDays } from "./access-stats.ts";
import { type ExpectedUse, monthTotalMicros } from "./pricing/bill.ts";
import { type ClassRates, ratesOf } from "./pricing/class-rates.ts";
import { presentIdleDays, useAt } from "./pricing/expected-use.ts";
import { copyTotalMicros } from "./pricing/move-fee.ts";
import { LazyProposal } from "./proposal.ts";
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
  const { managed } = ratesOf(options.prices);
  const [own, rates] = [managed.get(view.storageClass), managed.get(storageClass)];
  if (!rates) return null;
  const isHere = storageClass === view.storageClass;
  const micros = isHere
    ? rentMicros(rates, useOf(view, presentIdleDays(view), options), options)
    : movedMicros(view, own, rates, useOf(view, 0, options), Infinity, options);
  return Number.isNaN(micros) ? null : micros;
}

/** Bill of staying in a class; NaN where a price is unknown. */
function rentMicros(rates: ClassRates, use: ExpectedUse, { horizonDays }: CostOptions): number {
  return (monthTotalMicros(rates, use) * horizonDays) / DAYS_PER_MONTH;
}

/** Bill with the fee of getting there. @returns any higher number where it is not below `best`; NaN where a price is unknown */
function movedMicros(
  { sizeBytes, daysInClass }: ObjectView,
  own: ClassRates | undefined,
  rates: ClassRates,
  use: ExpectedUse,
  best: number,
  options: CostOptions,
): number {
  const rent = rentMicros(rates, use, options);
  // A fee is never negative.
  if (rent >= best) return rent;
  if (!own) return Number.NaN;
  return rent + copyTotalMicros(options.prices, own, rates, sizeBytes, daysInClass, options.noncurrentDays);
}

/**
 * Half a read that may merely not have been seen yet: no reads in the days watched do not make a rate of zero (Jeffreys'
 * prior of a Poisson rate, 0.5 events). Without it, every new object would go where reading is dearest.
 */
export const UNSEEN_READS = 0.5;

function useOf({ sizeBytes, rate, ageDays }: ObjectView, idleDays: number, { horizonDays }: CostOptions): ExpectedUse {
  const unseen = (UNSEEN_READS * DAYS_PER_MONTH) / watchedDays(ageDays);
  const readDaysPerMonth = Math.min(DAYS_PER_MONTH, rate.readDaysPerMonth + unseen);
  return useAt(sizeBytes, rate.readsPerMonth + unseen, readDaysPerMonth, { idleDays, horizonDays });
}

/** The `cost` strategy. Classes with an unknown price are left out; where that leaves none, the object stays. */
export function costStrategy(options: CostOptions): Strategy {
  const { managed } = ratesOf(options.prices);
  const candidates = new WeakMap<AllowedClasses, readonly ClassRates[]>();
  const candidatesOf = (allowed: AllowedClasses): readonly ClassRates[] => {
    const known = candidates.get(allowed);
    if (known) return known;
    const made = [...allowed].flatMap((name) => managed.get(name) ?? []);
    candidates.set(allowed, made);
    return made;
  };
  return { name: "cost", propose: (view, allowed) => cheapest(view, allowed, candidatesOf(allowed), options) };
}

function cheapest(
  view: ObjectView,
  allowed: AllowedClasses,
  candidates: readonly ClassRates[],
  options: CostOptions,
): Proposal {
  const own = ratesOf(options.prices).managed.get(view.storageClass);
  const elsewhere = useOf(view, 0, options);
  const here = own && own.inner.length > 0 ? useOf(view, presentIdleDays(view), options) : elsewhere;
  const now = own ? rentMicros(own, here, options) : Number.NaN;
  const isHere = allowed.has(view.storageClass);
  let best = view.storageClass;
  let bestMicros = isHere ? now : Number.NaN;
  // Where the present class has no known price, no other can be said to be cheaper.
  if (!isHere || !Number.isNaN(now)) {
    for (const rates of candidates) {
      const micros = rates === own ? now : movedMicros(view, own, rates, elsewhere, bestMicros, options);
      if (Number.isNaN(micros) || micros >= bestMicros) continue;
      best = rates.name;
      bestMicros = micros;
    }
  }
  if (Number.isNaN(bestMicros) && !isHere) [best = view.storageClass] = allowed;
  return proposalOf(view, best, bestMicros, now, options);
}

function proposalOf(
  view: ObjectView,
  best: string,
  bestMicros: number,
  nowMicros: number,
  options: CostOptions,
): Proposal {
  const tier = options.prices.classes[best]?.tier ?? "hot";
  return new LazyProposal(tier, best, "cost", () => whyOf(view, best, bestMicros, nowMicros, options.horizonDays));
}

function whyOf(view: ObjectView, best: string, bestMicros: number, nowMicros: number, horizonDays: number): string {
  const reads = `${view.rate.readsPerMonth.toFixed(2)} reads a month and half a read unseen`;
  if (Number.isNaN(bestMicros)) return `no class has known prices, ${reads}`;
  const days = `over ${horizonDays} d`;
  if (best === view.storageClass) return `${best} costs least ${days}: ${dollars(bestMicros)}, ${reads}`;
  const against = Number.isNaN(nowMicros) ? "" : ` against ${dollars(nowMicros)} in ${view.storageClass}`;
  return `${best} costs least ${days}: ${dollars(bestMicros)} with its fee${against}, ${reads}`;
}

function dollars(micros: number): string {
  return `$${(micros / MICROS_PER_DOLLAR).toPrecision(3)}`;
}
