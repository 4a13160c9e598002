/**
 * Takes in what Batch Operations reports of a plan's jobs: journal, objects and audit then are as if the plan had been applied
 * here. Nothing counts as done that was not seen to be, unless that is asked for. Repeating it changes nothing.
 */
import { createHash } from "node:crypto";
import { AstraError } from "../../core/errors.ts";
import type { ReportRow } from "../../core/export/batch-report.ts";
import { requirePermission } from "../../core/permission.ts";
import type { PlanHeader, PlannedMove } from "../../core/plan.ts";
import type { JournalEntry, RunRecord } from "../../ports/state-store.ts";
import type { Context, Progress } from "../context.ts";
import { BucketLease } from "../moving/bucket-lease.ts";
import { movePool } from "../moving/open-mover.ts";
import { RunTally } from "../moving/run-tally.ts";
import { plannedMoves } from "../planning/planned-moves.ts";
import { planOfId } from "./plan-of-id.ts";
import { type OpenLocal, ReportFiles } from "./report-files.ts";
import { ReportedLine, type VerifyMode } from "./reported-line.ts";

export interface ImportBatchReportInput {
  readonly planId: string;
  /** `manifest.json` of reports, or their CSV files. */
  readonly reports: readonly string[];
  readonly openLocal: OpenLocal;
  /** Which of the objects that the report calls done are looked at. */
  readonly verify: VerifyMode;
  readonly progress?: Progress;
}

export interface ImportedBatchReport {
  readonly run: RunRecord;
  readonly rows: number;
  /** Moves whose line is new or has changed. */
  readonly changed: number;
  readonly verified: number;
  /** Rows about objects that the plan does not speak of; a restore job's rows are among them once its copies are done. */
  readonly otherRows: number;
  /** Moves of the plan that no report so far speaks of. */
  readonly unreported: number;
}

/** Moves held in memory against the rows of the reports; a longer plan takes several passes over them. */
const WINDOW = 500_000;
/** Lines written in one transaction. */
const GROUP = 256;

/**
 * @throws AstraError ASTRA_PLAN_INVALID (no such plan), ASTRA_COMPLETION_REPORT_INVALID, ASTRA_PLAN_APPLIED where another run carried the
 * plan out, ASTRA_BUCKET_BUSY, ASTRA_STORE_*
 */
export async function importBatchReport({
  ctx,
  input,
}: {
  ctx: Context;
  input: ImportBatchReportInput;
}): Promise<ImportedBatchReport> {
  requirePermission(ctx.actor, "plan.apply");
  const plan = await planOfId(ctx, input.planId);
  const files = await ReportFiles.check(ctx, input.reports, input.openLocal);
  await using lease = await BucketLease.take(ctx, plan.bucket);
  const run = await runFor(ctx, plan);
  await ctx.state.startRun(run, auditOf(ctx, "run.import", run, { reports: input.reports, verify: input.verify }));
  const importing = new Importing(ctx, { plan, run, lease, files, input });
  try {
    await importing.carryOut();
  } finally {
    const record = await importing.record();
    await ctx.state.finishRun(record, auditOf(ctx, "run.finish", record));
  }
  return importing.result();
}

/** A plan has one run of this kind, however many reports it comes in. */
async function runFor(ctx: Context, plan: PlanHeader): Promise<RunRecord> {
  const id = importedRunId(plan);
  const earlier = await ctx.state.runOfPlan(plan.id);
  if (earlier && earlier.id !== id)
    throw new AstraError("ASTRA_PLAN_APPLIED", `plan ${plan.id} was carried out by run ${earlier.id}`);
  const fresh = { id, planId: plan.id, bucket: plan.bucket, startedMs: ctx.clock.now(), ...new RunTally().counts() };
  const open = { finishedMs: null, state: "running", stopReason: null, stopDetail: null } as const;
  return { ...fresh, ...earlier, ...open };
}

