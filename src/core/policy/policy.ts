/** The rules of a policy file as values: what each speaks of, and what it asks for. */
import type { Duration } from "./duration.ts";
import type { Glob } from "./glob.ts";
import type { LATENCY_CLASSES } from "../tier.ts";

/** Half open: from `atLeast` on, up to and without `below`; `null` where an end is open. */
export interface Span<T> {
  readonly atLeast: T | null;
  readonly below: T | null;
}

/** Every condition must hold; an empty list asks for nothing. Within a list one must match. */
export interface PolicyMatch {
  readonly buckets: readonly Glob[];
  readonly keys: readonly Glob[];
  readonly sizeBytes: Span<number>;
  readonly age: Span<Duration>;
  /** All of them. */
  readonly tags: readonly { readonly name: string; readonly value: Glob }[];
  /** Provider's names. */
  readonly classes: readonly string[];
  readonly tenants: readonly Glob[];
}

/** Moves to a tier or class once the object is idle or old for so long. */
export interface AfterStep {
  readonly since: "idle" | "age";
  readonly after: Duration;
  readonly to: string;
}

export type Latency = (typeof LATENCY_CLASSES)[number];

/** Names a rule may choose a strategy by. */
export const STRATEGY_NAMES = ["matrix", "cost", "predictive"] as const;
export type StrategyName = (typeof STRATEGY_NAMES)[number];

/** First class of a new object where it is to be the one that will probably cost least. */
export const AUTO_CHOOSE = "auto-choose";

/** What a rule asks for. `to` is a tier or the provider's name of a class. */
export type PolicyAction =
  | { readonly kind: "never_tier_down" | "ignore" }
  | { readonly kind: "pin" | "floor" | "ceiling" | "create_in"; readonly to: string }
  | { readonly kind: "max_latency"; readonly latency: Latency }
  | { readonly kind: "after"; readonly steps: readonly AfterStep[] }
  | { readonly kind: "strategy"; readonly strategy: StrategyName };

/** Words for an action in a policy file. */
export const POLICY_ACTIONS = [
  "never_tier_down",
  "pin",
  "floor",
  "ceiling",
  "max_latency",
  "after",
  "create_in",
  "strategy",
  "ignore",
] as const satisfies readonly PolicyAction["kind"][];

export interface PolicyRule {
  readonly name: string;
  /** `file:line:column` of the rule. */
  readonly where: string;
  /** `file:line:column` of its parts, by name: `match`, `action`, `duration`, `until`. */
  readonly places: Readonly<Record<string, string>>;
  readonly match: PolicyMatch;
  /** `null` for a rule that only excludes readers. */
  readonly action: PolicyAction | null;
  /** In force this long from the object's creation. */
  readonly duration: Duration | null;
  /** In force before this instant. */
  readonly untilMs: number | null;
  /** Principals whose reads of these objects are no accesses. */
  readonly readsExcludedFrom: readonly string[];
}

/** The place of a part of a rule, or of the rule. */
export function placeOf(rule: PolicyRule, part: string): string {
  return rule.places[part] ?? rule.where;
}

/** The action in the words of the file: `pin: warm`. */
export function actionText(action: PolicyAction): string {
  switch (action.kind) {
    case "never_tier_down":
    case "ignore":
      return action.kind;
    case "max_latency":
      return `max_latency: ${action.latency}`;
    case "strategy":
      return `strategy: ${action.strategy}`;
    case "after":
      return action.steps.map(({ since, after, to }) => `after ${since} ${after.text} to ${to}`).join(", ");
    default:
      return `${action.kind}: ${action.to}`;
  }
}
