/**
 * What matching rules come to. That depends on the class an object is in and on which rules match, and there are few such
 * combinations, so each is weighed once and found again along a tree: one branch a matching rule, in the file's order.
 */
import { type PolicyRule, type StrategyName, actionText } from "./policy.ts";
import type { PolicyClasses } from "./policy-classes.ts";
import type { CompiledRule, PolicyConstraints } from "./policy-constraints.ts";

/** How a rule matched: without a step that is due. */
export const MATCHED = 0;
/** It may or may not speak of the object. */
export const IN_DOUBT = 1;
/** With its first step due; the n-th one after it is so much more. */
export const DUE_FROM = 2;

/** Branches kept; a policy file that makes more is weighed anew. */
const MOST_BRANCHES = 20_000;

/** The rules matched so far, of an object in one class. */
export class WeighedRules {
  readonly #tree: WeighingTree;
  readonly #storageClass: string;
  readonly #before: WeighedRules | null;
  readonly #compiled: CompiledRule | null;
  readonly #how: number;
  #after: Map<number, WeighedRules> | null = null;
  #constraints: PolicyConstraints | null = null;

  constructor(
    tree: WeighingTree,
    storageClass: string,
    before: WeighedRules | null = null,
    last: { readonly compiled: CompiledRule; readonly how: number } | null = null,
  ) {
    this.#tree = tree;
    this.#storageClass = storageClass;
    this.#before = before;
    this.#compiled = last?.compiled ?? null;
    this.#how = last?.how ?? MATCHED;
  }

