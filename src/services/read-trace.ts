/** Reads a trace of two tables: objects, and the days on which they were read. */
import { requirePermission } from "../core/permission.ts";
import {
  ACCESS_COLUMNS,
  type BuiltTrace,
  OBJECT_COLUMNS,
  TRACE_LIMITS,
  TraceBuilder,
} from "../core/trace/trace-builder.ts";
import type { TraceFiles } from "../ports/trace-files.ts";
import type { Context, Progress } from "./context.ts";
import { refuseInterrupted } from "./interruption.ts";

export interface ReadTraceInput {
  readonly files: TraceFiles;
  /** Paths of the two tables, each Parquet or CSV. */
  readonly objects: string;
  readonly accesses: string;
  /** Drop and count reads outside of their object's life, instead of refusing them. */
  readonly isLenient?: boolean;
  readonly progress?: Progress;
}

/** @throws AstraError ASTRA_TRACE_INVALID with file, row and fix; ASTRA_INTERRUPTED */
export async function readTrace({
  ctx,
  input,
}: {
  ctx: Pick<Context, "actor" | "signal">;
  input: ReadTraceInput;
}): Promise<BuiltTrace> {
  requirePermission(ctx.actor, "object.read");
  const { files, progress } = input;
  const builder = new TraceBuilder({ isLenient: input.isLenient ?? false });
  for await (const batch of files.readTable(input.objects, OBJECT_COLUMNS, TRACE_LIMITS.objects)) {
    refuseInterrupted(ctx.signal);
    builder.addObjects(batch);
  }
  builder.requireObjects(input.objects);
  let rows = 0;
  for await (const batch of files.readTable(input.accesses, ACCESS_COLUMNS, TRACE_LIMITS.accesses)) {
    refuseInterrupted(ctx.signal);
    builder.addAccesses(batch);
    rows += batch.rows;
    progress?.(rows, null, "accesses");
  }
  return builder.finish(input.accesses);
}
