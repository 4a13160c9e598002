/** Sets what a provider billed for a month beside what the state says it should have cost. */
import { type ForecastCheck, checkForecast, forecastFor } from "../core/forecast/forecast-check.ts";
import { type Reconciliation, ReportTally } from "../core/billing/reconcile.ts";
import { AstraError } from "../core/errors.ts";
import { type MonthSpan, monthSpan } from "../core/billing/month-span.ts";
import { requirePermission } from "../core/permission.ts";
import { MS_PER_DAY, calendarMonth } from "../core/units.ts";
import type { BillingRow } from "../core/billing/cost-report.ts";
import type { BillingFiles } from "../ports/billing-files.ts";
import type { Context, Progress } from "./context.ts";
import { modelMonth } from "./model-month.ts";
import { observeOptions } from "./observe-options.ts";

export interface ReportActualInput {
  readonly files: readonly string[];
  readonly billing: BillingFiles;
  /** `2026-09`; without it, the only month of the files. */
  readonly month?: string;
  /** Only this bucket. */
  readonly bucket?: string;
  /** Lists the buckets too. */
  readonly isListed?: boolean;
  readonly progress?: Progress;
}

/** What a bucket's model could not know. */
export interface ModelNote {
  readonly bucket: string;
  readonly objects: number;
  readonly notes: readonly string[];
}

export interface ActualReport extends Reconciliation {
  readonly month: string;
  readonly files: readonly string[];
  readonly priceBook: string;
  readonly models: readonly ModelNote[];
  /** Earlier forecasts of the month beside what was billed for the lines they speak of. */
  readonly forecasts: readonly (ForecastCheck & { readonly bucket: string })[];
}

/** Runs looked at for the buckets Astra works on. */
const MOST_RUNS = 1000;
/** A forecast a day for more than a year. */
const MOST_FORECASTS = 500;

/** @throws AstraError ASTRA_REPORT_INVALID, ASTRA_USAGE_INVALID (a file twice, no such month), ASTRA_STATE_* */
export async function reportActual({ ctx, input }: { ctx: Context; input: ReportActualInput }): Promise<ActualReport> {
  requirePermission(ctx.actor, "object.read");
  const twice = input.files.find((file, index) => input.files.indexOf(file) !== index);
  if (twice !== undefined) throw new AstraError("ASTRA_USAGE_INVALID", "the file is given twice", { where: twice });
  const month = input.month === undefined ? await onlyMonth(input) : wantedMonth(input.month);
  const tally = new ReportTally(month.month, input.bucket ?? null);
  let isInMonth = false;
  for await (const rows of allRows(input)) {
    for (const row of rows) {
      tally.add(row);
      isInMonth ||= row.startMs >= month.fromMs && row.startMs < month.toMs;
    }
  }
  if (!isInMonth) {
    throw new AstraError("ASTRA_REPORT_INVALID", `the files hold nothing of ${month.month}`, {
      where: input.files[0] ?? "",
      fix: "Give the files of that month, or another --month.",
    });
  }
  const modelled = new Map<string, Readonly<Record<string, number>>>();
  const models: ModelNote[] = [];
  for (const bucket of await bucketsToModel(ctx, input, tally)) {
    const model = await modelMonth(ctx, { bucket, month, isListed: input.isListed ?? false });
    if (!model) continue;
    modelled.set(bucket, model.bill().lines);
    models.push({ bucket, objects: model.objects, notes: notesOf(ctx, month, model) });
  }
  const reconciled = tally.reconcile(modelled);
  const forecasts = await forecastsOf(ctx, month.month, reconciled);
  return { month: month.month, files: input.files, priceBook: ctx.prices.version, models, forecasts, ...reconciled };
}

/** A forecast speaks of what the model has: neither of taxes nor of transfers. */
async function forecastsOf(
  ctx: Context,
  month: string,
  { buckets }: Reconciliation,
): Promise<ActualReport["forecasts"]> {
  const checks: ActualReport["forecasts"][number][] = [];
  for (const { bucket, isModelled, billedMicros, outsideMicros, adjustmentMicros } of buckets) {
    if (!isModelled) continue;
    const found = forecastFor(await ctx.state.forecasts(bucket, MOST_FORECASTS), month);
    const micros = billedMicros - outsideMicros - adjustmentMicros;
    if (found) checks.push({ bucket, ...checkForecast(found, micros, "billed") });
  }
  return checks;
}

async function* allRows(input: ReportActualInput): AsyncGenerator<readonly BillingRow[]> {
  let rows = 0;
  for (const file of input.files) {
    for await (const batch of input.billing.rows(file)) {
      rows += batch.length;
      input.progress?.(rows, null, "rows");
      yield batch;
    }
  }
}

function wantedMonth(text: string): MonthSpan {
  const month = monthSpan(text);
  if (month) return month;
  throw new AstraError("ASTRA_USAGE_INVALID", `${JSON.stringify(text)} is no month`, {
    where: "--month",
    fix: "Write months as 2026-09.",
  });
}

/** A report is of one month, but for stray rows: which one must be told where there are several. */
async function onlyMonth(input: ReportActualInput): Promise<MonthSpan> {
  const months = new Set<string>();
  for await (const rows of allRows(input)) for (const row of rows) months.add(calendarMonth(row.startMs));
  const [month] = months;
  if (month !== undefined && months.size === 1) return wantedMonth(month);
  throw new AstraError("ASTRA_USAGE_INVALID", `the files hold several months: ${[...months].toSorted().join(", ")}`, {
    where: "--month",
    fix: "Name one of them with --month.",
  });
}

/** Those of the report, and those Astra works on: what is modelled and not billed is a difference too. */
async function bucketsToModel(ctx: Context, input: ReportActualInput, tally: ReportTally): Promise<readonly string[]> {
  if (input.bucket !== undefined) return [input.bucket];
  const runs = await ctx.state.runs(MOST_RUNS);
  const { config } = ctx;
  const own = [...Object.keys(config.buckets), ...(config.bucket === undefined ? [] : [config.bucket])];
  const names = new Set([...tally.buckets(), ...own, ...runs.map(({ bucket }) => bucket)]);
  names.delete("");
  return [...names].toSorted();
}

function notesOf(ctx: Context, month: MonthSpan, model: NonNullable<Awaited<ReturnType<typeof modelMonth>>>): string[] {
  const { unknownObjects, unknownClass, unpriced } = model.gaps();
  const nowMs = ctx.clock.now();
  const keptFromMs = nowMs - observeOptions(ctx.config).keepDays * MS_PER_DAY;
  const notes: string[] = [];
  if (unknownObjects > 0) notes.push(`${unknownObjects} objects of unknown size or class are not modelled`);
  if (unknownClass > 0) notes.push(`${unknownClass} objects were in a class nobody wrote down for a part of the month`);
  if (unpriced > 0) notes.push(`${unpriced} objects have a charge without a price in the book`);
  if (month.fromMs < keptFromMs) notes.push("reads of a part of the month are older than what the state keeps");
  if (nowMs < month.toMs) notes.push("the month is not over: it is modelled up to now");
  notes.push("noncurrent versions, delete markers, LIST requests and readers outside the events are not in the state");
  return notes;
}
