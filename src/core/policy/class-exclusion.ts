/** Why a class is not open to an object: the rule that excludes it, or the wait for its first byte. */
import { type PolicySet, allowedFor, constraintsOf, withRules } from "./policy-constraints.ts";
import type { ObjectView, Strategy } from "../strategy.ts";

/**
 * `policy`: a rule excludes the class. `latency`: no strategy of its own accord takes a class with a wait, and no rule
 * allows it. `not_named`: it stands behind another of its tier, and neither a rule nor the configuration names it.
 */
export interface ClassExclusion {
  readonly by: "policy" | "latency" | "not_named";
  /** The rule; `null` where none is to blame. */
  readonly rule: string | null;
}

/** What decides which classes are open. */
export interface ExclusionContext {
  readonly policies: PolicySet;
  /** The one that chooses for this object. */
  readonly strategy: Strategy;
}

/** @returns `null` where the class is open to the object */
export function classExclusion(
  storageClass: string,
  view: ObjectView,
  { policies, strategy }: ExclusionContext,
): ClassExclusion | null {
  const together = constraintsOf(policies, view, view.atMs);
  if (allowedFor(together, strategy).has(storageClass)) return null;
  if (together.allowed.has(storageClass)) return { by: "latency", rule: null };
  const without = constraintsOf(withRules(policies, []), view, view.atMs);
  if (!without.allowed.has(storageClass)) return { by: "not_named", rule: null };
  const culprit = policies.compiled.find(
    (compiled) => !constraintsOf(withRules(policies, [compiled]), view, view.atMs).allowed.has(storageClass),
  );
  return { by: "policy", rule: culprit?.rule.name ?? null };
}
