/** Counts the reads that S3 server access logs tell of: files of this machine, or objects of a log bucket. */
import { AstraError } from "../../core/errors.ts";
import { requirePermission } from "../../core/permission.ts";
import type { LogFiles } from "../../ports/log-files.ts";
import { noteInputs } from "../audit/note-inputs.ts";
import type { Context, Progress } from "../context.ts";
import { type Intake, LogIntake } from "./log-intake.ts";
import { readAhead } from "./read-ahead.ts";
import { type TelemetrySource, telemetrySources, unknownOf } from "./telemetry-files.ts";

export interface IngestAccessLogsInput {
  /** Files, folders, and `s3://log-bucket/prefix`. */
  readonly sources: readonly string[];
  readonly files: LogFiles;
  /** Goes on looking for new log files until the context's signal; `null`: what is there is read, and no more. */
  readonly follow: FollowInput | null;
  readonly progress?: Progress;
}

export interface FollowInput {
  /** Between two looks, ms. */
  readonly intervalMs: number;
  /** Told after a look that found something new. */
  readonly looked: (soFar: Intake) => Promise<void>;
}

/** Every line of files that were not duplicates is counted under exactly one of `accesses` to `badLines`. */
export interface IngestAccessLogsResult extends Intake {
  /** Whether all files were read, and none of them given up. */
  readonly isWhole: boolean;
}

/**
 * A file that can't be read is named, and the others go on.
 * @throws AstraError ASTRA_ACCESS_LOG_INVALID before anything is counted for a path that isn't there, and at the end where
 *   no line of all was one of an access log; ASTRA_STORE_* for the log bucket; ASTRA_STATE_*.
 */
export async function ingestAccessLogs({
  ctx,
  input,
}: {
  ctx: Context;
  input: IngestAccessLogsInput;
}): Promise<IngestAccessLogsResult> {
  requirePermission(ctx.actor, "object.write");
  await noteInputs({ ctx });
  const { follow } = input;
  const sources = await telemetrySources(ctx, input.files, input.sources, follow !== null);
  const intake = new LogIntake(ctx, input.progress);
  await look(ctx, sources, intake);
  const onlyBad = intake.onlyBad;
  if (onlyBad && follow === null) {
    throw new AstraError("ASTRA_ACCESS_LOG_INVALID", "no line is one of an S3 server access log", onlyBad);
  }
  await intake.flush();
  if (follow === null) return { ...intake.told, isWhole: !ctx.signal.aborted && intake.told.unreadableFiles === 0 };
  for (let before = 0; !ctx.signal.aborted;) {
    const soFar = intake.told;
    if (soFar.files + soFar.unreadableFiles > before) await follow.looked(soFar);
    before = soFar.files + soFar.unreadableFiles;
    await ctx.clock.sleep(follow.intervalMs, ctx.signal);
    if (ctx.signal.aborted) break;
    await look(ctx, sources, intake);
    await intake.flush();
  }
  return { ...intake.told, isWhole: intake.told.unreadableFiles === 0 };
}

async function look(ctx: Context, sources: readonly TelemetrySource[], intake: LogIntake): Promise<void> {
  for (const source of sources) {
    for await (const page of source.look()) {
      const unknown = await unknownOf(ctx, page);
      intake.skip(page.length - unknown.length);
      for await (const { file, pieces } of readAhead(unknown)) {
        if (ctx.signal.aborted) return;
        await intake.read(file, pieces);
      }
      if (ctx.signal.aborted) return;
    }
  }
}
