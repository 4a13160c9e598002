/**
 * Rules by age alone, as a plan's strategy and policies have them: the only ones that a provider's own lifecycle can say.
 * Whether such a rule does exactly what a plan orders is not for it to say: see `scope-judge.ts`.
 */
import { MATRIX_TREE, type TierClasses } from "../matrix.ts";
import type { PolicyMatch, PolicyRule } from "../policy/policy.ts";
import { type PriceBook, managedClass } from "../pricing/price-book.ts";
import type { LadderTier } from "../tier.ts";
import { MS_PER_DAY } from "../units.ts";

/** From an age on, objects are in a class. */
export interface AgeStep {
  readonly days: number;
  readonly to: string;
}

/** Which objects a rule by age speaks of, and its steps, ages rising. */
export interface AgeScope {
  /** `matrix`, or the name of the policy. */
  readonly source: string;
  /** Empty: every key. */
  readonly prefix: string;
  /** Bytes, inclusive; `null` where the rule does not ask. */
  readonly fromBytes: number | null;
  /** Bytes, exclusive. */
  readonly belowBytes: number | null;
  readonly steps: readonly AgeStep[];
}

/** The tree's ages, with the class of each tier. */
export function matrixSteps(classes: TierClasses): readonly AgeStep[] {
  const { fromDays } = MATRIX_TREE;
  const tiers = ["warm", "cold", "archive"] as const satisfies readonly LadderTier[];
  return tiers.map((tier) => ({ days: fromDays[tier], to: classes[tier] }));
}

/** The scopes of a policy; empty where it asks for more than age, prefix and size, or in other units than days. */
export function policyScopes(rule: PolicyRule, prices: PriceBook): readonly AgeScope[] {
  const { action, match, duration, untilMs, name } = rule;
  if (action?.kind !== "after" || duration !== null || untilMs !== null) return [];
  const prefixes = prefixesOf(match);
  const steps = action.steps.flatMap(({ since, after, to }): AgeStep[] => {
    const days = after.months === 0 ? after.ms / MS_PER_DAY : Number.NaN;
    const found = classOf(to, prices);
    return since === "age" && Number.isInteger(days) && days > 0 && found !== null ? [{ days, to: found }] : [];
  });
  if (!prefixes || steps.length !== action.steps.length) return [];
  const { atLeast: fromBytes, below: belowBytes } = match.sizeBytes;
  return prefixes.map((prefix) => ({ source: name, prefix, fromBytes, belowBytes, steps }));
}

/** `null` where objects are told by something that no lifecycle rule can ask for. */
function prefixesOf({ keys, buckets, age, tags, classes, tenants }: PolicyMatch): readonly string[] | null {
  const isMore = [buckets, tags, classes, tenants].some((list) => list.length > 0);
  if (isMore || age.atLeast !== null || age.below !== null) return null;
  if (keys.length === 0) return [""];
  const prefixes = keys.map(({ source }) => prefixOf(source));
  return prefixes.every((prefix) => prefix !== null) ? prefixes : null;
}

const PREFIX_GLOB = /^([^*?[\]{}\\!]*\/[^*?[\]{}\\!]*)\*\*$/;

/** `logs/**` is the prefix `logs/`. */
function prefixOf(source: string): string | null {
  if (source === "**" || source === "*") return "";
  return PREFIX_GLOB.exec(source)?.[1] ?? null;
}

/** The first class of a tier, or the one of that name. */
function classOf(target: string, prices: PriceBook): string | null {
  if (managedClass(prices, target)) return target;
  return Object.entries(prices.classes).find(([, entry]) => entry.managed && entry.tier === target)?.[0] ?? null;
}
