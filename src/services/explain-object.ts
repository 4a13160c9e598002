/** Why an object is where it is: what is known, every class with its bill, the choice, and what happened before. */
import { NO_ACCESS, type ReadRate, readRate } from "../core/access-stats.ts";
import { type MonthlyBill, monthlyBill } from "../core/pricing/bill.ts";
import { type ClassExclusion, classExclusion } from "../core/policy/class-exclusion.ts";
import { type DecideContext, type Decision, type KnownHold, type MoveSums, decide, moveSums } from "../core/decide.ts";
import { expectedUse } from "../core/pricing/expected-use.ts";
import { type NextChange, nextChange } from "../core/next-change.ts";
import { type ObjectRef, objectUri } from "../core/object-ref.ts";
import type { ObjectState } from "../core/object-state.ts";
import { createdMsOf, knownHold, viewOf } from "../core/object-view.ts";
import { requirePermission } from "../core/permission.ts";
import { type PolicyRule, actionText } from "../core/policy/policy.ts";
import { constraintsOf } from "../core/policy/policy-constraints.ts";
import type { ObjectView, Prediction, Strategy } from "../core/strategy.ts";
import type { Tier } from "../core/tier.ts";
import { dayNumber } from "../core/units.ts";
import type { ObjectHead } from "../ports/object-store.ts";
import type { JournalEntry } from "../ports/state-store.ts";
import type { Context } from "./context.ts";
import { decideContext } from "./decide-context.ts";
import { windowDaysOf } from "./observe-options.ts";

export interface ClassOption {
  readonly storageClass: string;
  readonly tier: Tier;
  readonly latency: string;
  readonly isCurrent: boolean;
  readonly isChosen: boolean;
  /** `null` where the class is open to the object. */
  readonly exclusion: ClassExclusion | null;
  /** A month at the object's own read rate; `null` where a price is unknown. */
  readonly bill: MonthlyBill | null;
  /** `null` for the present class, or where a price is unknown. */
  readonly sums: MoveSums | null;
  /** Bill over the prediction's horizon by the strategy's own model, fee of getting there included; `null` without one. */
  readonly expectedMicros: number | null;
}

/** A rule of the policy file that speaks of the object. */
export interface MatchedRule {
  readonly name: string;
  /** In the words of the file; `null` where the rule only excludes readers. */
  readonly action: string | null;
  /** `file:line:column`. */
  readonly where: string;
}

export interface Explanation {
  readonly uri: string;
  readonly atMs: number;
  readonly sizeBytes: number;
  readonly storageClass: string;
  readonly createdMs: number;
  readonly ageDays: number;
  readonly isAgeKnown: boolean;
  /** Whether the state remembers the object; without it, nothing is known of its reads. */
  readonly isRemembered: boolean;
  readonly lastAccessMs: number | null;
  readonly windowReads: number;
  readonly lifetimeReads: number;
  readonly rate: ReadRate;
  /** Reads of each of the last days, oldest first, today last. */
  readonly readsByDay: readonly number[];
  /** The one that chose, by name. */
  readonly strategy: string;
  /** Legal hold or lock in force; `null` without one. */
  readonly hold: KnownHold;
  readonly rules: readonly MatchedRule[];
  readonly decision: Decision;
  /** What the choice rests on, of strategies that predict. */
  readonly prediction: Prediction | null;
  /** When the decision would change if nothing were read; `null` where it would not within two years. */
  readonly nextChange: NextChange | null;
  /** Days until the strategy wants to look again, by its own word or else when the decision would change. */
  readonly reviewInDays: number | null;
  readonly classes: readonly ClassOption[];
  readonly priceBook: string;
  readonly history: readonly JournalEntry[];
}

const SPARKLINE_DAYS = 90;
const HISTORY_LINES = 20;

