/** Where a provider's own tiering kept an object: tiers by the time since it was last read. */
import type { AccessStats } from "../access-stats.ts";
import { MS_PER_DAY } from "../units.ts";

interface InnerTier {
  readonly name: string;
  readonly idleDays: number;
}

/** A time in one inner tier, [fromMs, toMs). */
export interface InnerTierSpan {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * The inner tiers of an object that lay in such a class from `fromMs` to `toMs`. The clock starts on entry and again
 * after each day with reads, as far as days are remembered.
 */
export function innerTierSpans(
  tiers: readonly InnerTier[],
  fromMs: number,
  toMs: number,
  access: AccessStats,
): readonly InnerTierSpan[] {
  const last = access.lastAccessMs === null ? [] : [access.lastAccessMs];
  const restarts = [...access.days.map(({ day }) => day * MS_PER_DAY), ...last]
    .filter((ms) => ms > fromMs && ms < toMs)
    .toSorted((a, b) => a - b);
  const spans: InnerTierSpan[] = [];
  for (const [index, startMs] of [fromMs, ...restarts].entries()) {
    const endMs = restarts[index] ?? toMs;
    for (const [at, tier] of tiers.entries()) {
      const tierFrom = startMs + tier.idleDays * MS_PER_DAY;
      const next = tiers[at + 1];
      const tierTo = Math.min(endMs, next ? startMs + next.idleDays * MS_PER_DAY : Infinity);
      if (tierTo > tierFrom) spans.push({ name: tier.name, fromMs: tierFrom, toMs: tierTo });
    }
  }
  return spans;
}
