/** A worker of the consumer group: takes batches, ingests them, commits. Partitions are worked on side by side. */
import { requirePermission } from "../core/permission.ts";
import type { GroupConsumer, RecordBatch } from "../ports/event-log.ts";
import { noteInputs } from "./audit/note-inputs.ts";
import type { Context, Progress } from "./context.ts";
import { INGEST_COUNTS, type IngestCounts, ingestBatch } from "./ingest-batch.ts";
import { observeOptions } from "./observe-options.ts";

export interface ConsumeEventsInput {
  /** Ends when the group has no lag left; otherwise the worker goes on until the context's signal. */
  readonly untilDrained: boolean;
  readonly progress?: Progress;
}

export interface ConsumeEventsResult extends IngestCounts {
  readonly topic: string;
  readonly group: string;
  /** Batches given up because their partition had passed to another worker. */
  readonly batchesLost: number;
}

/** Records of a partition's batch at the most: where much waits, transactions are large, and pages written seldom. */
const MOST_RECORDS = 8192;

/** How often a draining worker asks whether anything is left. */
const DRAIN_CHECK_MS = 200;

/** @throws AstraError of the surroundings (log, state, store); what was not committed comes again. */
export async function consumeEvents({
  ctx,
  input,
}: {
  ctx: Context;
  input: ConsumeEventsInput;
}): Promise<ConsumeEventsResult> {
  requirePermission(ctx.actor, "object.write");
  await noteInputs({ ctx });
  const { topic, dead_letter_topic, group, create_topics, partitions } = ctx.config.log;
  if (create_topics) {
    await ctx.log.ensureTopic(topic, partitions);
    await ctx.log.ensureTopic(dead_letter_topic, 1);
  }
  const stop = new AbortController();
  const signal = AbortSignal.any([ctx.signal, stop.signal]);
  await using consumer = await ctx.log.join({ topic, group, signal, maxBatch: MOST_RECORDS });
  const worker = new Worker(ctx, consumer, await ctx.log.id(), input.progress);
  const drained = input.untilDrained ? stopWhenDrained(ctx, stop, signal) : Promise.resolve(null);
  try {
    await worker.run(signal, stop);
  } finally {
    stop.abort();
  }
  const fault = await drained;
  if (fault) throw fault.error;
  return { topic, group, ...worker.counts, batchesLost: worker.batchesLost };
}

/** A real timer, not the context's clock: draining waits for other processes, also where the clock is virtual. */
async function stopWhenDrained(
  ctx: Context,
  stop: AbortController,
  signal: AbortSignal,
): Promise<{ readonly error: unknown } | null> {
  const { topic, group } = ctx.config.log;
  try {
    while (!signal.aborted) {
      const lag = await ctx.log.lag(topic, group);
      if (lag.every((partition) => partition.lag === 0n)) stop.abort();
      else await new Promise((resolve) => setTimeout(resolve, DRAIN_CHECK_MS));
    }
    return null;
  } catch (error) {
    // Given back, not thrown: nobody waits for this before the worker has ended.
    stop.abort();
    return { error };
  }
}

class Worker {
  readonly counts: Record<(typeof INGEST_COUNTS)[number], number> = {
    consumed: 0,
    uploaded: 0,
    deadLettered: 0,
    duplicates: 0,
    alreadyApplied: 0,
  };
  batchesLost = 0;
  readonly #ctx: Context;
  readonly #consumer: GroupConsumer;
  readonly #logId: string;
  readonly #progress: Progress | undefined;
  readonly #running = new Set<Promise<void>>();
  #fault: unknown;

  constructor(ctx: Context, consumer: GroupConsumer, logId: string, progress: Progress | undefined) {
    this.#ctx = ctx;
    this.#consumer = consumer;
    this.#logId = logId;
    this.#progress = progress;
  }

  /** The consumer gives at most one batch per partition until it is committed, so what runs is bounded by partitions. */
  async run(signal: AbortSignal, stop: AbortController): Promise<void> {
    try {
      for await (const batch of this.#consumer) {
        this.#start(batch, stop);
        if (signal.aborted) break;
      }
    } finally {
      // Whatever ended the loop, what was begun is finished before the consumer gives its partitions back.
      await Promise.all(this.#running);
    }
    if (this.#fault !== undefined) throw this.#fault;
  }

  #start(batch: RecordBatch, stop: AbortController): void {
    const task: Promise<void> = this.#work(batch)
      .catch((error: unknown) => {
        this.#fault ??= error;
        stop.abort();
      })
      .finally(() => this.#running.delete(task));
    this.#running.add(task);
  }

  async #work(batch: RecordBatch): Promise<void> {
    const ctx = this.#ctx;
    const ranges = await ctx.state.appliedRanges(this.#logId, ctx.config.log.topic);
    const appliedNext = ranges.find((range) => range.partition === batch.partition)?.next ?? null;
    const { next, ...counts } = await ingestBatch(ctx, batch, {
      logId: this.#logId,
      observe: observeOptions(ctx.config),
      appliedNext,
      upload: true,
    });
    if ((await this.#consumer.commit(batch.partition, next)) === "lost") {
      this.batchesLost += 1;
      ctx.logger.info({ partition: batch.partition }, "partition passed to another worker");
      // The other worker counts these events when it commits them.
      return;
    }
    for (const name of INGEST_COUNTS) this.counts[name] += counts[name];
    this.#progress?.(this.counts.consumed, null, "events");
  }
}
