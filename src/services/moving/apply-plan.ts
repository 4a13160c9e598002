/** Executes just that plan: intent first, every effect conditional, journalled in groups, resumable at any point. */
import { AstraError } from "../../core/errors.ts";
import { requirePermission } from "../../core/permission.ts";
import type { PlanHeader, PlannedMove } from "../../core/plan.ts";
import type { ObjectStore } from "../../ports/object-store.ts";
import type { JournalEntry, RunRecord, RunState } from "../../ports/state-store.ts";
import { AdaptivePool } from "../adaptive-pool.ts";
import type { Context, Progress } from "../context.ts";
import { JournalWriter } from "./journal-writer.ts";
import { moveObject } from "./move-object.ts";
import { RunTally } from "./run-tally.ts";

export interface ApplyPlanInput {
  readonly planId: string;
  readonly progress?: Progress;
}

/**
 * @throws AstraError ASTRA_PLAN_INVALID (no such plan), ASTRA_PLAN_APPLIED, and faults that concern the whole run; the
 * run can then be taken up again by applying the same plan.
 */
export async function applyPlan({ ctx, input }: { ctx: Context; input: ApplyPlanInput }): Promise<RunRecord> {
  requirePermission(ctx.actor, "plan.apply");
  const plan = await ctx.state.plan(input.planId);
  if (!plan) throw new AstraError("ASTRA_PLAN_INVALID", `there is no plan ${input.planId}`);
  const earlier = await ctx.state.runOfPlan(plan.id);
  if (earlier && earlier.state !== "running" && earlier.state !== "interrupted" && earlier.state !== "failed") {
    throw new AstraError("ASTRA_PLAN_APPLIED", `plan ${plan.id} was carried out by run ${earlier.id}`);
  }
  const run = earlier ?? newRun(ctx, plan);
  const tally = new RunTally(run);
  if (!earlier) await ctx.state.startRun(run, auditOf(ctx, "run.start", run));
  const execution = new Execution(ctx, plan, run.id, tally, input.progress);
  let state: RunState = "failed";
  try {
    await execution.finishJournal(earlier !== undefined);
    await execution.carryOut();
    state = ctx.signal.aborted ? "interrupted" : tally.failed > 0 ? "partly" : "done";
  } finally {
    const record = tally.record(state, ctx.clock.now());
    await ctx.state.finishRun(record, auditOf(ctx, "run.finish", record));
  }
  return tally.record(state, ctx.clock.now());
}

function newRun(ctx: Context, plan: PlanHeader): RunRecord {
  return {
    id: ctx.random.id(),
    planId: plan.id,
    bucket: plan.bucket,
    startedMs: ctx.clock.now(),
    finishedMs: null,
    state: "running",
    done: 0,
    failed: 0,
    skipped: 0,
    restoring: 0,
    movedBytes: 0,
    feeMicros: 0,
    savingMicrosPerMonth: 0,
    reasons: {},
  };
}

function auditOf(ctx: Context, action: string, run: RunRecord): Parameters<Context["state"]["audit"]>[0] {
  const { id, planId, bucket, state, done, failed, skipped, restoring } = run;
  const detail = { run: id, plan: planId, bucket, state, done, failed, skipped, restoring };
  return { atMs: ctx.clock.now(), actor: ctx.actor.name, action, detail };
}

/** One run of one plan in this process. */
class Execution {
  readonly #ctx: Context;
  readonly #plan: PlanHeader;
  readonly #runId: string;
  readonly #tally: RunTally;
  readonly #progress: Progress | undefined;
  #lastSeq = -1;
  #pool: AdaptivePool | null = null;

  constructor(ctx: Context, plan: PlanHeader, runId: string, tally: RunTally, progress: Progress | undefined) {
    this.#ctx = ctx;
    this.#plan = plan;
    this.#runId = runId;
    this.#tally = tally;
    this.#progress = progress;
  }

  /** Counts what an earlier process did of this run, and finishes what it left open. */
  async finishJournal(resumed: boolean): Promise<void> {
    if (!resumed) return;
    const open: JournalEntry[] = [];
    for await (const page of this.#ctx.state.journalOfRun(this.#runId)) {
      for (const entry of page) {
        this.#lastSeq = Math.max(this.#lastSeq, entry.seq);
        if (entry.state === "intent") open.push(entry);
        else this.#tally.count(entry.state, entry.reason, entry.move);
      }
    }
    await this.#work(
      open.map(({ seq, move }) => ({ seq, move })),
      true,
    );
  }

  async carryOut(): Promise<void> {
    for await (const page of this.#ctx.state.plannedMoves(this.#plan.id, this.#lastSeq)) {
      if (this.#ctx.signal.aborted) return;
      await this.#intend(page);
      await this.#work(page, false);
    }
  }

  /** The intent is durable before any effect. */
  async #intend(page: readonly { readonly seq: number; readonly move: PlannedMove }[]): Promise<void> {
    const updatedMs = this.#ctx.clock.now();
    await this.#ctx.state.writeJournal({
      entries: page.map(({ seq, move }) => ({
        runId: this.#runId,
        seq,
        move,
        state: "intent",
        etagAfter: null,
        reason: null,
        updatedMs,
      })),
    });
  }

  async #work(page: readonly { readonly seq: number; readonly move: PlannedMove }[], resumed: boolean): Promise<void> {
    const ctx = this.#ctx;
    const store = await ctx.stores.open(this.#plan.bucket);
    await using journal = new JournalWriter(ctx.state);
    this.#pool ??= movePool(ctx, store);
    await this.#pool.run(page, async ({ seq, move }) => {
      const outcome = await moveObject(ctx, store, move, resumed);
      const { state, etagAfter, reason } = outcome;
      await journal.add(
        { runId: this.#runId, seq, move, state, etagAfter, reason, updatedMs: ctx.clock.now() },
        outcome,
      );
      this.#tally.count(state, reason, move);
      this.#progress?.(this.#tally.total(), this.#plan.totals.moves, "objects");
    });
  }
}

/** The concurrency of moves on a store. */
export function movePool(ctx: Context, store: ObjectStore): AdaptivePool {
  const throttled = (): number => store.counters().throttled;
  return new AdaptivePool({ most: ctx.config.engine.concurrency, throttled, signal: ctx.signal });
}
