/** One decision: what the strategy proposes, what the guards say to it, and every sum that led there. */
import { type MonthlyBill, type MoveFee, copyFee, monthlyBill } from "./bill.ts";
import { type PriceBook, managedClass } from "./price-book.ts";
import type { ObjectView, Proposal, Strategy } from "./strategy.ts";
import { DAYS_PER_MONTH } from "./units.ts";

/** Why an object stays although another class was proposed, or was not looked at. */
export const REFUSALS = [
  "class_not_managed",
  "unknown_price",
  "legal_hold",
  "retention_lock",
  "replication_pending",
  "restore_in_progress",
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
  readonly savingMicrosPerMonth: number;
  /** Days until the saving has paid the fee; `null` when it never does. */
  readonly paybackDays: number | null;
}

/** What is done with one object. Every refusal tells its reason, and the sums where there are any. */
export type Decision =
  | { readonly kind: "stay"; readonly proposal: Proposal }
  | {
      readonly kind: "refuse";
      readonly proposal: Proposal | null;
      readonly refusal: Refusal;
      readonly sums: MoveSums | null;
    }
  | { readonly kind: "move"; readonly proposal: Proposal; readonly sums: MoveSums };

/** Holds known before the decision. */
export type KnownHold = "legal_hold" | "retention_lock" | null;

/** What a decision depends on besides the object. */
export interface DecideContext {
  readonly strategy: Strategy;
  readonly prices: PriceBook;
  readonly guards: GuardLimits;
  /** Days the noncurrent version left by a copy is billed; 0 on a bucket without versioning. */
  readonly noncurrentDays: number;
}

/** Decides one object. The same function serves one event, a listing page and a batch. */
export function decide(view: ObjectView, hold: KnownHold, context: DecideContext): Decision {
  if (!managedClass(context.prices, view.storageClass)) return refuse("class_not_managed", null, null);
  const proposal = context.strategy.propose(view);
  if (proposal.storageClass === view.storageClass) return { kind: "stay", proposal };
  if (hold) return refuse(hold, proposal, null);
  const sums = moveSums(view, proposal.storageClass, context);
  if (!sums) return refuse("unknown_price", proposal, null);
  const refusal = moneyGuard(sums, context.guards);
  return refusal ? refuse(refusal, proposal, sums) : { kind: "move", proposal, sums };
}

function refuse(refusal: Refusal, proposal: Proposal | null, sums: MoveSums | null): Decision {
  return { kind: "refuse", refusal, proposal, sums };
}

/** @returns `null` when a price that the sums need is unknown. */
export function moveSums(
  view: ObjectView,
  target: string,
  context: Pick<DecideContext, "prices" | "noncurrentDays">,
): MoveSums | null {
  const { prices, noncurrentDays } = context;
  const use = { sizeBytes: view.sizeBytes, ...view.rate };
  const billNow = monthlyBill(prices, view.storageClass, use);
  const billThen = monthlyBill(prices, target, use);
  const fee = copyFee(prices, {
    from: view.storageClass,
    to: target,
    sizeBytes: view.sizeBytes,
    daysHeld: view.daysInClass,
    noncurrentDays,
  });
  if (!billNow || !billThen || !fee) return null;
  const savingMicrosPerMonth = billNow.totalMicros - billThen.totalMicros;
  const paybackDays = savingMicrosPerMonth > 0 ? (fee.totalMicros / savingMicrosPerMonth) * DAYS_PER_MONTH : null;
  return { billNow, billThen, fee, savingMicrosPerMonth, paybackDays };
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
