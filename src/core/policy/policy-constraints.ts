/**
 * Policies applied to an object: what all matching rules together allow, what they order, and the first one's word on
 * everything else. Pure; compiled once, then asked for every object.
 */
import { AstraError } from "../errors.ts";
import { AUTO_CHOOSE, type PolicyRule, type StrategyName, placeOf } from "./policy.ts";
import { PolicyClasses } from "./policy-classes.ts";
import { asksForKeyAlone, hasReached, matchRule } from "./policy-match.ts";
import { DUE_FROM, IN_DOUBT, MATCHED, WeighingTree } from "./policy-weighing.ts";
import type { PriceBook } from "../pricing/price-book.ts";
import type { AllowedClasses, ObjectView, Strategy } from "../strategy.ts";

/** What the policies say of one object. Shared among objects of which they say the same: never change one. */
export interface PolicyConstraints {
  /** What every matching rule allows; may lack the present class. Empty with a `conflict`. */
  readonly allowed: AllowedClasses;
  /** The same without the classes that no strategy of its own accord may use: those with a wait for the first byte. */
  readonly allowedInstant: AllowedClasses;
  /** The rule that orders the object out of its present class, and in what words; money guards then give way. */
  readonly ordered: {
    readonly rule: string;
    readonly action: string;
    /** It came with age or idleness, not by name: what was brought up cools down first. */
    readonly isTimed: boolean;
  } | null;
  /** Strategy named by the first matching rule that names one. */
  readonly strategy: StrategyName | null;
  readonly excludedReaders: readonly string[];
  /** No class is left: the object stays. */
  readonly conflict: boolean;
  readonly isIgnored: boolean;
  readonly verdict: PolicyVerdict;
  /** Names of all matching rules in a row. */
  readonly rulesText: string;
}

/** What the policies had to say, for whoever asks why. */
export interface PolicyVerdict {
  /** Matching rules, in the file's order. */
  readonly rules: readonly string[];
  /** The rule that ordered a move, whatever it costs; `null` where none did. */
  readonly orderedBy: string | null;
  /** Rules that hold the object only for want of something known of it (tags, tenant, age). */
  readonly unknownRules: readonly string[];
}

/** Rules with their targets looked up in a price book. */
export interface PolicySet {
  readonly rules: readonly PolicyRule[];
  readonly classes: PolicyClasses;
  readonly compiled: readonly CompiledRule[];
  readonly weighed: WeighingTree;
  /**
   * Bits of the rules that ask for more than the key: where none of them is set, the class and the bits say all there is to
   * say. `null` where a rule has no bit.
   */
  readonly askingMore: number | null;
}

/** A rule with what it leaves of the classes. */
export interface CompiledRule {
  readonly rule: PolicyRule;
  /** Bit of `ObjectView.ruleBits` that tells whether the key agrees; -1 where the rule asks no key, or comes too late for one. */
  readonly keyBit: number;
  /** Classes the rule leaves; all where it doesn't limit them by itself. */
  readonly mask: number;
  /** Classes allowed because the rule names them, although they are not among the usual ones. */
  readonly named: number;
  readonly steps: readonly { readonly target: number; readonly atOrColder: number }[];
}

/** Looks up every tier and class a rule names. @throws AstraError ASTRA_POLICY_INVALID with the place in the file */
export function compilePolicies(
  rules: readonly PolicyRule[],
  prices: PriceBook,
  namedClasses: Iterable<string> = [],
): PolicySet {
  const classes = new PolicyClasses(prices, namedClasses);
  const compiled = rules.map((rule, index) => compileRule(rule, index, classes, prices));
  return withRules({ rules, classes }, compiled);
}

/** The set with other rules in force. */
export function withRules(
  { rules, classes }: Pick<PolicySet, "rules" | "classes">,
  compiled: readonly CompiledRule[],
): PolicySet {
  const weighed = new WeighingTree(classes, compiled.length);
  return { rules, classes, compiled, weighed, askingMore: bitsAskingMore(compiled) };
}

function bitsAskingMore(compiled: readonly CompiledRule[]): number | null {
  let bits = 0;
  for (const { rule, keyBit } of compiled) {
    if (keyBit < 0) return null;
    if (!asksForKeyAlone(rule)) bits |= 1 << keyBit;
  }
  return bits;
}

