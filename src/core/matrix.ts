/**
 * The fixed decision tree. In order: enough accesses keep an object hot; then a name pattern gives its tier at any age,
 * unless the accesses say otherwise; else the hotter of what accesses and age say. Intervals are half-open:
 * day 30 is warm, day 90 cold, day 365 archive.
 */
import { lastSegment } from "./object-ref.ts";
import type { AllowedClasses, ObjectView, Proposal, Strategy } from "./strategy.ts";
import { LADDER, type LadderTier, hotterTier } from "./tier.ts";

/** Accesses in the window from which a tier is deserved. */
const HOT_FROM_READS = 10;
const WARM_FROM_READS = 5;
const COLD_FROM_READS = 1;

/** Days since creation from which a tier is due. */
const WARM_FROM_DAYS = 30;
const COLD_FROM_DAYS = 90;
const ARCHIVE_FROM_DAYS = 365;

/** Case-sensitive prefixes of the key's last segment, and the most accesses at which they still decide. */
const NAME_PATTERNS = [
  { prefix: "monthly_", tier: "warm", mostReads: 9 },
  { prefix: "backup_", tier: "cold", mostReads: 4 },
] as const;

/** The provider's class of each tier. */
export type TierClasses = Readonly<Record<LadderTier, string>>;

/** `lifetime` counts every access ever seen. */
export type MatrixWindow = number | "lifetime";

/** Days of accesses the matrix counts where nothing else is configured. */
export const DEFAULT_WINDOW_DAYS = 90;

/** The matrix's own configuration. */
export interface MatrixOptions {
  readonly classes: TierClasses;
  readonly windowDays: MatrixWindow;
}

interface TierChoice {
  readonly tier: LadderTier;
  readonly rule: string;
  readonly why: string;
}

/** The tree itself, on the numbers it looks at. */
export function matrixTier(key: string, reads: number, ageDays: number | null): TierChoice {
  if (reads >= HOT_FROM_READS)
    return { tier: "hot", rule: "matrix:accesses", why: `${reads} accesses, at least ${HOT_FROM_READS}` };
  const name = lastSegment(key);
  const pattern = NAME_PATTERNS.find((entry) => name.startsWith(entry.prefix) && reads <= entry.mostReads);
  if (pattern)
    return {
      tier: pattern.tier,
      rule: `matrix:name:${pattern.prefix}*`,
      why: `named ${pattern.prefix}*, ${count(reads)}`,
    };
  const byReads = tierByReads(reads);
  if (ageDays === null)
    return { tier: "hot", rule: "matrix:age-uncertain", why: "age not known well enough to act on" };
  const byAge = tierByAge(ageDays);
  const tier = hotterTier(byReads, byAge);
  return {
    tier,
    rule: tier === byAge ? "matrix:age" : "matrix:accesses",
    why: `age ${Math.floor(ageDays)} d (${byAge}), ${count(reads)} (${byReads})`,
  };
}

function count(reads: number): string {
  return reads === 1 ? "1 access" : `${reads} accesses`;
}

function tierByReads(reads: number): LadderTier {
  if (reads >= WARM_FROM_READS) return "warm";
  return reads >= COLD_FROM_READS ? "cold" : "archive";
}

function tierByAge(ageDays: number): LadderTier {
  if (ageDays < WARM_FROM_DAYS) return "hot";
  if (ageDays < COLD_FROM_DAYS) return "warm";
  return ageDays < ARCHIVE_FROM_DAYS ? "cold" : "archive";
}

/**
 * The matrix as a strategy, with the provider's class of each tier. Where policies exclude the class of a tier, the next
 * hotter tier's is taken that they allow, then the next colder one's.
 */
export function matrixStrategy(options: MatrixOptions): Strategy {
  return {
    name: "matrix",
    followsOwnMap: true,
    propose(view: ObjectView, allowed: AllowedClasses): Proposal {
      const reads = options.windowDays === "lifetime" ? view.lifetimeReads : view.windowReads;
      const choice = matrixTier(view.key, reads, view.ageDays);
      const storageClass = options.classes[choice.tier];
      return allowed.has(storageClass)
        ? { ...choice, storageClass }
        : instead(choice, storageClass, options.classes, view, allowed);
    },
  };
}

function instead(
  choice: TierChoice,
  excluded: string,
  classes: TierClasses,
  view: ObjectView,
  allowed: AllowedClasses,
): Proposal {
  const rank = LADDER.indexOf(choice.tier);
  const order = [...LADDER.slice(0, rank).toReversed(), ...LADDER.slice(rank + 1)];
  const why = `${choice.why}; policies exclude ${excluded}`;
  const tier = order.find((step) => allowed.has(classes[step]));
  if (tier !== undefined) return { rule: choice.rule, tier, storageClass: classes[tier], why };
  const [first = view.storageClass] = allowed;
  return { ...choice, storageClass: allowed.has(view.storageClass) ? view.storageClass : first, why };
}
