/** One decision: what policies allow, what the strategy proposes, what the guards say to it, and every sum that led there. */
import { type MonthlyBill, type MoveFee, billOf } from "./pricing/bill.ts";
import { ratesOf } from "./pricing/class-rates.ts";
import { DEFAULT_COOL_DOWN_DAYS, coolsDown } from "./cool-down.ts";
import { type MoveWay, type WayMove, type WayTerms, cheapestWay, copyWay } from "./move-way.ts";
import { expectedUse } from "./pricing/expected-use.ts";
import { type NativeRule, conflictingRule } from "./policy/native-rules.ts";
import type { StrategyName } from "./policy/policy.ts";
import {
  type PolicyConstraints,
  type PolicySet,
  type PolicyVerdict,
  allowedFor,
  constraintsOf,
} from "./policy/policy-constraints.ts";
import { LazyProposal } from "./proposal.ts";
import type { ObjectView, Proposal, Strategy } from "./strategy.ts";
import { DAYS_PER_MONTH } from "./units.ts";

export type { PolicyVerdict } from "./policy/policy-constraints.ts";

/** Why an object stays although another class was proposed, or was not looked at. */
export const REFUSALS = [
  "class_not_managed",
  "ignored_by_policy",
  "policy_conflict",
  "policy_match_unknown",
  "native_rule_conflict",
  "default_retention",
  "unknown_price",
  "legal_hold",
  "retention_lock",
  "replication_pending",
  "restore_in_progress",
  "cool_down",
  "changed",
  "missing",
  "saving_under_fee",
  "payback",
] as const;
export type Refusal = (typeof REFUSALS)[number];

/** Limits of the money guards, as configured. */
export interface GuardLimits {
  readonly maxPaybackDays: number;
}

/** Half a year to pay a fee back (design: decisions, Guards). */
export const DEFAULT_GUARDS: GuardLimits = { maxPaybackDays: 180 };

/** The money side of a proposed move, in micros. */
export interface MoveSums {
  readonly billNow: MonthlyBill;
  readonly billThen: MonthlyBill;
  readonly fee: MoveFee;
  /** How the move would be made at that fee. */
  readonly way: Pick<MoveWay, "mechanism" | "restore">;
  /** As the proposal's own prediction expects it, else the difference of the two bills at the object's decayed rate. */
  readonly savingMicrosPerMonth: number;
  /** Days until the saving has paid the fee; `null` when it never does. */
  readonly paybackDays: number | null;
}

/** What is done with one object. Every refusal tells its reason, and the sums where there are any. */
export type Decision =
  | { readonly kind: "stay"; readonly proposal: Proposal; readonly policy: PolicyVerdict }
  | {
      readonly kind: "refuse";
      readonly proposal: Proposal | null;
      readonly refusal: Refusal;
      readonly sums: MoveSums | null;
      /** What stands in the way, by name: the bucket's own rule, or rules of the policy file. */
      readonly detail: string | null;
      readonly policy: PolicyVerdict;
    }
  | {
      readonly kind: "move";
      readonly proposal: Proposal;
      readonly sums: MoveSums;
      readonly policy: PolicyVerdict;
    };

/** Holds known before the decision. */
export type KnownHold = "legal_hold" | "retention_lock" | null;

/** What a decision depends on besides the object. */
export interface DecideContext extends WayTerms {
  /** Where no rule names another. */
  readonly strategy: Strategy;
  /** A strategy that a rule names. */
  readonly strategyNamed: (name: StrategyName) => Strategy;
  readonly policies: PolicySet;
  readonly guards: GuardLimits;
  /** Days for which what was just brought up is not sent down; 30 where absent. */
  readonly coolDownDays?: number;
  /** The bucket locks every new version by itself: a copy would lock what was not. */
  readonly locksCopies?: boolean;
  /** The bucket's own age rules. */
  readonly nativeRules: readonly NativeRule[];
}

const NO_POLICY: PolicyVerdict = { rules: [], orderedBy: null, unknownRules: [] };

