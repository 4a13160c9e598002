/**
 * Classes inside which the provider moves objects by idle time: how the days of an object divide among the inner tiers.
 * Read-days are taken as a Poisson process of a stated rate μ, so the time since the last one is exponential:
 * P(idle ≥ k) = e^(−μk). S3 Intelligent-Tiering, GCS Autoclass and Azure smart tier differ in their data only.
 */
import type { ArchiveTier, InnerTier, StorageClassPrices } from "./price-book.ts";
import { DAYS_PER_MONTH } from "../units.ts";

/** Days over which a share is averaged; without it the share is that of the long run. */
export interface IdleWindow {
  /** Days since the last read when the window begins; 0 when the object has just entered the class. */
  readonly idleDays: number;
  readonly horizonDays: number;
}

/** One inner tier and the share of days the object spends in it; the shares of a class add up to 1. */
export interface InnerShare {
  readonly tier: InnerTier | ArchiveTier;
  readonly share: number;
}

/** What divides the days: how often the object is read, and which of the class's archive tiers are switched on. */
export interface InnerUse {
  readonly readDaysPerMonth: number;
  readonly window?: IdleWindow | undefined;
  readonly archiveTiers?: readonly string[] | undefined;
}

/** Whether the provider moves an object of this size among the inner tiers; smaller ones stay in the first, without a fee. */
export function isMonitoredSize(prices: StorageClassPrices, sizeBytes: number): boolean {
  return prices.monitoring === undefined || sizeBytes >= prices.monitoring.fromBytes;
}

/** The tiers of a class in the order of their idle days; an archive tier displaces what begins on the same day. */
export function activeTiers(
  prices: StorageClassPrices,
  archiveTiers: readonly string[] = [],
): readonly (InnerTier | ArchiveTier)[] {
  const on = (prices.archiveTiers ?? []).filter(({ name }) => archiveTiers.includes(name));
  const displaced = new Set(on.map(({ idleDays }) => idleDays));
  const online = (prices.innerTiers ?? []).filter(({ idleDays }) => !displaced.has(idleDays));
  return [...online, ...on].toSorted((a, b) => a.idleDays - b.idleDays);
}

/** The share of days in each inner tier; empty for a class that has none. */
export function innerTierShares(prices: StorageClassPrices, use: InnerUse): InnerShare[] {
  const tiers = activeTiers(prices, use.archiveTiers);
  const perDay = use.readDaysPerMonth / DAYS_PER_MONTH;
  const reached = tiers.map(({ idleDays }) => idleShare(idleDays, perDay, use.window));
  return tiers.map((tier, index) => ({ tier, share: (reached[index] ?? 0) - (reached[index + 1] ?? 0) }));
}

/** Share of days that are idle for at least `days`, at `perDay` read-days a day. */
export function idleShare(days: number, perDay: number, window: IdleWindow | undefined): number {
  if (!window) return Math.exp(-perDay * days);
  const { idleDays, horizonDays } = window;
  if (horizonDays <= 0) return idleDays >= days ? 1 : 0;
  // Not read since before the window, or read in it and then idle for so long.
  const since = Math.min(horizonDays, Math.max(0, days - idleDays));
  const from = Math.min(days, horizonDays);
  const untouched = decay(perDay, since, horizonDays);
  const later = from === since ? untouched : decay(perDay, from, horizonDays);
  const touched = from === horizonDays ? -later : Math.exp(-perDay * days) * (horizonDays - from) - later;
  return Math.min(1, Math.max(0, (untouched + touched) / horizonDays));
}

/** The integral of e^(−rate·t) from `from` to `to`. */
function decay(rate: number, from: number, to: number): number {
  if (rate === 0 || from === to) return to - from;
  return ((from === 0 ? 1 : Math.exp(-rate * from)) * -Math.expm1(-rate * (to - from))) / rate;
}