/** @throws AstraError ASTRA_OBJECT_MISSING, ASTRA_STORE_* */
export async function explainObject({ ctx, input: ref }: { ctx: Context; input: ObjectRef }): Promise<Explanation> {
  requirePermission(ctx.actor, "object.read");
  const store = await ctx.stores.open(ref.bucket);
  const head = await store.head(ref.key);
  const state = await ctx.state.object(ref);
  const nowMs = ctx.clock.now();
  const windowDays = windowDaysOf(ctx.config);
  const view = viewOf(head, state, nowMs, windowDays, ref.bucket);
  const deciding = await decideContext(ctx, ref.bucket);
  const hold = holdOf(head, state, nowMs);
  const decision = decide(view, hold, deciding);
  const strategy = strategyOf(view, deciding);
  const change = decision.kind === "move" ? null : nextChange(view, hold, deciding, windowDays);
  const prediction = decision.proposal?.prediction ?? null;
  const access = state?.access ?? NO_ACCESS;
  const createdMs = createdMsOf(head, state);
  return {
    uri: objectUri(ref),
    atMs: nowMs,
    sizeBytes: view.sizeBytes,
    storageClass: view.storageClass,
    createdMs,
    ageDays: view.ageDays ?? 0,
    isAgeKnown: state?.createdMs === createdMs && !state.ageUncertain,
    isRemembered: state !== undefined,
    lastAccessMs: access.lastAccessMs,
    windowReads: view.windowReads,
    lifetimeReads: access.lifetimeReads,
    rate: readRate(access, createdMs, nowMs),
    readsByDay: readsByDay(access.days, dayNumber(nowMs)),
    strategy: strategy.name,
    hold,
    rules: matchedRules(decision.policy.rules, deciding.policies.rules),
    decision,
    prediction,
    nextChange: change,
    reviewInDays: prediction ? prediction.reviewInDays : (change?.inDays ?? null),
    classes: classOptions(view, decision, deciding, strategy),
    priceBook: ctx.prices.version,
    history: await ctx.state.journalOfObject(ref, HISTORY_LINES),
  };
}

/** What the store shows now, and what it does not show to everybody as it was last seen. A lock that is over is none. */
function holdOf(head: ObjectHead, state: ObjectState | undefined, nowMs: number): KnownHold {
  if (head.legalHold) return "legal_hold";
  if (head.retention && head.retention.untilMs > nowMs) return "retention_lock";
  return knownHold(state?.hold, nowMs);
}

function strategyOf(view: ObjectView, { policies, strategy, strategyNamed }: DecideContext): Strategy {
  const named = constraintsOf(policies, view, view.atMs).strategy;
  return named === null ? strategy : strategyNamed(named);
}

function matchedRules(names: readonly string[], rules: readonly PolicyRule[]): readonly MatchedRule[] {
  return rules
    .filter(({ name }) => names.includes(name))
    .map(({ name, action, where }) => ({ name, action: action && actionText(action), where }));
}

function classOptions(
  view: ObjectView,
  decision: Decision,
  deciding: DecideContext,
  strategy: Strategy,
): readonly ClassOption[] {
  const { prices, policies, guards } = deciding;
  const expected = new Map(
    decision.proposal?.prediction?.options.map(({ storageClass, expectedMicros }) => [storageClass, expectedMicros]),
  );
  const chosen = decision.kind === "move" ? decision.proposal.storageClass : view.storageClass;
  return Object.entries(prices.classes)
    .filter(([, { managed }]) => managed)
    .map(([storageClass, { tier, latency }]): ClassOption => {
      const isCurrent = storageClass === view.storageClass;
      return {
        storageClass,
        tier,
        latency,
        isCurrent,
        isChosen: storageClass === chosen,
        exclusion: classExclusion(storageClass, view, { policies, strategy }),
        bill: monthlyBill(prices, storageClass, expectedUse(view, storageClass, guards.maxPaybackDays)),
        sums: isCurrent ? null : moveSums(view, storageClass, deciding),
        expectedMicros: expected.get(storageClass) ?? null,
      };
    });
}

function readsByDay(days: readonly { readonly day: number; readonly reads: number }[], today: number): number[] {
  const byDay = new Map(days.map((entry) => [entry.day, entry.reads]));
  return Array.from({ length: SPARKLINE_DAYS }, (_, index) => byDay.get(today - SPARKLINE_DAYS + 1 + index) ?? 0);
}