/** Decides one object. The same function serves one event, a listing page and a batch. */
export function decide(view: ObjectView, hold: KnownHold, context: DecideContext): Decision {
  if (!ratesOf(context.prices).managed.has(view.storageClass)) return refuse("class_not_managed", null, NO_POLICY);
  const constraints = constraintsOf(context.policies, view, view.atMs);
  const { verdict: policy, rulesText: detail } = constraints;
  if (constraints.isIgnored) return refuse("ignored_by_policy", null, policy, null, detail);
  if (constraints.conflict) return refuse("policy_conflict", null, policy, null, detail);
  const proposal = proposalFor(view, constraints, context);
  if (!proposal) return refuse("policy_conflict", null, policy, null, detail);
  if (proposal.storageClass === view.storageClass) return staying(view, proposal, policy, context);
  return guarded(view, hold, proposal, { policy, isTimed: constraints.ordered?.isTimed ?? false }, context);
}

/** Safety guards always hold; money guards give way to what a policy orders. */
function guarded(
  view: ObjectView,
  hold: KnownHold,
  proposal: Proposal,
  { policy, isTimed }: { readonly policy: PolicyVerdict; readonly isTimed: boolean },
  context: DecideContext,
): Decision {
  const to = proposal.storageClass;
  const native = context.nativeRules.length === 0 ? undefined : conflict(view, to, context);
  const expected = proposal.prediction?.savingMicrosPerMonth;
  const isCopyBarred = native !== undefined || context.locksCopies === true;
  const sums = moveSums(view, to, context, expected, isCopyBarred);
  const asCopied = sums ?? moveSums(view, to, context, expected);
  if (hold) return refuse(hold, proposal, policy, asCopied);
  if (native && sums?.way.mechanism !== "tag")
    return refuse("native_rule_conflict", proposal, policy, asCopied, native.id);
  if (context.locksCopies && sums?.way.mechanism !== "tag")
    return refuse("default_retention", proposal, policy, asCopied);
  if (!sums) return refuse("unknown_price", proposal, policy);
  const isOrdered = policy.orderedBy !== null;
  if ((!isOrdered || isTimed) && isCooling(view, to, context)) return refuse("cool_down", proposal, policy, sums);
  const refusal = isOrdered ? null : moneyGuard(sums, context.guards);
  return refusal ? refuse(refusal, proposal, policy, sums) : { kind: "move", proposal, sums, policy };
}

function conflict({ key, sizeBytes }: ObjectView, to: string, { nativeRules, prices }: DecideContext) {
  return conflictingRule(nativeRules, { key, sizeBytes, to }, prices);
}

function isCooling(view: ObjectView, to: string, { prices, coolDownDays = DEFAULT_COOL_DOWN_DAYS }: DecideContext) {
  const { storageClass, daysSincePromotion = null } = view;
  return coolsDown({ storageClass, daysSincePromotion }, to, prices, coolDownDays);
}

/** An object that only stays because too little is known of it is told of, with what it would do otherwise. */
function staying(view: ObjectView, proposal: Proposal, policy: PolicyVerdict, context: DecideContext): Decision {
  if (policy.unknownRules.length === 0) return { kind: "stay", proposal, policy };
  const known = constraintsOf(context.policies, view, view.atMs, false);
  const wish = known.conflict || known.isIgnored ? null : proposalFor(view, known, context);
  if (!wish || wish.storageClass === view.storageClass) return { kind: "stay", proposal, policy };
  const sums = moveSums(view, wish.storageClass, context, wish.prediction?.savingMicrosPerMonth);
  return refuse("policy_match_unknown", wish, policy, sums, policy.unknownRules.join(", "));
}

/**
 * The strategy's proposal; in the words of the policy where that orders the object out of its class.
 * @returns `null` for a class that the policies exclude
 */
