/** Generates a stated workload into a trace, as events, or into a bucket. The same options give the same workload everywhere. */
import type { DataEvent } from "../core/event.ts";
import {
  type GeneratedObject,
  type GeneratedWorkload,
  type GeneratedWorkloadOptions,
  generatedDays,
  generatedObjects,
  generatedReads,
  generatedWorkload,
} from "../core/workload/generated-workload.ts";
import { requirePermission } from "../core/permission.ts";
import { bodyUri, eventsOfDay, scaledSize } from "../core/workload/workload-events.ts";
import type { TraceFiles, WrittenBatch, WrittenTable } from "../ports/trace-files.ts";
import { AdaptivePool } from "./adaptive-pool.ts";
import type { Context, Progress } from "./context.ts";
import { refuseInterrupted } from "./interruption.ts";
import { uploadFile } from "./upload-file.ts";

/** Where the workload goes. */
export type WorkloadTarget =
  /** PREFIX.objects.parquet and PREFIX.accesses.parquet. */
  | { readonly kind: "trace"; readonly files: TraceFiles; readonly prefix: string }
  /** In the order of time, a day at a time; `take` answers `false` once nobody reads any more. */
  | {
      readonly kind: "events";
      readonly bucket: string;
      readonly byteScale: number;
      readonly take: (events: readonly DataEvent[]) => Promise<boolean>;
    }
  /** The objects that are there on the last day, uploaded now. */
  | { readonly kind: "bucket"; readonly bucket: string; readonly byteScale: number };

export interface GenerateWorkloadInput {
  readonly workload: GeneratedWorkloadOptions;
  readonly target: WorkloadTarget;
  readonly progress?: Progress;
}

/** What was made; sizes are those of the objects, not of scaled bodies. */
export interface GenerateWorkloadResult {
  readonly objects: number;
  readonly sizeBytes: number;
  readonly deleted: number;
  /** Rows or events of reads: one per object and day. */
  readonly accesses: number;
  readonly reads: number;
  /** Uploaded objects; 0 for the other targets. */
  readonly uploaded: number;
  readonly files: readonly WrittenTable[];
}

type Tally = { -readonly [Field in keyof GenerateWorkloadResult]: GenerateWorkloadResult[Field] };

/** Rows handed to the writer at once. */
const BATCH = 16_384;
const UPLOADS_AT_ONCE = 64;

/** @throws AstraError ASTRA_FILE_UNWRITABLE, ASTRA_INTERRUPTED, or what an upload gives */
export async function generateWorkload({
  ctx,
  input,
}: {
  ctx: Context;
  input: GenerateWorkloadInput;
}): Promise<GenerateWorkloadResult> {
  const { target } = input;
  requirePermission(ctx.actor, target.kind === "bucket" ? "object.write" : "object.read");
  const workload = generatedWorkload(input.workload);
  const tally: Tally = { objects: 0, sizeBytes: 0, deleted: 0, accesses: 0, reads: 0, uploaded: 0, files: [] };
  const made = { ctx, input, workload, tally };
  if (target.kind === "trace") await writeTrace(made, target);
  else if (target.kind === "events") await tellEvents(made, target);
  else await uploadObjects(made, target);
  return tally;
}

interface Making {
  readonly ctx: Context;
  readonly input: GenerateWorkloadInput;
  readonly workload: GeneratedWorkload;
  readonly tally: Tally;
}

function countObject(tally: Tally, object: GeneratedObject): void {
  tally.objects += 1;
  tally.sizeBytes += object.sizeBytes;
  if (object.isDeleted) tally.deleted += 1;
}

async function writeTrace(made: Making, target: WorkloadTarget & { kind: "trace" }): Promise<void> {
  const { files, prefix } = target;
  made.tally.files = await files.writeTables([
    {
      path: `${prefix}.objects.parquet`,
      columns: [
        { name: "object_id", kind: "integer", isShort: true },
        { name: "created_day", kind: "integer", isShort: true },
        { name: "end_day", kind: "integer", isShort: true },
        { name: "deleted", kind: "boolean" },
        { name: "size_bytes", kind: "integer" },
        { name: "name", kind: "text" },
      ],
      batches: objectRows(made),
    },
    {
      path: `${prefix}.accesses.parquet`,
      columns: ["object_id", "day", "reads"].map((name) => ({ name, kind: "integer", isShort: true })),
      batches: accessRows(made),
    },
  ]);
}

