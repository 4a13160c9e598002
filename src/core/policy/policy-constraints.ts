/**
 * Policies applied to an object: what all matching rules together allow, what they order, and the first one's word on
 * everything else. Pure; compiled once, then asked for every object.
 */
import { AstraError } from "../errors.ts";
import { AUTO_CHOOSE, type PolicyRule, type StrategyName, actionText, placeOf } from "./policy.ts";
import { PolicyClasses } from "./policy-classes.ts";
import { hasReached, matchRule } from "./policy-match.ts";
import type { PriceBook } from "../pricing/price-book.ts";
import type { AllowedClasses, ObjectView, Strategy } from "../strategy.ts";

/** What the policies say of one object. */
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
  /** Names of all matching rules, in the file's order. */
  readonly rules: readonly string[];
  readonly excludedReaders: readonly string[];
  /** No class is left: the object stays. */
  readonly conflict: boolean;
  readonly isIgnored: boolean;
  /** Rules that hold the object only because what they ask for isn't known of it (tags, tenant, age). */
  readonly unknownRules: readonly string[];
}

/** Rules with their targets looked up in a price book. */
export interface PolicySet {
  readonly rules: readonly PolicyRule[];
  readonly classes: PolicyClasses;
  readonly compiled: readonly CompiledRule[];
}

/** A rule with what it leaves of the classes. */
export interface CompiledRule {
  readonly rule: PolicyRule;
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
  return { rules, classes, compiled: rules.map((rule) => compileRule(rule, classes, prices)) };
}

function compileRule(rule: PolicyRule, classes: PolicyClasses, prices: PriceBook): CompiledRule {
  for (const name of rule.match.classes) {
    if (!Object.hasOwn(prices.classes, name)) throw unknownTarget(rule, "match", name, prices);
  }
  const { action } = rule;
  const whole = { rule, mask: classes.all, named: 0, steps: [] };
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
  const weighing = new Weighing(set.classes, view, nowMs);
  for (const compiled of set.compiled) {
    const matched = matchRule(compiled.rule, view, nowMs);
    if (matched === "yes") weighing.apply(compiled);
    if (matched === "unknown" && holdsUnknown) weighing.hold(compiled);
  }
  return weighing.result();
}

/** The classes a strategy may choose from. */
export function allowedFor(constraints: PolicyConstraints, strategy: Strategy): AllowedClasses {
  return strategy.followsOwnMap ? constraints.allowed : constraints.allowedInstant;
}

const NONE: readonly string[] = [];

/** Adds up the rules that match one object. */
class Weighing {
  readonly #classes: PolicyClasses;
  readonly #view: ObjectView;
  readonly #nowMs: number;
  readonly #own: number;
  #mask: number;
  #named = 0;
  #isLatencyAsked = false;
  #isIgnored = false;
  #strategy: StrategyName | null = null;
  #orderers: PolicyRule[] | null = null;
  #due: { readonly rule: PolicyRule; readonly step: CompiledRule["steps"][number] }[] | null = null;
  #rules: string[] | null = null;
  #readers: string[] | null = null;
  #unknown: string[] | null = null;

  constructor(classes: PolicyClasses, view: ObjectView, nowMs: number) {
    this.#classes = classes;
    this.#view = view;
    this.#nowMs = nowMs;
    this.#own = classes.bit(view.storageClass);
    this.#mask = classes.all;
  }

  apply(compiled: CompiledRule): void {
    const { rule, mask, named } = compiled;
    (this.#rules ??= []).push(rule.name);
    if (rule.readsExcludedFrom.length > 0) (this.#readers ??= []).push(...rule.readsExcludedFrom);
    const kind = rule.action?.kind;
    this.#mask &= mask;
    this.#named |= named;
    if (kind === "pin" || kind === "floor" || kind === "ceiling") {
      if (this.#own !== 0 && (this.#own & mask) === 0) (this.#orderers ??= []).push(rule);
    } else if (kind === "never_tier_down") this.#mask &= this.#classes.notColderThan(this.#view.storageClass);
    else if (kind === "max_latency") this.#isLatencyAsked = true;
    else if (kind === "ignore") this.#isIgnored = true;
    else if (kind === "after") this.#after(compiled);
    else if (rule.action?.kind === "strategy") this.#strategy ??= rule.action.strategy;
  }

  /** A rule that may speak of the object limits it, but orders nothing. */
  hold({ rule, mask }: CompiledRule): void {
    const kind = rule.action?.kind;
    if (kind === "never_tier_down") this.#mask &= this.#classes.notColderThan(this.#view.storageClass);
    else if (kind === "max_latency") this.#mask &= mask | this.#own;
    else if (kind === "pin" || kind === "floor" || kind === "ceiling" || kind === "ignore") this.#mask &= this.#own;
    else return;
    (this.#rules ??= []).push(rule.name);
    (this.#unknown ??= []).push(rule.name);
  }

  result(): PolicyConstraints {
    const classes = this.#classes;
    this.#mask &= classes.usual | this.#named | this.#own;
    const isOut = (this.#mask & this.#own) === 0;
    const orderer = isOut ? this.#orderers?.[0] : undefined;
    const ordered = orderer ? orderOf(orderer) : this.#afterOrder();
    const instant = this.#isLatencyAsked ? this.#mask : this.#mask & (classes.instant | this.#own);
    return {
      allowed: classes.names(this.#mask),
      // A class that is ordered by name is used although its first byte takes long.
      allowedInstant: classes.names(instant === 0 ? this.#mask : instant),
      ordered: this.#mask === 0 ? null : ordered,
      strategy: this.#strategy,
      rules: this.#rules ?? NONE,
      excludedReaders: this.#readers ?? NONE,
      conflict: this.#mask === 0,
      isIgnored: this.#isIgnored,
      unknownRules: this.#unknown ?? NONE,
    };
  }

  /** The first rule with a step that is due and possible decides. From there on the object only goes further down. */
  #afterOrder(): PolicyConstraints["ordered"] {
    for (const { rule, step } of this.#due ?? []) {
      const narrowed = this.#mask & step.atOrColder;
      if (narrowed & this.#own) {
        this.#mask = narrowed;
        return null;
      }
      const target = this.#mask & step.target;
      if (target === 0) continue;
      this.#mask = target;
      return orderOf(rule);
    }
    return null;
  }

  /** The last step that is due counts: steps stand in the order in which they come. */
  #after({ rule, steps }: CompiledRule): void {
    if (rule.action?.kind !== "after") return;
    const { idleDays, ageDays } = this.#view;
    const last = rule.action.steps.findLastIndex(({ since, after }) =>
      hasReached(since === "idle" ? idleDays : ageDays, after, this.#view, this.#nowMs),
    );
    const step = steps[last];
    if (!step) return;
    this.#named |= step.target;
    (this.#due ??= []).push({ rule, step });
  }
}

function orderOf(rule: PolicyRule): PolicyConstraints["ordered"] {
  const { name, action } = rule;
  return { rule: name, action: action ? actionText(action) : "", isTimed: action?.kind === "after" };
}