function proposalFor(view: ObjectView, constraints: PolicyConstraints, context: DecideContext): Proposal | null {
  const strategy = constraints.strategy === null ? context.strategy : context.strategyNamed(constraints.strategy);
  const allowed = allowedFor(constraints, strategy);
  const proposal = strategy.propose(view, allowed);
  const { storageClass, prediction } = proposal;
  const chosen = ratesOf(context.prices).managed.get(storageClass);
  // A strategy with a map of its own may know classes that no price book does: those are refused for want of a price.
  if (chosen && !allowed.has(storageClass)) return null;
  const tier = chosen?.prices.tier ?? context.prices.classes[storageClass]?.tier ?? proposal.tier;
  const { ordered } = constraints;
  if (ordered) {
    const words = (): string => `${ordered.action} (${proposal.why})`;
    return new LazyProposal(tier, storageClass, `policy:${ordered.rule}`, words, prediction);
  }
  if (tier === proposal.tier) return proposal;
  return new LazyProposal(tier, storageClass, proposal.rule, () => proposal.why, prediction);
}

function refuse(
  refusal: Refusal,
  proposal: Proposal | null,
  policy: PolicyVerdict,
  sums: MoveSums | null = null,
  detail: string | null = null,
): Decision {
  return { kind: "refuse", refusal, proposal, policy, sums, detail };
}

/**
 * @param isCopyRefused a copy would restart or defeat one of the bucket's own rules
 * @param expectedSaving micros a month by the strategy's own model, in place of the object's decayed rate
 * @returns `null` when a price that the sums need is unknown.
 */
export function moveSums(
  view: ObjectView,
  target: string,
  context: WayTerms & Pick<DecideContext, "guards">,
  expectedSaving?: number,
  isCopyRefused = false,
): MoveSums | null {
  const { prices, guards } = context;
  const { managed } = ratesOf(prices);
  const now = managed.get(view.storageClass);
  const then = managed.get(target);
  if (!now || !then) return null;
  // What a move brings counts for as long as it may take to pay back.
  const entered = expectedUse(view, target, guards.maxPaybackDays);
  // Only a class that cools by idle time asks how long the object has been in it.
  const present = now.inner.length === 0 ? entered : expectedUse(view, view.storageClass, guards.maxPaybackDays);
  const billNow = billOf(now, present);
  const billThen = billOf(then, entered);
  const way = wayOf(view, target, context, isCopyRefused);
  if (!billNow || !billThen || !way) return null;
  const { fee, mechanism, restore } = way;
  const savingMicrosPerMonth = expectedSaving ?? billNow.totalMicros - billThen.totalMicros;
  const paybackDays = savingMicrosPerMonth > 0 ? (fee.totalMicros / savingMicrosPerMonth) * DAYS_PER_MONTH : null;
  const isPlain = mechanism === "copy" && restore === null;
  return {
    billNow,
    billThen,
    fee,
    way: isPlain ? PLAIN_COPY : { mechanism, restore },
    savingMicrosPerMonth,
    paybackDays,
  };
}

const PLAIN_COPY: MoveSums["way"] = { mechanism: "copy", restore: null };

function wayOf(view: ObjectView, to: string, terms: WayTerms, isCopyRefused: boolean): MoveWay | null {
  const move = new ViewMove(view, to);
  return cheapestWay(move, terms, isCopyRefused) ?? (isCopyRefused ? null : copyWay(move, terms));
}

/** Asks the view for its key only where somebody asks for it: a batch's row would have to decode it. */
class ViewMove implements WayMove {
  readonly from: string;
  readonly to: string;
  readonly sizeBytes: number;
  readonly daysHeld: number;
  readonly ageDays: number | null;
  readonly atMs: number;
  readonly #view: ObjectView;

  constructor(view: ObjectView, to: string) {
    this.from = view.storageClass;
    this.to = to;
    this.sizeBytes = view.sizeBytes;
    this.daysHeld = view.daysInClass;
    this.ageDays = view.ageDays;
    this.atMs = view.atMs;
    this.#view = view;
  }

  get key(): string {
    return this.#view.key;
  }
}

/**
 * A move must pay its fee back in time. The other rule, that the saving over the longer of the payback limit and the
 * target's minimum duration reaches the fee, follows: what has paid the fee within the limit has done so within any
 * longer time.
 */
function moneyGuard(sums: MoveSums, guards: GuardLimits): Refusal | null {
  if (sums.paybackDays === null) return "saving_under_fee";
  return sums.paybackDays > guards.maxPaybackDays ? "payback" : null;
}
