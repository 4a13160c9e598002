/** Counts the reads that CloudTrail's data events tell of: log files of this machine, or objects of a trail's bucket. */
import { AstraError, isAstraError } from "../../core/errors.ts";
import { requirePermission } from "../../core/permission.ts";
import type { LogFiles } from "../../ports/log-files.ts";
import type { ReadSource } from "../../ports/state-store.ts";
import { noteInputs } from "../audit/note-inputs.ts";
import type { Context, Progress } from "../context.ts";
import { CloudtrailIntake, type TrailIntake } from "./cloudtrail-intake.ts";
import { readAhead } from "./read-ahead.ts";
import { type TelemetrySource, telemetrySources, unknownOf } from "./telemetry-files.ts";

export interface IngestCloudtrailInput {
  /** Files, folders, and `s3://trail-bucket/prefix`. */
  readonly sources: readonly string[];
  readonly files: LogFiles;
  readonly progress?: Progress;
}

/** Every record of files that were not duplicates is counted under exactly one of `accesses` to `badRecords`. */
export interface IngestCloudtrailResult extends TrailIntake {
  /** Days of the reads of which access logs were counted too: a bucket that both tell of counts its reads twice there. */
  readonly alsoByAccessLogs: ReadSource["days"];
  /** Whether all files were read, and none of them given up. */
  readonly isWhole: boolean;
}

/**
 * A file that can't be read is named, and the others go on.
 * @throws AstraError ASTRA_TRAIL_INVALID before anything is counted for a path that isn't there, and at the end where no file
 *   of all could be read; ASTRA_STORE_* for the trail's bucket; ASTRA_STATE_*.
 */
export async function ingestCloudtrail({
  ctx,
  input,
}: {
  ctx: Context;
  input: IngestCloudtrailInput;
}): Promise<IngestCloudtrailResult> {
  requirePermission(ctx.actor, "object.write");
  await noteInputs({ ctx });
  const intake = new CloudtrailIntake(ctx, input.progress);
  for (const source of await sourcesOf(ctx, input)) await readSource(ctx, source, intake);
  await intake.flush();
  const { told } = intake;
  const [unreadable] = told.unreadable;
  if (unreadable && told.files + told.known + told.digestFiles === 0)
    throw new AstraError("ASTRA_TRAIL_INVALID", unreadable.message, { where: unreadable.where });
  const alsoByAccessLogs = await daysByAccessLogs(ctx, told.days);
  return { ...told, alsoByAccessLogs, isWhole: !ctx.signal.aborted && told.unreadableFiles === 0 };
}

async function sourcesOf(ctx: Context, input: IngestCloudtrailInput): Promise<readonly TelemetrySource[]> {
  try {
    return await telemetrySources(ctx, input.files, input.sources, false);
  } catch (error) {
    if (!isAstraError(error, "ASTRA_ACCESS_LOG_INVALID")) throw error;
    const where = error.where === undefined ? {} : { where: error.where };
    throw new AstraError("ASTRA_TRAIL_INVALID", error.message, { ...where, cause: error });
  }
}

async function readSource(ctx: Context, source: TelemetrySource, intake: CloudtrailIntake): Promise<void> {
  for await (const page of source.look()) {
    const logs = page.filter((file) => !intake.isDigest(file));
    const fresh = await unknownOf(ctx, logs);
    intake.skip(logs.length - fresh.length);
    for await (const { file, pieces } of readAhead(fresh)) {
      if (ctx.signal.aborted) return;
      await intake.read(file, pieces);
    }
    if (ctx.signal.aborted) return;
  }
}

async function daysByAccessLogs(ctx: Context, days: ReadSource["days"]): Promise<ReadSource["days"]> {
  const totals = await ctx.state.readSourceTotals();
  const logged = totals.find(({ kind }) => kind === "access-log")?.days;
  if (!days || !logged) return null;
  const both = { first: Math.max(days.first, logged.first), last: Math.min(days.last, logged.last) };
  return both.first <= both.last ? both : null;
}
