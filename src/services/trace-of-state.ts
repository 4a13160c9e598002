/**
 * The history of a bucket as the state has it, as a trace: its live objects with the days on which they were read, as far
 * back as the state keeps them day by day (`engine.history_days`). Objects deleted since are not in it.
 */
import type { ObjectState } from "../core/object-state.ts";
import { requirePermission } from "../core/permission.ts";
import type { TableBatch } from "../core/trace/table.ts";
import { type BuiltTrace, TraceBuilder } from "../core/trace/trace-builder.ts";
import type { TraceReport } from "../core/trace/trace.ts";
import { murmur2 } from "../core/partition.ts";
import { dayNumber } from "../core/units.ts";
import type { Context, Progress } from "./context.ts";
import { refuseInterrupted } from "./interruption.ts";

export interface TraceOfStateInput {
  readonly bucket: string;
  /** Takes one object in so many, evenly by the hash of the key; all where absent. */
  readonly oneIn?: number;
  /** Reads before this day, in days since 1970-01-01 UTC, are left out: days may be kept unequally long before it. */
  readonly sinceDay?: number;
  readonly progress?: Progress;
}

/** What was put right, and what the state does not know enough of. */
export interface StateTraceReport extends TraceReport {
  /** Objects left out because their size is not known. */
  readonly sizeUnknown: number;
  /** Objects left out because their creation is not known. */
  readonly creationUnknown: number;
}

export interface StateTrace extends BuiltTrace {
  readonly report: StateTraceReport;
}

/**
 * Objects are named by their keys. Reads of a name before its present content was written belong to an earlier object, and
 * are left out and counted.
 * @throws AstraError ASTRA_TRACE_INVALID where the state has no object, or no read, of the bucket; ASTRA_INTERRUPTED
 */
export async function traceOfState({
  ctx,
  input,
}: {
  ctx: Pick<Context, "actor" | "signal" | "clock" | "state">;
  input: TraceOfStateInput;
}): Promise<StateTrace> {
  requirePermission(ctx.actor, "object.read");
  const builder = new TraceBuilder({ isLenient: true });
  const today = dayNumber(ctx.clock.now());
  const unknown = { sizeUnknown: 0, creationUnknown: 0 };
  let seen = 0;
  for await (const page of ctx.state.objects({ bucket: input.bucket })) {
    refuseInterrupted(ctx.signal);
    const known: KnownObject[] = [];
    for (const { key, sizeBytes, createdMs, access } of page) {
      if (!isSampled(key, input.oneIn ?? 1)) continue;
      if (sizeBytes === null) unknown.sizeUnknown += 1;
      else if (createdMs === null) unknown.creationUnknown += 1;
      else known.push({ key, sizeBytes, createdDay: Math.min(dayNumber(createdMs), today), access });
    }
    builder.addObjects(objectRows(known, input.bucket, today));
    builder.addAccesses(accessRows(known, input.bucket, input.sinceDay ?? -Infinity));
    seen += page.length;
    input.progress?.(seen, null, "objects");
  }
  const { trace, report } = builder.finish(`s3://${input.bucket}`);
  return { trace, report: { ...report, ...unknown } };
}

function isSampled(key: string, oneIn: number): boolean {
  return oneIn === 1 || (murmur2(new TextEncoder().encode(key)) >>> 0) % oneIn === 0;
}

interface KnownObject extends Pick<ObjectState, "key" | "access"> {
  readonly sizeBytes: number;
  readonly createdDay: number;
}

/** They live, so that today is the last day known of each. */
function objectRows(objects: readonly KnownObject[], bucket: string, today: number): TableBatch {
  const keys = objects.map(({ key }) => key);
  return {
    rows: objects.length,
    labels: { object_id: keys, name: keys },
    numbers: {
      created_day: Float64Array.from(objects, ({ createdDay }) => createdDay),
      end_day: new Float64Array(objects.length).fill(today),
      deleted: new Float64Array(objects.length),
      size_bytes: Float64Array.from(objects, ({ sizeBytes }) => sizeBytes),
    },
    place: (row) => `s3://${bucket}/${keys[row] ?? ""}`,
  };
}

function accessRows(objects: readonly KnownObject[], bucket: string, sinceDay: number): TableBatch {
  const rows = objects.flatMap(({ key, access }) =>
    access.days.filter(({ day }) => day >= sinceDay).map(({ day, reads }) => ({ key, day, reads })),
  );
  return {
    rows: rows.length,
    labels: { object_id: rows.map(({ key }) => key) },
    numbers: { day: Float64Array.from(rows, ({ day }) => day), reads: Float64Array.from(rows, ({ reads }) => reads) },
    place: (row) => `s3://${bucket}/${rows[row]?.key ?? ""}`,
  };
}