/** Bits of an integer that JavaScript's operators leave positive. */
const MOST_KEY_BITS = 31;

function compileRule(rule: PolicyRule, index: number, classes: PolicyClasses, prices: PriceBook): CompiledRule {
  for (const name of rule.match.classes) {
    if (!Object.hasOwn(prices.classes, name)) throw unknownTarget(rule, "match", name, prices);
  }
  const { action } = rule;
  const keyBit = rule.match.keys.length > 0 && index < MOST_KEY_BITS ? index : -1;
  const whole = { rule, keyBit, mask: classes.all, named: 0, steps: [] };
  if (action === null) return whole;
  const found = (bits: number, target: string): number => {
    if (bits === 0) throw unknownTarget(rule, "action", target, prices);
    return bits;
  };
  switch (action.kind) {
    case "pin": {
      const bits = found(classes.named(action.to), action.to);
      return { ...whole, mask: bits, named: bits };
    }
    case "floor":
      return { ...whole, mask: found(classes.floor(action.to), action.to) };
    case "ceiling":
      return { ...whole, mask: found(classes.ceiling(action.to), action.to) };
    case "max_latency":
      return { ...whole, mask: classes.within(action.latency) };
    case "create_in":
      if (action.to === AUTO_CHOOSE) return whole;
      return { ...whole, named: found(classes.named(action.to), action.to) };
    case "after": {
      const steps = action.steps.map(({ to }) => ({
        target: found(classes.named(to), to),
        atOrColder: classes.atOrColder(to),
      }));
      return { ...whole, steps };
    }
    default:
      return whole;
  }
}

function unknownTarget(rule: PolicyRule, part: string, target: string, prices: PriceBook): AstraError {
  const managed = Object.entries(prices.classes).filter(([, entry]) => entry.managed);
  const names = managed.map(([name]) => name).join(", ");
  const message = `${JSON.stringify(target)} in the rule ${JSON.stringify(rule.name)} is no tier or class it could name`;
  const fix = `Use hot, warm, cold, archive, auto (not for floor and ceiling), or for pin and after one of ${names}.`;
  return new AstraError("ASTRA_POLICY_INVALID", message, { where: placeOf(rule, part), fix });
}

/**
 * What the policies say of an object at `nowMs`.
 * @param holdsUnknown whether rules that may or may not speak of the object limit it
 */
export function constraintsOf(set: PolicySet, view: ObjectView, nowMs: number, holdsUnknown = true): PolicyConstraints {
  const { compiled, weighed, askingMore } = set;
  const { ruleBits } = view;
  const isSaid = ruleBits !== undefined && askingMore !== null && (ruleBits & askingMore) === 0;
  const known = isSaid ? weighed.ofKeys(view.storageClass, ruleBits) : undefined;
  if (known) return known;
  let found = weighed.of(view.storageClass);
  for (let index = 0; index < compiled.length; index += 1) {
    const each = compiled[index];
    if (!each) continue;
    const isOfKey = ruleBits !== undefined && each.keyBit >= 0;
    if (isOfKey && (ruleBits & (1 << each.keyBit)) === 0) continue;
    const matched = matchRule(each.rule, view, nowMs, isOfKey);
    if (matched === "yes") found = found.and(each, index, howOf(each, view, nowMs));
    else if (matched === "unknown" && holdsUnknown) found = found.and(each, index, IN_DOUBT);
  }
  const constraints = found.constraints();
  if (isSaid) weighed.keepOfKeys(view.storageClass, ruleBits, constraints);
  return constraints;
}

/** The last step that is due counts: steps stand in the order in which they come. */
function howOf({ rule: { action } }: CompiledRule, view: ObjectView, nowMs: number): number {
  if (action?.kind !== "after") return MATCHED;
  const last = action.steps.findLastIndex(({ since, after }) =>
    hasReached(since === "idle" ? view.idleDays : view.ageDays, after, view, nowMs),
  );
  return last < 0 ? MATCHED : DUE_FROM + last;
}

/** The classes a strategy may choose from. */
export function allowedFor(constraints: PolicyConstraints, strategy: Strategy): AllowedClasses {
  return strategy.followsOwnMap ? constraints.allowed : constraints.allowedInstant;
}
