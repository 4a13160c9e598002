/**
 * Takes event notifications of a store from their queue and appends them to the log as events. Order: receive → append,
 * durably → delete. A crash in between repeats messages, whose events have the same ids and count once.
 */
import { createHash } from "node:crypto";
import { requirePermission } from "../core/permission.ts";
import type { NotificationQueue, QueueMessage } from "../ports/notification-queue.ts";
import { configuredBuckets } from "./configured-buckets.ts";
import type { Context, Progress } from "./context.ts";
import { holdMessages } from "./notifications/hold-messages.ts";
import {
  NOTIFICATION_COUNTS,
  type NotificationCounts,
  type NotifiedRecords,
  logRecords,
  noCounts,
} from "./notifications/log-records.ts";

export interface IngestNotificationsInput {
  readonly queue: NotificationQueue;
  /** Requests for messages under way at a time: what is in hand is bounded by them. */
  readonly receivers: number;
  /** Ends when every receiver has waited for messages in vain; otherwise goes on until the context's signal. */
  readonly untilDrained: boolean;
  readonly progress?: Progress;
}

/** Of messages that were worked on to the end. */
export interface IngestNotificationsResult extends Readonly<NotificationCounts> {
  readonly queue: string;
  readonly topic: string;
  /** How often messages in hand were kept hidden for longer. */
  readonly prolonged: number;
  /** Worked on, but not deleted: they come again, and count once. */
  readonly notDeleted: number;
}

/** @throws AstraError ASTRA_QUEUE_*, ASTRA_LOG_*: what was not deleted comes again */
export async function ingestNotifications({
  ctx,
  input,
}: {
  ctx: Context;
  input: IngestNotificationsInput;
}): Promise<IngestNotificationsResult> {
  requirePermission(ctx.actor, "event.write");
  const { topic, dead_letter_topic, create_topics, partitions } = ctx.config.log;
  if (create_topics) {
    await ctx.log.ensureTopic(topic, partitions);
    await ctx.log.ensureTopic(dead_letter_topic, 1);
  }
  const intake = new Intake(ctx, input);
  await intake.run();
  const { counts, prolonged, notDeleted } = intake;
  return { queue: input.queue.name, topic, ...counts, prolonged, notDeleted };
}

class Intake {
  readonly counts = noCounts();
  prolonged = 0;
  notDeleted = 0;
  readonly #ctx: Context;
  readonly #input: IngestNotificationsInput;
  readonly #buckets: readonly string[];
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;

  constructor(ctx: Context, input: IngestNotificationsInput) {
    this.#ctx = ctx;
    this.#input = input;
    this.#buckets = configuredBuckets(ctx.config);
    this.#signal = AbortSignal.any([ctx.signal, this.#stop.signal]);
  }

  /** One receiver's fault ends the others once they are through with what they have in hand. */
  async run(): Promise<void> {
    const receivers = Array.from({ length: this.#input.receivers }, async () => {
      try {
        await this.#receive();
      } catch (error) {
        this.#stop.abort();
        throw error;
      }
    });
    const ended = await Promise.allSettled(receivers);
    const fault = ended.find((each) => each.status === "rejected");
    if (fault) throw fault.reason;
  }

  async #receive(): Promise<void> {
    const { queue, untilDrained, progress } = this.#input;
    while (!this.#signal.aborted) {
      const messages = await queue.receive(this.#signal);
      if (messages.length === 0 && untilDrained) return;
      if (messages.length === 0) continue;
      await this.#take(messages);
      progress?.(this.counts.messages, null, "messages");
    }
  }

  async #take(messages: readonly QueueMessage[]): Promise<void> {
    const { queue } = this.#input;
    const records = logRecords(messages, this.#buckets, eventId);
    const { value: left, prolonged } = await holdMessages(this.#ctx, queue, messages, async () => {
      await this.#append(records);
      return queue.delete(messages);
    });
    for (const name of NOTIFICATION_COUNTS) this.counts[name] += records.counts[name];
    this.prolonged += prolonged;
    this.notDeleted += left.length;
  }

  async #append({ events, deadLetters }: NotifiedRecords): Promise<void> {
    const { log, config } = this.#ctx;
    if (deadLetters.length > 0) await log.append(config.log.dead_letter_topic, deadLetters);
    if (events.length > 0) await log.append(config.log.topic, events);
  }
}

/** 128 bits: no two changes of all time share an id. */
function eventId(text: string): string {
  return `s3-${createHash("sha256").update(text).digest("hex").slice(0, 32)}`;
}
