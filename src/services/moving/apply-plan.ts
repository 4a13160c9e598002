/**
 * Executes just that plan: intent first, every effect conditional, journalled in groups, resumable at any point, and never
 * past a brake.
 */
import { type Admission, type Caps, admitted } from "../../core/budget.ts";
import { AstraError, isAstraError, toAstraError } from "../../core/errors.ts";
import { requirePermission } from "../../core/permission.ts";
import type { PlanHeader, PlannedMove } from "../../core/plan.ts";
import { NO_SPEND, type Spend, dayScope, runScope, spendOf } from "../../core/spend.ts";
import { OPEN_STATES } from "../../core/transition.ts";
import type { JournalEntry, RunRecord, RunState } from "../../ports/state-store.ts";
import type { AdaptivePool } from "../adaptive-pool.ts";
import { capsOf } from "../budgets.ts";
import type { Context, Progress } from "../context.ts";
import { BucketLease } from "./bucket-lease.ts";
import { busyKeys } from "./busy-keys.ts";
import { JournalWriter } from "./journal-writer.ts";
import type { Mover } from "./move-line.ts";
import type { MoveMode } from "./move-object.ts";
import { movePool, openMover } from "./open-mover.ts";
import { recountRun } from "./recount-run.ts";
import { RunCanary } from "./run-canary.ts";
import { RunGuard } from "./run-guard.ts";
import { RunTally } from "./run-tally.ts";
import { stopUndone } from "./stop-undone.ts";
import { workLines } from "./work-lines.ts";

export interface ApplyPlanInput {
  readonly planId: string;
  readonly progress?: Progress;
}

/**
 * @throws AstraError ASTRA_PLAN_INVALID (no such plan), ASTRA_PLAN_APPLIED, ASTRA_BRAKE_ON, ASTRA_WINDOW_CLOSED,
 * ASTRA_RUN_STOPPED, ASTRA_BUCKET_BUSY, and faults that concern the whole run; the run can then be taken up again by
 * applying the same plan.
 */
export async function applyPlan({ ctx, input }: { ctx: Context; input: ApplyPlanInput }): Promise<RunRecord> {
  requirePermission(ctx.actor, "plan.apply");
  const plan = await ctx.state.plan(input.planId);
  if (!plan) throw new AstraError("ASTRA_PLAN_INVALID", `there is no plan ${input.planId}`);
  await using lease = await BucketLease.take(ctx, plan.bucket);
  // Looked for with the lease in hand: another process may have carried the plan out just before.
  const earlier = await ctx.state.runOfPlan(plan.id);
  if (earlier?.state === "done" || earlier?.state === "partly") {
    throw new AstraError("ASTRA_PLAN_APPLIED", `plan ${plan.id} was carried out by run ${earlier.id}`);
  }
  const begun = { state: "running", finishedMs: null, stopReason: null, stopDetail: null } as const;
  const run: RunRecord = { ...(earlier ?? newRun(ctx, plan)), ...begun };
  const guard = new RunGuard(ctx, run.id, lease);
  await guard.refuseToBegin();
  await ctx.state.startRun(run, auditOf(ctx, earlier ? "run.resume" : "run.start", run));
  const execution = new Execution(ctx, { plan, run, lease, guard, progress: input.progress });
  let state: RunState = "failed";
  let isOurs = true;
  try {
    if (earlier) await execution.resume();
    await execution.carryOut();
    state = execution.endState();
  } catch (error) {
    // Whoever has taken over may be at work on this very run, and keeps its record.
    isOurs = !isAstraError(toAstraError(error), "ASTRA_LEASE_LOST", "ASTRA_BUCKET_BUSY");
    throw error;
  } finally {
    const record = execution.record(state);
    if (isOurs) for (const id of execution.undone) await recountRun(ctx, id);
    if (isOurs) await ctx.state.finishRun(record, auditOf(ctx, "run.finish", record));
  }
  return execution.record(state);
}

function newRun(ctx: Context, plan: PlanHeader): RunRecord {
  return {
    id: ctx.random.id(),
    planId: plan.id,
    bucket: plan.bucket,
    startedMs: ctx.clock.now(),
    finishedMs: null,
    state: "running",
    ...new RunTally().counts(),
    stopReason: null,
    stopDetail: null,
  };
}

function auditOf(ctx: Context, action: string, run: RunRecord): Parameters<Context["state"]["audit"]>[0] {
  const { id, planId, bucket, state, done, failed, skipped, restoring, feeMicros, stopReason, stopDetail } = run;
  const detail = {
    run: id,
    plan: planId,
    bucket,
    state,
    done,
    failed,
    skipped,
    restoring,
    feeMicros,
    stopReason,
    stopDetail,
  };
  return { atMs: ctx.clock.now(), actor: ctx.actor.name, action, detail };
}

/** Few enough that the brake is heeded soon and a crash leaves little open, many enough that the fsync is a small part. */
const GROUP = 256;

interface ExecutionOptions {
  readonly plan: PlanHeader;
  readonly run: RunRecord;
  readonly lease: BucketLease;
  readonly guard: RunGuard;
  readonly progress: Progress | undefined;
}

interface Terms {
  readonly mover: Omit<Mover, "journal">;
  readonly pool: AdaptivePool;
  /** Objects that another run has begun to move. */
  readonly busy: ReadonlySet<string>;
}

