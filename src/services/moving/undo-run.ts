/** The way back of a run, as a plan: priced before anything is done, and carried out by the same machine. */
import { createHash } from "node:crypto";
import { AstraError } from "../../core/errors.ts";
import { type WayTerms, copyWay } from "../../core/move-way.ts";
import { readOnceMicros } from "../../core/pricing/bill.ts";
import { requirePermission } from "../../core/permission.ts";
import { NEVER_MS, type PlanHeader, PlanTally, type PlannedMove } from "../../core/plan.ts";
import { daysBetween } from "../../core/units.ts";
import type { JournalEntry, RunRecord } from "../../ports/state-store.ts";
import type { Context, Progress } from "../context.ts";
import { planAudit } from "../audit/plan-audit.ts";
import { bucketFacts } from "../decide-context.ts";

export interface PlanUndoInput {
  readonly runId: string;
  readonly progress?: Progress;
}

/** Strategy of such a plan: no rule chose it. */
const UNDO = "undo";

/**
 * Objects that the run moved and that are still as it left them go back; what changed since is left alone when the plan is
 * applied. The money guards are not asked, the brakes are.
 * @throws AstraError ASTRA_USAGE_INVALID (no such run)
 */
export async function planUndo({ ctx, input }: { ctx: Context; input: PlanUndoInput }): Promise<PlanHeader> {
  requirePermission(ctx.actor, "plan.write");
  const run = await ctx.state.run(input.runId);
  if (!run) throw new AstraError("ASTRA_USAGE_INVALID", `there is no run ${input.runId}`, { fix: "See `astra runs`." });
  const id = ctx.random.id();
  const draft = new UndoDraft(ctx, run, await wayTerms(ctx, run.bucket), input.progress);
  return ctx.state.putPlan(id, draft.pages(), () => draft.header(id), planAudit(ctx, "plan.undo", { undoes: run.id }));
}

async function wayTerms(ctx: Context, bucket: string): Promise<WayTerms> {
  const { noncurrentDays, readsAcl } = await bucketFacts(ctx, bucket);
  const { restore_days: restoreDays, restore_deadline_hours: restoreDeadlineHours } = ctx.config.engine;
  return { prices: ctx.prices, noncurrentDays, readsAcl, restoreDays, restoreDeadlineHours };
}

class UndoDraft {
  readonly #ctx: Context;
  readonly #run: RunRecord;
  readonly #terms: WayTerms;
  readonly #progress: Progress | undefined;
  readonly #tally = new PlanTally();
  readonly #hash = createHash("sha256");

  constructor(ctx: Context, run: RunRecord, terms: WayTerms, progress: Progress | undefined) {
    this.#ctx = ctx;
    this.#run = run;
    this.#terms = terms;
    this.#progress = progress;
  }

  async *pages(): AsyncIterable<readonly PlannedMove[]> {
    let seen = 0;
    for await (const page of this.#ctx.state.journalOfRun(this.#run.id)) {
      const nowMs = this.#ctx.clock.now();
      const moves = page.flatMap((entry) => this.#back(entry, nowMs) ?? []);
      for (const move of moves) {
        this.#tally.moves(move);
        this.#hash.update(JSON.stringify(move));
      }
      seen += page.length;
      this.#progress?.(seen, this.#run.done, "objects");
      if (moves.length > 0) yield moves;
    }
  }

  header(id: string): PlanHeader {
    const head = {
      id,
      bucket: this.#run.bucket,
      createdMs: this.#ctx.clock.now(),
      strategy: UNDO,
      priceBook: this.#ctx.prices.version,
      totals: this.#tally.totals(),
    };
    return { ...head, hash: this.#hash.copy().update(JSON.stringify(head)).digest("hex") };
  }

  /** `null` for a line that moved nothing, or whose way back has no known price: that is counted as refused. */
  #back(entry: JournalEntry, nowMs: number): PlannedMove | null {
    const { move, etagAfter, runId, seq, updatedMs } = entry;
    if ((entry.state !== "done" && entry.state !== "failed") || etagAfter === null) return null;
    this.#tally.seen(move.to, move.sizeBytes);
    const { prices } = this.#terms;
    const way = copyWay(
      {
        ...move,
        from: move.to,
        to: move.from,
        daysHeld: daysBetween(updatedMs, nowMs),
        ageDays: null,
        atMs: nowMs,
      },
      this.#terms,
    );
    const toTier = prices.classes[move.from]?.tier;
    if (!way || toTier === undefined) {
      const refused = { sizeBytes: move.sizeBytes, savingMicrosPerMonth: 0 - move.savingMicrosPerMonth, feeMicros: 0 };
      this.#tally.refused({ refusal: "unknown_price", ...refused, to: move.from });
      return null;
    }
    const feeMicros = way.fee.totalMicros;
    const readOnce = readOnceMicros(prices, move.from, move.sizeBytes);
    return {
      bucket: move.bucket,
      key: move.key,
      sizeBytes: move.sizeBytes,
      etag: etagAfter,
      from: move.to,
      to: move.from,
      toTier,
      mechanism: "copy",
      rule: UNDO,
      why: `takes back run ${runId}`,
      createdMs: move.createdMs,
      feeMicros,
      savingMicrosPerMonth: 0 - move.savingMicrosPerMonth,
      breakEvenMs: NEVER_MS,
      worstCaseMicros: readOnce === null ? null : feeMicros + readOnce,
      policy: null,
      orderedByPolicy: false,
      ...(way.restore && { restore: way.restore }),
      undoes: { runId, seq },
    };
  }
}
