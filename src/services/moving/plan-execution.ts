/** One run of one plan in one process: groups of intents within the caps, worked on side by side, judged by the canary. */
import { type Admission, type Caps, admitted } from "../../core/budget.ts";
import type { PlanHeader, PlannedMove } from "../../core/plan.ts";
import { NO_SPEND, type Spend, dayScope, runScope, spendOf } from "../../core/spend.ts";
import { OPEN_STATES } from "../../core/transition.ts";
import type { JournalEntry, RunRecord, RunState } from "../../ports/state-store.ts";
import { capsOf } from "../budgets.ts";
import type { Context, Progress } from "../context.ts";
import { plannedMoves } from "../planning/planned-moves.ts";
import type { BucketLease } from "./bucket-lease.ts";
import { busyKeys } from "./busy-keys.ts";
import { JournalWriter } from "./journal-writer.ts";
import { movePool, openMover } from "./open-mover.ts";
import { RunCanary } from "./run-canary.ts";
import type { RunGuard } from "./run-guard.ts";
import { RunTally } from "./run-tally.ts";
import { stopUndone } from "./stop-undone.ts";
import { LineWork } from "./work-lines.ts";

/** Few enough that the brake is heeded soon and a crash leaves little open, many enough that the fsync is a small part. */
const GROUP = 1024;

export interface ExecutionOptions {
  readonly plan: PlanHeader;
  readonly run: RunRecord;
  readonly lease: BucketLease;
  readonly guard: RunGuard;
  readonly progress: Progress | undefined;
}

/** One run of one plan in this process. */
export class PlanExecution {
  readonly #ctx: Context;
  readonly #options: ExecutionOptions;
  readonly #tally = new RunTally();
  readonly #canary: RunCanary;
  readonly #caps: Caps;
  /** Runs of which lines were taken back. */
  readonly undone = new Set<string>();
  /** Lines that were begun and are still open. */
  #left = 0;
  #lastSeq = -1;
  #deferred: { readonly seq: number; readonly move: PlannedMove }[] = [];
  #lines: LineWork | null = null;

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
      if (open.length === 0) continue;
      const lines = await this.#openLines();
      await lines.begin(open, "resumed");
      await lines.drain();
    }
  }

  /** In slices: the canary first, then groups, each begun when the one before it is. */
  async carryOut(): Promise<void> {
    let fault: unknown;
    try {
      await this.#beginAll();
    } catch (error) {
      fault = error;
    }
    if (this.#lines) await this.#lines.drain(fault);
    else if (fault !== undefined) throw fault;
    this.#judge();
  }

  async #beginAll(): Promise<void> {
    await this.#begin(this.#deferred);
    for await (const page of plannedMoves(this.#ctx, this.#options.plan, this.#lastSeq)) {
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
    const work = await this.#openLines();
    if (count > 0) await work.begin(entries.slice(0, count), "fresh");
    // What was let in is carried out before anything is judged or stopped.
    if (this.#canary.left > 0 || admission.stopReason) await work.drain();
    if (admission.stopReason) guard.stop(admission.stopReason);
    this.#judge();
    return !work.isFaulty && guard.isGoing();
  }

  #judge(): void {
    const why = this.#canary.verdict();
    if (why !== null) this.#options.guard.stop("canary", why);
  }

  async #openLines(): Promise<LineWork> {
    if (this.#lines) return this.#lines;
    const { plan, run, guard, lease } = this.#options;
    const mover = await openMover(this.#ctx, plan.bucket, guard);
    this.#lines = new LineWork({
      mover: { ...mover, journal: new JournalWriter(this.#ctx.state, lease) },
      pool: movePool(this.#ctx, mover.store),
      busy: await busyKeys(this.#ctx, plan.bucket, run.id),
      ended: async ({ move }, { state, reason }) => {
        if (state === "intent") this.#left += 1;
        if (state === "planned" || state === "intent") return;
        await this.#count(move, state, reason);
        this.#options.progress?.(this.#tally.total(), plan.totals.moves, "objects");
      },
    });
    return this.#lines;
  }

  async #count(move: PlannedMove, state: JournalEntry["state"], reason: string | null): Promise<void> {
    this.#tally.count(state, reason, move);
    if (move.undoes) this.undone.add(move.undoes.runId);
    await this.#canary.add(move, state, reason);
  }

  endState(): RunState {
    if (this.#options.guard.stopped) return "stopped";
    if (this.#ctx.signal.aborted || this.#left > 0) return "interrupted";
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
