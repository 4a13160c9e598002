/** The class a new object is written to, where a policy says so. */
import type { DecideContext } from "../decide.ts";
import { AUTO_CHOOSE } from "./policy.ts";
import { allowedFor, constraintsOf } from "./policy-constraints.ts";
import { matchRule } from "./policy-match.ts";
import type { ObjectView } from "../strategy.ts";

export interface FirstClass {
  readonly storageClass: string;
  /** Name of the rule. */
  readonly rule: string;
  readonly why: string;
}

/**
 * The first matching rule with `create_in` decides, as far as all rules allow what it asks for.
 * @param view the object as it would be in the base class, just created
 * @returns `null` where no rule speaks of the object: it goes to the default class
 */
export function firstClass(view: ObjectView, context: DecideContext): FirstClass | null {
  const { classes, compiled } = context.policies;
  const found = compiled.find(
    ({ rule }) => rule.action?.kind === "create_in" && matchRule(rule, view, view.atMs) === "yes",
  );
  if (found?.rule.action?.kind !== "create_in") return null;
  const constraints = constraintsOf(context.policies, view, view.atMs);
  const strategy = constraints.strategy === null ? context.strategy : context.strategyNamed(constraints.strategy);
  const { to } = found.rule.action;
  const asked = to === AUTO_CHOOSE ? allowedFor(constraints, strategy) : classes.names(classes.named(to));
  const open = new Set([...asked].filter((name) => constraints.allowed.has(name)));
  if (open.size === 0) return null;
  const { storageClass, why } = strategy.propose(view, open);
  return { storageClass, rule: found.rule.name, why };
}
