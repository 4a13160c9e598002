/** Builds a state anew from the log. Bodies are not uploaded again; on a state that already holds the positions nothing changes. */
import { AstraError } from "../core/errors.ts";
import { requirePermission } from "../core/permission.ts";
import type { RecordBatch } from "../ports/event-log.ts";
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
  for (const { partition, from, end } of await startingPoints(ctx, input.from)) {
    const held = ranges.find((range) => range.partition === partition);
    if (held && from < held.first) throw gap(partition, from, held.first);
    for await (const batch of batchesOf(ctx, { partition, from, end })) {
      const counts = await ingestBatch(ctx, batch, { logId, observe, appliedNext: held?.next ?? null, upload: false });
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

interface Stretch {
  readonly partition: number;
  readonly from: bigint;
  /** One past the newest position, as of the beginning. */
  readonly end: bigint;
}

/** Without a gap from the first position to the end, also where positions hold no record. */
async function* batchesOf(ctx: Context, { partition, from, end }: Stretch): AsyncGenerator<RecordBatch> {
  let at = from;
  for await (const records of ctx.log.read({
    topic: ctx.config.log.topic,
    partition,
    from,
    to: end,
    maxBatch: BATCH,
  })) {
    const next = (records.at(-1)?.offset ?? at) + 1n;
    yield { partition, from: at, next, records };
    at = next;
  }
  if (at < end) yield { partition, from: at, next: end, records: [] };
}

function gap(partition: number, from: bigint, first: bigint): AstraError {
  return new AstraError(
    "ASTRA_LOG_POSITION_GAP",
    `the state holds partition ${partition} from offset ${first}; events from ${from} cannot be put before it`,
  );
}

async function startingPoints(ctx: Context, from: ReplayEventsInput["from"]): Promise<Stretch[]> {
  const { topic } = ctx.config.log;
  const offsets = await ctx.log.offsets(topic);
  const young = from.kind === "time" ? await ctx.log.offsetsAt(topic, from.timeMs) : [];
  return offsets.map(({ partition, first, end }) => {
    if (from.kind === "beginning") return { partition, from: first, end };
    const wanted =
      from.kind === "offset" ? from.offset : (young.find((each) => each.partition === partition)?.offset ?? end);
    return { partition, from: wanted < first ? first : wanted > end ? end : wanted, end };
  });
}
