/** Refusals of a plan as sentences: how many objects stay, why, and what moving them would bring. */
import { REFUSALS, type Refusal } from "../../../core/decide.ts";
import type { PlanTotals, RefusalGroup } from "../../../core/plan.ts";
import type { RefusalCause } from "../../../core/refusal-cause.ts";
import { DAYS_PER_MONTH } from "../../../core/units.ts";
import { formatMoney } from "./money.ts";
import { counted, formatBytes } from "./size.ts";
import { visible } from "./visible.ts";

/** One group of refusals in words. */
export interface RefusalWords {
  readonly refusal: Refusal;
  /** `1,204 objects stay (60.2 MiB)`. */
  readonly who: string;
  /** `below 128 KiB, which GLACIER_IR bills at least`. */
  readonly why: string;
  /** `moving would lose $3.10`; empty where there is nothing to tell. */
  readonly money: string;
}

/** Every group, the ones with the most objects first. Plans made before causes were kept are told by reason alone. */
export function refusalWords({ refusals, breakdown }: PlanTotals): readonly RefusalWords[] {
  return (breakdown?.refusals ?? byReason(refusals))
    .toSorted((a, b) => b.objects - a.objects)
    .map((group) => ({
      refusal: group.refusal,
      who: `${counted(group.objects, "object")} ${group.objects === 1 ? "stays" : "stay"} (${formatBytes(group.bytes)})`,
      why: whyOf(group, breakdown?.paybackLimitDays ?? null),
      money: moneyOf(group, breakdown?.paybackLimitDays ?? null),
    }));
}

function byReason(refusals: PlanTotals["refusals"]): RefusalGroup[] {
  const unsaid = { cause: null, to: null, detail: null, limitBytes: null };
  return REFUSALS.flatMap((refusal) => {
    const total = refusals[refusal];
    return total ? [{ refusal, ...unsaid, ...total }] : [];
  });
}

/** The one sentence. */
export function refusalSentence({ who, why, money }: RefusalWords): string {
  return `${who}: ${why}${money === "" ? "" : `; ${money}`}`;
}

function moneyOf({ savingMicrosPerMonth, feeMicros }: RefusalGroup, days: number | null): string {
  if (savingMicrosPerMonth === 0 && feeMicros === 0) return "";
  if (days === null) return `fee ${formatMoney(feeMicros)}, saving ${formatMoney(savingMicrosPerMonth)}/month`;
  const net = (savingMicrosPerMonth * days) / DAYS_PER_MONTH - feeMicros;
  return net < 0 ? `moving would lose ${formatMoney(-net)}` : `moving would save ${formatMoney(net)}`;
}

function whyOf(group: RefusalGroup, limitDays: number | null): string {
  const { refusal, cause } = group;
  const into = group.to === null ? "the class" : visible(group.to);
  const named = group.detail === null ? "" : visible(group.detail);
  switch (refusal) {
    case "saving_under_fee":
      return cause === null ? "moving saves nothing" : savingNothing(group, cause, into);
    case "payback":
      return `${cause === null ? "the fee" : FEES[cause]} would ${paidBack(group)}${limitDays === null ? "" : `, the limit is ${counted(limitDays, "day")}`}`;
    case "native_rule_conflict":
      return `the bucket's lifecycle rule "${named}" counts from the creation date, which a copy would reset, or would undo the move`;
    case "ignored_by_policy":
      return `the policy "${named}" says to leave them alone`;
    case "policy_conflict":
      return `the policies "${named}" together leave no class`;
    case "policy_match_unknown":
      return `the policy "${named}" may hold them: what it asks for is not known`;
    case "class_not_managed":
      return named === "" ? "in a class that Astra leaves alone" : `in ${named}, a class that Astra leaves alone`;
    default:
      return `${PLAIN[refusal]}${refusal === "unknown_price" && group.to !== null ? ` into or out of ${into}` : ""}`;
  }
}

const PLAIN = {
  unknown_price: "a price is not known that the sums need",
  legal_hold: "under legal hold",
  retention_lock: "locked until a retention date",
  replication_pending: "their replication is not finished",
  restore_in_progress: "a move or restore of them is under way",
  default_retention: "the bucket locks every new version by itself, so a copy would lock them",
  cool_down: "brought up not long ago, and not sent down again at once",
  changed: "changed meanwhile",
  missing: "no longer there",
} as const;

function savingNothing({ limitBytes }: RefusalGroup, cause: RefusalCause, into: string): string {
  const limit = limitBytes === null ? "" : formatLimit(limitBytes);
  switch (cause) {
    case "billed_minimum":
      return `below ${limit}, the least that ${into} bills`;
    case "not_cooled":
      return `below ${limit}, ${into} never makes them cheaper`;
    case "overhead":
      return `so small that what ${into} adds to each object costs more than it saves`;
    case "reads":
      return `read so often that reading out of ${into} costs more than its rent saves`;
    case "monitoring":
      return `so small that the monitoring fee of ${into} costs more than it saves`;
    default:
      return `${into} costs more than where they are`;
  }
}

/** `128 KiB`, not `128.0 KiB`: limits are round. */
function formatLimit(bytes: number): string {
  return formatBytes(bytes).replace(".0 ", " ");
}

const FEES: Readonly<Record<RefusalCause, string>> = {
  requests: "the requests of a move",
  retrieval: "reading them out of their class",
  early_deletion: "what is left of their minimum duration",
  noncurrent: "the old version that a copy leaves behind",
  billed_minimum: "the fee",
  not_cooled: "the fee",
  overhead: "the fee",
  reads: "the fee",
  monitoring: "the fee",
  dearer: "the fee",
};

function paidBack({ feeMicros, savingMicrosPerMonth }: RefusalGroup): string {
  if (savingMicrosPerMonth <= 0) return "never be paid back";
  return `be paid back after ${counted(Math.ceil((feeMicros / savingMicrosPerMonth) * DAYS_PER_MONTH), "day")}`;
}