/** One run of one plan in this process. */
class Execution {
  readonly #ctx: Context;
  readonly #options: ExecutionOptions;
  readonly #tally = new RunTally();
  readonly #canary: RunCanary;
  readonly #caps: Caps;
  /** Runs of which lines were taken back. */
  readonly undone = new Set<string>();
  #lastSeq = -1;
  #deferred: { readonly seq: number; readonly move: PlannedMove }[] = [];
  #terms: Terms | null = null;

  constructor(ctx: Context, options: ExecutionOptions) {
    this.#ctx = ctx;
    this.#options = options;
    this.#canary = new RunCanary(ctx, options.plan.totals.moves);
    this.#caps = capsOf(ctx.config);
  }

  /** Counts what an earlier process did of this run, and finishes what it left open. */
  async resume(): Promise<void> {
    for await (const page of this.#ctx.state.journalOfRun(this.#options.run.id)) {
      const open: JournalEntry[] = [];
      for (const entry of page) {
        this.#lastSeq = Math.max(this.#lastSeq, entry.seq);
        if (entry.state === "planned") this.#deferred.push(entry);
        else if (isDue(entry, this.#ctx.clock.now())) open.push(entry);
        else await this.#count(entry.move, entry.state, entry.reason);
      }
      await this.#work(open, "resumed");
    }
  }

  /** In slices: the canary first, then groups. */
  async carryOut(): Promise<void> {
    await this.#begin(this.#deferred);
    for await (const page of this.#ctx.state.plannedMoves(this.#options.plan.id, this.#lastSeq)) {
      for (let from = 0; from < page.length;) {
        const size = Math.min(GROUP, this.#canary.left || GROUP);
        if (!(await this.#begin(page.slice(from, from + size)))) return;
        from += size;
      }
    }
  }

  /** The intent and the money reserved for it are durable before any effect. @returns whether the run goes on. */
  async #begin(lines: readonly { readonly seq: number; readonly move: PlannedMove }[]): Promise<boolean> {
    const { guard, lease, run } = this.#options;
    this.#judge();
    if (!(await guard.isGoing())) return false;
    if (lines.length === 0) return true;
    const moves = lines.map(({ move }) => move);
    await stopUndone(this.#ctx, moves, this.undone);
    const updatedMs = this.#ctx.clock.now();
    const spendDay = dayScope(updatedMs);
    const spends = moves.map(spendOf);
    const entries = lines.map(({ seq, move }) => intent(run.id, seq, move, updatedMs, spendDay));
    let admission: Admission = { count: 0, stopReason: null };
    const admit = ([ofRun = NO_SPEND, ofDay = NO_SPEND]: readonly Spend[]): number => {
      admission = admitted(spends, { run: ofRun, day: ofDay }, this.#caps);
      return admission.count;
    };
    const scopes = [runScope(run.id), spendDay];
    const count = await this.#ctx.state.beginMoves({ lease: lease.current(), entries, spends, scopes, admit });
    await this.#work(entries.slice(0, count), "fresh");
    if (admission.stopReason) guard.stop(admission.stopReason);
    this.#judge();
    return guard.isGoing();
  }

  #judge(): void {
    const why = this.#canary.verdict();
    if (why !== null) this.#options.guard.stop("canary", why);
  }

  async #work(entries: readonly JournalEntry[], mode: MoveMode): Promise<void> {
    if (entries.length === 0) return;
    const { plan, lease } = this.#options;
    this.#terms ??= await this.#open();
    const { mover, pool, busy } = this.#terms;
    await using journal = new JournalWriter(this.#ctx.state, lease);
    await workLines(entries, {
      mover: { ...mover, journal },
      pool,
      mode,
      busy,
      ended: async ({ move }, { state, reason }) => {
        if (state === "planned" || state === "intent") return;
        await this.#count(move, state, reason);
        this.#options.progress?.(this.#tally.total(), plan.totals.moves, "objects");
      },
    });
  }

  async #open(): Promise<Terms> {
    const { plan, run, guard } = this.#options;
    const mover = await openMover(this.#ctx, plan.bucket, guard);
    return {
      mover,
      pool: movePool(this.#ctx, mover.store),
      busy: await busyKeys(this.#ctx, plan.bucket, run.id),
    };
  }

  async #count(move: PlannedMove, state: JournalEntry["state"], reason: string | null): Promise<void> {
    this.#tally.count(state, reason, move);
    if (move.undoes) this.undone.add(move.undoes.runId);
    await this.#canary.add(move, state, reason);
  }

  endState(): RunState {
    if (this.#options.guard.stopped) return "stopped";
    if (this.#ctx.signal.aborted) return "interrupted";
    return this.#tally.failed > 0 ? "partly" : "done";
  }

  record(state: RunState): RunRecord {
    const { run, guard } = this.#options;
    const { reason: stopReason = null, why: stopDetail = null } = guard.stopped ?? {};
    return { ...run, ...this.#tally.counts(), state, stopReason, stopDetail, finishedMs: this.#ctx.clock.now() };
  }
}

/** Left open by a process that ended, or waiting for the store long enough. */
function isDue({ state, dueMs }: JournalEntry, nowMs: number): boolean {
  const isOpen = OPEN_STATES.some((open) => open === state);
  return isOpen && (dueMs === null || dueMs <= nowMs);
}

function intent(runId: string, seq: number, move: PlannedMove, updatedMs: number, spendDay: string): JournalEntry {
  const nothing = { etagAfter: null, versionAfter: null, reason: null, dueMs: null };
  return { runId, seq, move, state: "intent", ...nothing, updatedMs, progress: { spendDay } };
}
