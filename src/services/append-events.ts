/** Appends validated events to the log, in batches, keyed so that one object's events stay in order. */
import { type DataEvent, encodeEvent, eventKey, parseEvent } from "../core/event.ts";
import { requirePermission } from "../core/permission.ts";
import type { Context, Progress } from "./context.ts";

export interface AppendEventsInput {
  /** Checked one by one; the first that is not valid ends the call before its batch is sent. */
  readonly events: Iterable<unknown>;
  /** At most this many a second; as fast as possible where absent. */
  readonly ratePerSecond?: number;
  readonly progress?: Progress;
  /** For the progress only. */
  readonly total?: number;
}

export interface AppendEventsResult {
  readonly produced: number;
  readonly bytes: number;
  readonly topic: string;
}

/** 1,000 records of the usual 300 bytes fill a third of a Kafka batch of 1 MB: one request, one fsync. */
const BATCH = 1000;

/** @throws AstraError ASTRA_EVENT_* for an event that is not valid, ASTRA_LOG_* for the log. */
export async function appendEvents({
  ctx,
  input,
}: {
  ctx: Context;
  input: AppendEventsInput;
}): Promise<AppendEventsResult> {
  requirePermission(ctx.actor, "event.write");
  const { topic, create_topics, partitions } = ctx.config.log;
  if (create_topics) await ctx.log.ensureTopic(topic, partitions);
  const batchSize = input.ratePerSecond ? Math.max(1, Math.min(BATCH, Math.ceil(input.ratePerSecond / 10))) : BATCH;
  const startedMs = ctx.clock.now();
  let batch: DataEvent[] = [];
  let produced = 0;
  let bytes = 0;
  const flush = async (): Promise<void> => {
    const records = batch.map((event) => ({ key: eventKey(event), value: encodeEvent(event) }));
    await ctx.log.append(topic, records);
    produced += records.length;
    for (const record of records) bytes += record.value.byteLength;
    batch = [];
    input.progress?.(produced, input.total ?? null, "events");
  };
  for (const candidate of input.events) {
    batch.push(parseEvent(candidate));
    if (batch.length < batchSize) continue;
    await flush();
    if (ctx.signal.aborted) break;
    if (input.ratePerSecond)
      await ctx.clock.sleep(startedMs + (produced / input.ratePerSecond) * 1000 - ctx.clock.now(), ctx.signal);
  }
  if (batch.length > 0) await flush();
  return { produced, bytes, topic };
}
