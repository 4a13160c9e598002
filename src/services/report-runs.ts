/** What Astra did: moves, fees paid, and what they were expected to save up to now, by run, policy and class. */
import { requirePermission } from "../core/permission.ts";
import type { PlannedMove } from "../core/plan.ts";
import type { MonthSpan } from "../core/billing/month-span.ts";
import { DAYS_PER_MONTH, MS_PER_DAY } from "../core/units.ts";
import type { RunRecord } from "../ports/state-store.ts";
import type { Context } from "./context.ts";

export interface ReportRunsInput {
  readonly bucket?: string;
  /** Only moves of this month. */
  readonly month?: MonthSpan;
}

/** Moves that have something in common; money in micros. */
export interface MoveSum {
  /** A run's id, a policy or rule, `STANDARD -> GLACIER`. */
  readonly name: string;
  readonly moves: number;
  readonly bytes: number;
  readonly feeMicros: number;
  readonly savingMicrosPerMonth: number;
  /** The expected saving from each move to now. */
  readonly savedMicros: number;
}

export interface RunsReport {
  readonly runs: readonly (MoveSum & { readonly bucket: string; readonly startedMs: number })[];
  readonly policies: readonly MoveSum[];
  readonly classes: readonly MoveSum[];
  readonly totals: MoveSum;
}

/** A night's run for 27 years. */
const MOST_RUNS = 10_000;

export async function reportRuns({ ctx, input }: { ctx: Context; input: ReportRunsInput }): Promise<RunsReport> {
  requirePermission(ctx.actor, "object.read");
  const nowMs = ctx.clock.now();
  const runs: RunsReport["runs"][number][] = [];
  const policies = new Map<string, MoveSum>();
  const classes = new Map<string, MoveSum>();
  let totals = nothing("all");
  for (const run of await ctx.state.runs(MOST_RUNS)) {
    if (input.bucket !== undefined && run.bucket !== input.bucket) continue;
    let sum = nothing(run.id);
    for await (const { move, atMs } of movesOf(ctx, run, input.month)) {
      const months = Math.max(0, nowMs - atMs) / MS_PER_DAY / DAYS_PER_MONTH;
      sum = plus(sum, move, months);
      totals = plus(totals, move, months);
      add(policies, move.policy ?? move.rule, move, months);
      add(classes, `${move.from} -> ${move.to}`, move, months);
    }
    if (sum.moves > 0) runs.push({ ...sum, bucket: run.bucket, startedMs: run.startedMs });
  }
  return { runs, policies: dearestFirst(policies), classes: dearestFirst(classes), totals };
}

async function* movesOf(
  ctx: Context,
  run: RunRecord,
  month: MonthSpan | undefined,
): AsyncGenerator<{ readonly move: PlannedMove; readonly atMs: number }> {
  for await (const page of ctx.state.journalOfRun(run.id)) {
    for (const { state, move, updatedMs } of page) {
      const isWanted = !month || (updatedMs >= month.fromMs && updatedMs < month.toMs);
      if (state === "done" && isWanted) yield { move, atMs: updatedMs };
    }
  }
}

function nothing(name: string): MoveSum {
  return { name, moves: 0, bytes: 0, feeMicros: 0, savingMicrosPerMonth: 0, savedMicros: 0 };
}

function plus(sum: MoveSum, move: PlannedMove, months: number): MoveSum {
  return {
    name: sum.name,
    moves: sum.moves + 1,
    bytes: sum.bytes + move.sizeBytes,
    feeMicros: sum.feeMicros + move.feeMicros,
    savingMicrosPerMonth: sum.savingMicrosPerMonth + move.savingMicrosPerMonth,
    savedMicros: sum.savedMicros + move.savingMicrosPerMonth * months,
  };
}

function add(sums: Map<string, MoveSum>, name: string, move: PlannedMove, months: number): void {
  sums.set(name, plus(sums.get(name) ?? nothing(name), move, months));
}

function dearestFirst(sums: ReadonlyMap<string, MoveSum>): MoveSum[] {
  return [...sums.values()].toSorted((a, b) => b.savedMicros - a.savedMicros || (a.name < b.name ? -1 : 1));
}
