/** Takes up what earlier runs left open: intents of a crash, restores that have come to an end, objects tagged for a rule. */
import { requirePermission } from "../../core/permission.ts";
import type { JournalEntry, RunOrder } from "../../ports/state-store.ts";
import type { AdaptivePool } from "../adaptive-pool.ts";
import type { Context } from "../context.ts";
import { BucketLease } from "./bucket-lease.ts";
import { JournalWriter } from "./journal-writer.ts";
import type { MoveMode } from "./move-object.ts";
import { movePool, openMover } from "./open-mover.ts";
import { recountRun } from "./recount-run.ts";
import { RunGuard } from "./run-guard.ts";
import { RunTally } from "./run-tally.ts";
import { LineWork } from "./work-lines.ts";

export interface ContinueMovesResult {
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  /** Still waiting for the store: a restore, or a lifecycle rule. */
  readonly waiting: number;
}

/**
 * All lines of the bucket, whatever prefix a run of today looks at: they were approved when their own run was.
 * @throws AstraError ASTRA_BRAKE_ON, ASTRA_WINDOW_CLOSED, ASTRA_BUCKET_BUSY, and faults that concern all lines
 */
export async function continueMoves({
  ctx,
  input,
}: {
  ctx: Context;
  input: { readonly bucket: string };
}): Promise<ContinueMovesResult> {
  requirePermission(ctx.actor, "plan.apply");
  await using lease = await BucketLease.take(ctx, input.bucket);
  const work = new Continuation(ctx, input.bucket, lease);
  for await (const page of ctx.state.openJournal(input.bucket, ctx.clock.now())) {
    for (const [run, entries] of Map.groupBy(page, ({ runId }) => runId)) await work.take(run, entries);
  }
  return work.finish();
}

class Continuation {
  readonly #ctx: Context;
  readonly #bucket: string;
  readonly #lease: BucketLease;
  readonly #tally = new RunTally();
  readonly #runs = new Set<string>();
  readonly #guards = new Map<string, RunGuard>();
  #pool: AdaptivePool | null = null;

  constructor(ctx: Context, bucket: string, lease: BucketLease) {
    this.#ctx = ctx;
    this.#bucket = bucket;
    this.#lease = lease;
  }

  async take(runId: string, entries: readonly JournalEntry[]): Promise<void> {
    const { run } = await this.#ctx.state.orders(runId);
    if (run === "pause") return;
    const guard = this.#guards.get(runId) ?? new RunGuard(this.#ctx, runId, this.#lease);
    if (!this.#guards.has(runId)) await guard.refuseToBegin(run === "stop");
    this.#guards.set(runId, guard);
    const mover = await openMover(this.#ctx, this.#bucket, guard);
    this.#pool ??= movePool(this.#ctx, mover.store);
    this.#runs.add(runId);
    const journal = new JournalWriter(this.#ctx.state, this.#lease);
    const work = new LineWork({
      mover: { ...mover, journal },
      pool: this.#pool,
      ended: async ({ move }, { state, reason }) => {
        this.#tally.count(state, reason, move);
        if (move.undoes) this.#runs.add(move.undoes.runId);
      },
    });
    await work.begin(entries, modeOf(run));
    await work.drain();
  }

  async #tell(counts: ContinueMovesResult): Promise<void> {
    const { actor, clock, state } = this.#ctx;
    const detail = { bucket: this.#bucket, runs: [...this.#runs], ...counts };
    await state.audit({ atMs: clock.now(), actor: actor.name, action: "run.continue", detail });
  }

  /** The runs' own counts follow their lines. */
  async finish(): Promise<ContinueMovesResult> {
    for (const id of this.#runs) await recountRun(this.#ctx, id);
    // With the lease in our hands nobody is at work in the bucket: what seems to be running was left by a crash, and so may
    // be the record of a run whose waiting lines have come to their end.
    const finishedMs = this.#ctx.clock.now();
    for (const { id, bucket, state, restoring } of await this.#ctx.state.runs(RECENT_RUNS)) {
      if (bucket !== this.#bucket) continue;
      if (state === "running") await recountRun(this.#ctx, id, { state: "interrupted", finishedMs });
      else if (restoring > 0 && !this.#runs.has(id)) await recountRun(this.#ctx, id);
    }
    const { done, failed, skipped, restoring: waiting } = this.#tally;
    const counts = { done, failed, skipped, waiting };
    if (done + failed + skipped > 0) await this.#tell(counts);
    return counts;
  }
}

/** A crash is found by the next engine; more runs than this in between there are not. */
const RECENT_RUNS = 1000;

/** What an operator stopped is only looked after: did it happen, or is it left alone. */
function modeOf(order: RunOrder): MoveMode {
  return order === "stop" ? "settle" : "resumed";
}
