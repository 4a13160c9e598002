/** Builds a state anew from the log. Bodies are not uploaded again; on a state that already holds the positions nothing changes. */
import { AstraError } from "../core/errors.ts";
import { requirePermission } from "../core/permission.ts";
import type { PartitionOffsets } from "../ports/event-log.ts";
import type { Context, Progress } from "./context.ts";
import { ingestBatch } from "./ingest-batch.ts";
import { observeOptions } from "./observe-options.ts";

export interface ReplayEventsInput {
  /** `beginning`, an offset, or an instant in epoch ms. */
  readonly from:
    | { readonly kind: "beginning" }
    | { readonly kind: "offset"; readonly offset: bigint }
    | { readonly kind: "time"; readonly timeMs: number };
  readonly progress?: Progress;
}

export interface ReplayEventsResult {
  readonly read: number;
  readonly applied: number;
  readonly alreadyApplied: number;
  readonly duplicates: number;
  /** Records that are no valid events. */
  readonly invalid: number;
}

const BATCH = 1000;

export async function replayEvents({
  ctx,
  input,
}: {
  ctx: Context;
  input: ReplayEventsInput;
}): Promise<ReplayEventsResult> {
  requirePermission(ctx.actor, "state.write");
  const { topic } = ctx.config.log;
  const total = { read: 0, applied: 0, alreadyApplied: 0, duplicates: 0, invalid: 0 };
  const logId = await ctx.log.id();
  const observe = observeOptions(ctx.config);
  const ranges = await ctx.state.appliedRanges(logId, topic);
  for (const { partition, from } of await startingPoints(ctx, input.from)) {
    const held = ranges.find((range) => range.partition === partition);
    if (held && from < held.first) throw gap(partition, from, held.first);
    for await (const records of ctx.log.read({ topic, partition, from, maxBatch: BATCH })) {
      const counts = await ingestBatch(
        ctx,
        { partition, records },
        { logId, observe, appliedNext: held?.next ?? null, upload: false },
      );
      total.read += counts.consumed;
      total.alreadyApplied += counts.alreadyApplied;
      total.duplicates += counts.duplicates;
      total.invalid += counts.deadLettered;
      total.applied += counts.consumed - counts.alreadyApplied - counts.duplicates - counts.deadLettered;
      input.progress?.(total.read, null, "events");
      if (ctx.signal.aborted) return total;
    }
  }
  return total;
}

function gap(partition: number, from: bigint, first: bigint): AstraError {
  return new AstraError(
    "ASTRA_LOG_POSITION_GAP",
    `the state holds partition ${partition} from offset ${first}; events from ${from} cannot be put before it`,
  );
}

async function startingPoints(
  ctx: Context,
  from: ReplayEventsInput["from"],
): Promise<{ partition: number; from: bigint }[]> {
  const { topic } = ctx.config.log;
  const offsets = await ctx.log.offsets(topic);
  if (from.kind === "beginning") return offsets.map(({ partition, first }) => ({ partition, from: first }));
  if (from.kind === "offset")
    return offsets.map((known) => ({ partition: known.partition, from: clamp(from.offset, known) }));
  return (await ctx.log.offsetsAt(topic, from.timeMs)).map(({ partition, offset }) => ({ partition, from: offset }));
}

function clamp(offset: bigint, { first, end }: PartitionOffsets): bigint {
  return offset < first ? first : offset > end ? end : offset;
}
