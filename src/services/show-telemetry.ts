/** What telemetry of a bucket costs, beside the saving that it allows. */
import { AstraError } from "../core/errors.ts";
import { requirePermission } from "../core/permission.ts";
import { type TelemetryCost, type TelemetryVolume, telemetryCosts } from "../core/telemetry-cost.ts";
import type { ReadSourceTotals } from "../ports/state-store.ts";
import type { Context } from "./context.ts";

export interface ShowTelemetryInput {
  readonly bucket: string;
  /** A plan whose saving stands beside the costs; without it, what runs have done so far. */
  readonly planId?: string;
}

export interface TelemetryReport {
  readonly bucket: string;
  /** What was read so far, of all buckets together: a log tells of several. */
  readonly read: readonly ReadSourceTotals[];
  /** As the plan or, without one, the state knows them. */
  readonly objects: number;
  readonly costs: readonly TelemetryCost[];
  /** `null` where there is neither a plan nor a run. */
  readonly saving: { readonly of: "plan" | "runs"; readonly microsPerMonth: number } | null;
}

/** A night's run for 27 years. */
const MOST_RUNS = 10_000;

/** @throws AstraError ASTRA_PLAN_INVALID, ASTRA_STATE_* */
export async function showTelemetry({
  ctx,
  input,
}: {
  ctx: Context;
  input: ShowTelemetryInput;
}): Promise<TelemetryReport> {
  requirePermission(ctx.actor, "object.read");
  const { bucket, planId } = input;
  const plan = planId === undefined ? null : await planOf(ctx, planId);
  const read = await ctx.state.readSourceTotals();
  const objects = plan ? plan.totals.objectsSeen : await objectsOf(ctx, bucket);
  const volume = (kind: ReadSourceTotals["kind"]): TelemetryVolume | null => {
    const found = read.find((totals) => totals.kind === kind);
    return found ? { files: found.sources, records: found.lines, sizeBytes: found.sizeBytes, days: found.days } : null;
  };
  const costs = telemetryCosts(
    { accessLogs: volume("access-log"), cloudtrail: volume("cloudtrail"), objects, changesPerMonth: null },
    ctx.prices,
  );
  const saving = plan
    ? { of: "plan" as const, microsPerMonth: plan.totals.savingMicrosPerMonth }
    : await savingOfRuns(ctx, bucket);
  return { bucket, read, objects, costs, saving };
}

async function planOf(ctx: Context, id: string) {
  const plan = await ctx.state.plan(id);
  if (plan) return plan;
  throw new AstraError("ASTRA_PLAN_INVALID", `there is no plan ${id}`, { where: id });
}

async function objectsOf(ctx: Context, bucket: string): Promise<number> {
  let objects = 0;
  for await (const page of ctx.state.objects({ bucket })) objects += page.length;
  return objects;
}

async function savingOfRuns(ctx: Context, bucket: string): Promise<TelemetryReport["saving"]> {
  const runs = (await ctx.state.runs(MOST_RUNS)).filter((run) => run.bucket === bucket);
  if (runs.length === 0) return null;
  return { of: "runs", microsPerMonth: runs.reduce((sum, run) => sum + run.savingMicrosPerMonth, 0) };
}
