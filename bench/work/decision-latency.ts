/** A worker of a group: how long each event took from the log's acceptance to the commit of what was made of it. */
import { z } from "zod";
import type { EventLog, GroupConsumer, GroupOptions, RecordBatch } from "../../src/ports/event-log.ts";
import { consumeEvents } from "../../src/services/consume-events.ts";
import { openPlace, placeSchema } from "../bench-context.ts";
import { type WorkDone, timed } from "../outcome.ts";

const inputSchema = z.strictObject({ place: placeSchema, events: z.number() });
export type DecisionLatencyInput = z.infer<typeof inputSchema>;

/** Longer latencies count as this one. */
const MOST_MS = 60_000;

export async function work(input: unknown): Promise<WorkDone> {
  const { place, events } = inputSchema.parse(input);
  await using opened = await openPlace(place);
  const stop = new AbortController();
  const latencies = new Uint32Array(MOST_MS + 1);
  let seen = 0;
  const committed = ({ records }: RecordBatch): void => {
    const nowMs = Date.now();
    for (const { timestampMs } of records) {
      const ms = Math.min(MOST_MS, Math.max(0, nowMs - timestampMs));
      latencies[ms] = (latencies[ms] ?? 0) + 1;
    }
    seen += records.length;
    if (seen >= events) stop.abort();
  };
  const log: EventLog = new Proxy(opened.log, {
    get(target, name) {
      if (name !== "join") return Reflect.get(target, name);
      return async (options: GroupOptions) => watched(await target.join(options), committed);
    },
  });
  const ctx = { ...opened, log, prices: opened.prices, policies: opened.policies, signal: stop.signal };
  const { phase, result } = await timed(events, () => consumeEvents({ ctx, input: { untilDrained: false } }));
  const at = (share: number): number => percentile(latencies, seen * share);
  return {
    phases: { consume: phase },
    found: { consumed: result.consumed, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), mostMs: at(1) },
  };
}

/** The consumer, with a word on each batch once its commit is durable. */
function watched(consumer: GroupConsumer, committed: (batch: RecordBatch) => void): GroupConsumer {
  const open = new Map<number, RecordBatch>();
  return {
    assignment: () => consumer.assignment(),
    close: () => consumer.close(),
    [Symbol.asyncDispose]: () => consumer[Symbol.asyncDispose](),
    async commit(partition, next) {
      const outcome = await consumer.commit(partition, next);
      const batch = open.get(partition);
      if (batch && outcome === "committed") committed(batch);
      return outcome;
    },
    async *[Symbol.asyncIterator]() {
      for await (const batch of consumer) {
        open.set(batch.partition, batch);
        yield batch;
      }
    },
  };
}

function percentile(latencies: Uint32Array, rank: number): number {
  let sum = 0;
  for (const [ms, count] of latencies.entries()) {
    sum += count;
    if (sum >= rank) return ms;
  }
  return MOST_MS;
}
