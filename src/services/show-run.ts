/** One run: how it stands, what it was ordered, what it spent, what waits and what did not go well. */
import { type StopAdvice, isStopReason, stopAdvice } from "../core/brakes.ts";
import { requirePermission } from "../core/permission.ts";
import type { JournalEntry, JournalTotal, RunOrder, RunRecord } from "../ports/state-store.ts";
import { type Budget, type RunBudget, budgetsOf } from "./budgets.ts";
import type { Context } from "./context.ts";
import { findRun } from "./find-run.ts";

/** Lines that wait for the store, added up. */
export interface WaitingLines {
  readonly lines: number;
  readonly bytes: number;
}

export interface ShowRunResult {
  readonly run: RunRecord;
  readonly order: RunOrder;
  /** Why it stopped and how it goes on; `null` where nothing stopped it. */
  readonly stop: StopAdvice | null;
  readonly runBudget: RunBudget;
  /** Of today (UTC), all runs together. */
  readonly dayBudget: Budget;
  readonly totals: readonly JournalTotal[];
  /** For a readable copy out of an archive. */
  readonly restoring: WaitingLines;
  /** For a lifecycle rule of the bucket. */
  readonly tagged: WaitingLines;
  /** The first lines that are not done. */
  readonly faults: readonly JournalEntry[];
}

const SHOWN_FAULTS = 20;

/** @throws AstraError ASTRA_USAGE_INVALID (no such run), ASTRA_STATE_* */
export async function showRun({
  ctx,
  input,
}: {
  ctx: Context;
  input: { readonly id: string };
}): Promise<ShowRunResult> {
  requirePermission(ctx.actor, "object.read");
  const run = await findRun(ctx, input.id);
  const budgets = await budgetsOf(ctx, run.id);
  const totals = await ctx.state.journalTotals(run.id);
  return {
    run,
    order: (await ctx.state.orders(run.id)).run,
    stop: run.stopReason === null ? null : adviceOf(run.stopReason, run.stopDetail),
    runBudget: budgets.run,
    dayBudget: budgets.day,
    totals,
    restoring: waiting(totals, "restoring"),
    tagged: waiting(totals, "tagged"),
    faults: totals.every(({ state }) => state === "done") ? [] : await faultsOf(ctx, run),
  };
}

function adviceOf(reason: string, detail: string | null): StopAdvice {
  const known = isStopReason(reason) ? stopAdvice(reason) : null;
  return { text: detail ?? known?.text ?? reason, fix: known?.fix ?? "Apply the plan again once the reason is gone." };
}

function waiting(totals: readonly JournalTotal[], state: JournalTotal["state"]): WaitingLines {
  const those = totals.filter((total) => total.state === state);
  return {
    lines: those.reduce((sum, { lines }) => sum + lines, 0),
    bytes: those.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

async function faultsOf(ctx: Context, run: RunRecord): Promise<readonly JournalEntry[]> {
  const faults: JournalEntry[] = [];
  for await (const page of ctx.state.journalOfRun(run.id)) {
    faults.push(...page.filter(({ state }) => state !== "done"));
    if (faults.length >= SHOWN_FAULTS) break;
  }
  return faults.slice(0, SHOWN_FAULTS);
}
