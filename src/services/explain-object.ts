/** Why an object is where it is: what is known, every class with its bill, the choice, and what happened before. */
import { type ReadRate, readRate } from "../core/access-stats.ts";
import { type MonthlyBill, monthlyBill } from "../core/bill.ts";
import { type Decision, type MoveSums, decide, moveSums } from "../core/decide.ts";
import { type ObjectRef, objectUri } from "../core/object-ref.ts";
import { NO_ACCESS } from "../core/access-stats.ts";
import { createdMsOf, knownHold, viewOf } from "../core/object-view.ts";
import { requirePermission } from "../core/permission.ts";
import type { Tier } from "../core/tier.ts";
import { dayNumber } from "../core/units.ts";
import type { JournalEntry } from "../ports/state-store.ts";
import type { Context } from "./context.ts";
import { decideContext } from "./decide-context.ts";
import { observeOptions } from "./observe-options.ts";

export interface ClassOption {
  readonly storageClass: string;
  readonly tier: Tier;
  readonly latency: string;
  readonly isCurrent: boolean;
  readonly isChosen: boolean;
  /** `null` where a price is unknown. */
  readonly bill: MonthlyBill | null;
  /** `null` for the present class, or where a price is unknown. */
  readonly sums: MoveSums | null;
}

export interface Explanation {
  readonly uri: string;
  readonly sizeBytes: number;
  readonly storageClass: string;
  readonly createdMs: number;
  readonly ageDays: number;
  readonly isAgeKnown: boolean;
  readonly lastAccessMs: number | null;
  readonly windowReads: number;
  readonly lifetimeReads: number;
  readonly rate: ReadRate;
  /** Reads of each of the last days, oldest first, today last. */
  readonly readsByDay: readonly number[];
  readonly strategy: string;
  readonly decision: Decision;
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
  const view = viewOf(head, state, nowMs, observeOptions(ctx.config).keepDays);
  const deciding = await decideContext(ctx, ref.bucket);
  const hold = head.legalHold ? "legal_hold" : head.retention ? "retention_lock" : knownHold(state?.hold, nowMs);
  const decision = decide(view, hold, deciding);
  const use = { sizeBytes: view.sizeBytes, ...view.rate };
  const classes = Object.entries(ctx.prices.classes)
    .filter(([, prices]) => prices.managed)
    .map(([storageClass, prices]): ClassOption => {
      const isCurrent = storageClass === view.storageClass;
      return {
        storageClass,
        tier: prices.tier,
        latency: prices.latency,
        isCurrent,
        isChosen: decision.kind === "move" ? decision.proposal.storageClass === storageClass : isCurrent,
        bill: monthlyBill(ctx.prices, storageClass, use),
        sums: isCurrent ? null : moveSums(view, storageClass, deciding),
      };
    });
  const access = state?.access ?? NO_ACCESS;
  const createdMs = createdMsOf(head, state);
  return {
    uri: objectUri(ref),
    sizeBytes: view.sizeBytes,
    storageClass: view.storageClass,
    createdMs,
    ageDays: view.ageDays ?? 0,
    isAgeKnown: state?.createdMs === createdMs && !state.ageUncertain,
    lastAccessMs: access.lastAccessMs,
    windowReads: view.windowReads,
    lifetimeReads: access.lifetimeReads,
    rate: readRate(access, createdMs, nowMs),
    readsByDay: readsByDay(access.days, dayNumber(nowMs)),
    strategy: deciding.strategy.name,
    decision,
    classes,
    priceBook: ctx.prices.version,
    history: await ctx.state.journalOfObject(ref, HISTORY_LINES),
  };
}

function readsByDay(days: readonly { readonly day: number; readonly reads: number }[], today: number): number[] {
  const byDay = new Map(days.map((entry) => [entry.day, entry.reads]));
  return Array.from({ length: SPARKLINE_DAYS }, (_, index) => byDay.get(today - SPARKLINE_DAYS + 1 + index) ?? 0);
}