function* objectRows({ ctx, input, workload, tally }: Making): Generator<WrittenBatch> {
  const { startDay } = workload.span;
  let rows: GeneratedObject[] = [];
  const batch = (): WrittenBatch => ({
    object_id: rows.map(({ id }) => id),
    created_day: rows.map(({ createdDay }) => startDay + createdDay),
    end_day: rows.map(({ endDay }) => startDay + endDay),
    deleted: rows.map(({ isDeleted }) => Number(isDeleted)),
    size_bytes: rows.map(({ sizeBytes }) => sizeBytes),
    name: rows.map(({ key }) => key),
  });
  for (const object of generatedObjects(workload)) {
    countObject(tally, object);
    rows.push(object);
    if (rows.length < BATCH) continue;
    refuseInterrupted(ctx.signal);
    input.progress?.(tally.objects, input.workload.objects, "objects");
    yield batch();
    rows = [];
  }
  if (rows.length > 0) yield batch();
}

async function* accessRows({ ctx, input, workload, tally }: Making): AsyncGenerator<WrittenBatch> {
  const { span } = workload;
  const ids = new Int32Array(BATCH);
  const days = new Int32Array(BATCH);
  const reads = new Int32Array(BATCH);
  let rows = 0;
  let objects = 0;
  const batch = (): WrittenBatch => ({
    object_id: ids.subarray(0, rows),
    day: days.subarray(0, rows),
    reads: reads.subarray(0, rows),
  });
  for (const object of generatedObjects(workload)) {
    objects += 1;
    if (objects % BATCH === 0) {
      // The loop is long and has no other wait: signals and the progress line get their turn here.
      await ctx.clock.sleep(1);
      refuseInterrupted(ctx.signal);
      input.progress?.(objects, input.workload.objects, "objects with their reads");
    }
    for (let day = object.createdDay; day <= object.endDay; day += 1) {
      const count = generatedReads(object, day, span);
      if (count === 0) continue;
      [ids[rows], days[rows], reads[rows]] = [object.id, span.startDay + day, count];
      rows += 1;
      tally.reads += count;
      tally.accesses += 1;
      if (rows < BATCH) continue;
      yield batch();
      rows = 0;
    }
  }
  if (rows > 0) yield batch();
}

async function tellEvents(
  { ctx, input, workload, tally }: Making,
  { bucket, byteScale, take }: WorkloadTarget & { kind: "events" },
): Promise<void> {
  const { seed, startDay } = input.workload;
  for (const day of generatedDays(workload)) {
    for (const object of day.created) countObject(tally, object);
    for (const { reads } of day.reads) tally.reads += reads;
    tally.accesses += day.reads.length;
    const events = eventsOfDay(day, { bucket, byteScale, seed, startDay });
    if (events.length > 0 && !(await take(events))) return;
    refuseInterrupted(ctx.signal);
    input.progress?.(day.day + 1, workload.span.days, "days");
  }
}

async function uploadObjects(
  { ctx, input, workload, tally }: Making,
  { bucket, byteScale }: WorkloadTarget & { kind: "bucket" },
): Promise<void> {
  const store = await ctx.stores.open(bucket);
  const pool = new AdaptivePool({
    most: UPLOADS_AT_ONCE,
    counters: () => store.counters(),
    now: () => ctx.clock.now(),
    signal: ctx.signal,
  });
  const last = workload.span.days - 1;
  const present = function* (): Generator<GeneratedObject> {
    for (const object of generatedObjects(workload)) {
      countObject(tally, object);
      if (object.endDay === last) yield object;
    }
  };
  await pool.run(present(), async ({ key, sizeBytes }) => {
    const body = { uri: bodyUri(key, scaledSize(sizeBytes, byteScale)) };
    await uploadFile({ ctx, input: { bucket, key, body, overwrite: false } });
    tally.uploaded += 1;
    input.progress?.(tally.uploaded, null, "objects uploaded");
  });
  refuseInterrupted(ctx.signal);
}