/** In the form of other runs' ids, and the same whenever it is asked for. */
function importedRunId({ id, hash }: PlanHeader): string {
  const hex = createHash("sha256").update(`batch operations ${id} ${hash}`).digest("hex");
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function auditOf(
  ctx: Context,
  action: string,
  { id, planId, bucket, state, done, failed, skipped, feeMicros }: RunRecord,
  more: Readonly<Record<string, unknown>> = {},
): Parameters<Context["state"]["audit"]>[0] {
  const detail = { run: id, plan: planId, bucket, state, done, failed, skipped, feeMicros, ...more };
  return { atMs: ctx.clock.now(), actor: ctx.actor.name, action, detail };
}

interface ImportTerms {
  readonly plan: PlanHeader;
  readonly run: RunRecord;
  readonly lease: BucketLease;
  readonly files: ReportFiles;
  readonly input: ImportBatchReportInput;
}

interface Reported {
  readonly seq: number;
  readonly move: PlannedMove;
  readonly row: ReportRow;
}

class Importing {
  readonly #ctx: Context;
  readonly #terms: ImportTerms;
  readonly #lines: ReportedLine;
  /** Lines that are done: nothing that is reported of them again changes that. */
  readonly #settled = new Set<number>();
  /** What the others came to. */
  readonly #others = new Map<number, string>();
  #matched = 0;
  #changed = 0;
  #record: RunRecord | null = null;

  constructor(ctx: Context, terms: ImportTerms) {
    this.#ctx = ctx;
    this.#terms = terms;
    this.#lines = new ReportedLine(ctx, terms.run.id, terms.input.verify);
  }

  async carryOut(): Promise<void> {
    const { plan, run } = this.#terms;
    for await (const page of this.#ctx.state.journalOfRun(run.id)) {
      for (const entry of page) this.#know(entry);
    }
    const moves = new Map<string, { readonly seq: number; readonly move: PlannedMove }>();
    for await (const page of plannedMoves(this.#ctx, plan)) {
      for (const planned of page) moves.set(planned.move.key, planned);
      if (moves.size < WINDOW) continue;
      await this.#match(moves);
      moves.clear();
    }
    if (moves.size > 0) await this.#match(moves);
  }

  async #match(moves: ReadonlyMap<string, { readonly seq: number; readonly move: PlannedMove }>): Promise<void> {
    let group: Reported[] = [];
    for await (const rows of this.#terms.files.read()) {
      for (const row of rows) {
        const planned = row.bucket === this.#terms.plan.bucket ? moves.get(row.key) : undefined;
        if (!planned) continue;
        this.#matched += 1;
        if (this.#settled.has(planned.seq)) continue;
        group.push({ ...planned, row });
        if (group.length < GROUP) continue;
        await this.#write(group);
        group = [];
      }
    }
    await this.#write(group);
  }

  async #write(reported: readonly Reported[]): Promise<void> {
    // The last word on an object counts: a job that was made again comes later.
    const bySeq = new Map(reported.map((each) => [each.seq, each]));
    const store = await this.#ctx.stores.open(this.#terms.plan.bucket);
    const ended: Awaited<ReturnType<ReportedLine["end"]>>[] = [];
    await this.#terms.lease.keep();
    await movePool(this.#ctx, store).run(bySeq.values(), async (each) => {
      ended.push(await this.#lines.end(store, each));
    });
    const news = ended.filter((line) => line !== null && this.#others.get(line.entry.seq) !== wordOf(line.entry));
    const lines = news.flatMap((line) => line ?? []).toSorted((a, b) => a.entry.seq - b.entry.seq);
    if (lines.length === 0) return;
    const entries: JournalEntry[] = lines.map(({ entry }) => entry);
    await this.#ctx.state.writeJournal({
      entries,
      moved: lines.flatMap(({ moved }) => moved ?? []),
      spends: lines.flatMap(({ spends }) => spends),
      undone: lines.flatMap(({ undone }) => undone ?? []),
      lease: this.#terms.lease.current(),
    });
    for (const entry of entries) this.#know(entry);
    this.#changed += entries.length;
    this.#terms.input.progress?.(this.#changed, this.#terms.plan.totals.moves, "objects");
  }

  #know(entry: JournalEntry): void {
    if (entry.state === "done" || entry.state === "undone") this.#settled.add(entry.seq);
    else this.#others.set(entry.seq, wordOf(entry));
  }

  /** `done` once every move of the plan is. */
  async record(): Promise<RunRecord> {
    const { plan, run } = this.#terms;
    const tally = RunTally.of(await this.#ctx.state.journalTotals(run.id));
    const state = tally.done === plan.totals.moves ? "done" : "partly";
    this.#record = { ...run, ...tally.counts(), state, finishedMs: this.#ctx.clock.now() };
    return this.#record;
  }

  async result(): Promise<ImportedBatchReport> {
    const { plan, files } = this.#terms;
    const run = this.#record ?? (await this.record());
    const told = run.done + run.failed + run.skipped + run.restoring;
    return {
      run,
      rows: files.rows,
      changed: this.#changed,
      verified: this.#lines.verified,
      otherRows: files.rows - this.#matched,
      unreported: plan.totals.moves - told,
    };
  }
}

function wordOf({ state, reason }: JournalEntry): string {
  return `${state} ${reason}`;
}