  /** With one more rule. @param index its place among the rules */
  and(compiled: CompiledRule, index: number, how: number): WeighedRules {
    const branch = how * this.#tree.rules + index;
    const known = this.#after?.get(branch);
    if (known) return known;
    const made = new WeighedRules(this.#tree, this.#storageClass, this, { compiled, how });
    if (this.#tree.mayKeep()) (this.#after ??= new Map()).set(branch, made);
    return made;
  }

  constraints(): PolicyConstraints {
    return (this.#constraints ??= this.#weighing().result());
  }

  #weighing(): Weighing {
    const weighing = this.#before ? this.#before.#weighing() : new Weighing(this.#tree.classes, this.#storageClass);
    if (this.#compiled && this.#how === IN_DOUBT) weighing.hold(this.#compiled);
    else if (this.#compiled) weighing.apply(this.#compiled, this.#how - DUE_FROM);
    return weighing;
  }
}

/** Everything weighed so far for one set of rules. */
export class WeighingTree {
  readonly classes: PolicyClasses;
  /** Number of rules. */
  readonly rules: number;
  readonly #roots = new Map<string, WeighedRules>();
  readonly #byBits = new Map<string, Map<number, PolicyConstraints>>();
  #branches = 0;

  constructor(classes: PolicyClasses, rules: number) {
    this.classes = classes;
    this.rules = rules;
  }

  /** Nothing matched yet. */
  of(storageClass: string): WeighedRules {
    const known = this.#roots.get(storageClass);
    if (known) return known;
    const made = new WeighedRules(this, storageClass);
    if (this.mayKeep()) this.#roots.set(storageClass, made);
    return made;
  }

  /** What was kept for a class and the bits of the rules that speak of a key. */
  ofKeys(storageClass: string, ruleBits: number): PolicyConstraints | undefined {
    return this.#byBits.get(storageClass)?.get(ruleBits);
  }

  keepOfKeys(storageClass: string, ruleBits: number, constraints: PolicyConstraints): void {
    if (!this.mayKeep()) return;
    const ofClass = this.#byBits.get(storageClass) ?? new Map<number, PolicyConstraints>();
    this.#byBits.set(storageClass, ofClass.set(ruleBits, constraints));
  }

  /** Whether another branch may be kept, which is then counted. */
  mayKeep(): boolean {
    this.#branches += 1;
    return this.#branches <= MOST_BRANCHES;
  }
}

const NONE: readonly string[] = [];

/** Adds up the rules that match one object. */
class Weighing {
  readonly #classes: PolicyClasses;
  readonly #storageClass: string;
  readonly #own: number;
  #mask: number;
  #named = 0;
  #isLatencyAsked = false;
  #isIgnored = false;
  #strategy: StrategyName | null = null;
  readonly #orderers: PolicyRule[] = [];
  readonly #due: { readonly rule: PolicyRule; readonly step: CompiledRule["steps"][number] }[] = [];
  readonly #rules: string[] = [];
  readonly #readers: string[] = [];
  readonly #unknown: string[] = [];

  constructor(classes: PolicyClasses, storageClass: string) {
    this.#classes = classes;
    this.#storageClass = storageClass;
    this.#own = classes.bit(storageClass);
    this.#mask = classes.all;
  }

  /** @param due the step that is due, or less than 0 */
  apply({ rule, mask, named, steps }: CompiledRule, due: number): void {
    this.#rules.push(rule.name);
    this.#readers.push(...rule.readsExcludedFrom);
    const kind = rule.action?.kind;
    this.#mask &= mask;
    this.#named |= named;
    const step = steps[due];
    if (step) {
      this.#named |= step.target;
      this.#due.push({ rule, step });
    }
    if (kind === "pin" || kind === "floor" || kind === "ceiling") {
      if (this.#own !== 0 && (this.#own & mask) === 0) this.#orderers.push(rule);
    } else if (kind === "never_tier_down") this.#mask &= this.#classes.notColderThan(this.#storageClass);
    else if (kind === "max_latency") this.#isLatencyAsked = true;
    else if (kind === "ignore") this.#isIgnored = true;
    else if (rule.action?.kind === "strategy") this.#strategy ??= rule.action.strategy;
  }

  /** A rule that may speak of the object limits it, but orders nothing. */
  hold({ rule, mask }: CompiledRule): void {
    const kind = rule.action?.kind;
    if (kind === "never_tier_down") this.#mask &= this.#classes.notColderThan(this.#storageClass);
    else if (kind === "max_latency") this.#mask &= mask | this.#own;
    else if (kind === "pin" || kind === "floor" || kind === "ceiling" || kind === "ignore") this.#mask &= this.#own;
    else return;
    this.#rules.push(rule.name);
    this.#unknown.push(rule.name);
  }

  result(): PolicyConstraints {
    const classes = this.#classes;
    this.#mask &= classes.usual | this.#named | this.#own;
    const isOut = (this.#mask & this.#own) === 0;
    const orderer = isOut ? this.#orderers[0] : undefined;
    const found = orderer ? orderOf(orderer) : this.#afterOrder();
    const ordered = this.#mask === 0 ? null : found;
    const instant = this.#isLatencyAsked ? this.#mask : this.#mask & (classes.instant | this.#own);
    const [rules, unknownRules] = [this.#rules, this.#unknown].map((names) => (names.length === 0 ? NONE : names));
    return {
      allowed: classes.names(this.#mask),
      // A class that is ordered by name is used although its first byte takes long.
      allowedInstant: classes.names(instant === 0 ? this.#mask : instant),
      ordered,
      strategy: this.#strategy,
      excludedReaders: this.#readers,
      conflict: this.#mask === 0,
      isIgnored: this.#isIgnored,
      verdict: { rules: rules ?? NONE, orderedBy: ordered?.rule ?? null, unknownRules: unknownRules ?? NONE },
      rulesText: this.#rules.join(", "),
    };
  }

  /** The first rule with a step that is due and possible decides. From there on the object only goes further down. */
  #afterOrder(): PolicyConstraints["ordered"] {
    for (const { rule, step } of this.#due) {
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
}

function orderOf(rule: PolicyRule): PolicyConstraints["ordered"] {
  const { name, action } = rule;
  return { rule: name, action: action ? actionText(action) : "", isTimed: action?.kind === "after" };
}
