/** Appends validated events to the log, in batches, keyed so that one object's events stay in order. */
import { EventEncoder, eventKey, validEvent } from "../core/event.ts";
import { requirePermission } from "../core/permission.ts";
import type { NewRecord } from "../ports/event-log.ts";
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

/** Records of the usual 300 bytes for eight partitions fill a third of a Kafka batch of 1 MB each: few requests and fsyncs. */
const BATCH = 8192;

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
  const encoder = new EventEncoder();
  let batch: NewRecord[] = [];
  let produced = 0;
  let bytes = 0;
  const flush = async (): Promise<void> => {
    await ctx.log.append(topic, batch);
    produced += batch.length;
    for (const record of batch) bytes += record.value.byteLength;
    batch = [];
    input.progress?.(produced, input.total ?? null, "events");
  };
  for (const candidate of input.events) {
    // Encoded at once: whose value it is may change it later.
    const event = validEvent(candidate);
    batch.push({ key: eventKey(event), value: encoder.encode(event) });
    if (batch.length < batchSize) continue;
    await flush();
    if (ctx.signal.aborted) break;
    if (input.ratePerSecond)
      await ctx.clock.sleep(startedMs + (produced / input.ratePerSecond) * 1000 - ctx.clock.now(), ctx.signal);
  }
  if (batch.length > 0) await flush();
  return { produced, bytes, topic };
}
