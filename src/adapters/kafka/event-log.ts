/** The event log on Apache Kafka. */
import { partitionOfBytes } from "../../core/partition.ts";
import type {
  EventLog,
  GroupConsumer,
  GroupOptions,
  LogRecord,
  NewRecord,
  PartitionLag,
  PartitionOffsets,
  ReadOptions,
  RecordPosition,
  SeekTarget,
} from "../../ports/event-log.ts";
import { Appender } from "./appender.ts";
import { toLogError } from "./failure.ts";
import { joinGroup } from "./group-consumer.ts";
import { groupLag, positionsAt, seekGroup } from "./groups.ts";
import { kafkaContext, type KafkaContext, type KafkaLogDeps, type KafkaLogOptions } from "./options.ts";
import { readRange } from "./range-reader.ts";
import { Topics } from "./topics.ts";
import { toMessage, type OutgoingMessage } from "./wire.ts";

export type { KafkaLogOptions } from "./options.ts";

/** Connects when first used; an unreachable cluster is an error of that first use. */
export function openKafkaLog(options: KafkaLogOptions, deps: KafkaLogDeps): EventLog {
  return new KafkaEventLog(kafkaContext(options, deps));
}

class KafkaEventLog implements EventLog {
  readonly #context: KafkaContext;
  readonly #topics: Topics;
  readonly #appender: Appender;
  readonly #consumers = new Set<GroupConsumer>();
  /** Next partition of a record without a key, by topic. */
  readonly #roundRobin = new Map<string, number>();

  constructor(context: KafkaContext) {
    this.#context = context;
    this.#topics = new Topics(context);
    this.#appender = new Appender(context, this.#topics);
  }

  id(): Promise<string> {
    return this.#topics.contact();
  }

  ensureTopic(topic: string, partitions: number): Promise<void> {
    return this.#topics.ensure(topic, partitions);
  }

  async append(topic: string, records: readonly NewRecord[]): Promise<readonly RecordPosition[]> {
    if (records.length === 0) return [];
    const partitions = await this.#appender.partitionCount(topic);
    const timestamp = BigInt(Math.trunc(this.#context.clock.now()));
    const shares = new Map<number, { messages: OutgoingMessage[]; places: number[] }>();
    for (const [place, record] of records.entries()) {
      const key = record.key === null ? undefined : Buffer.from(record.key, "utf8");
      const partition = key ? partitionOfBytes(key, partitions) : this.#nextInTurn(topic, partitions);
      let share = shares.get(partition);
      if (!share) shares.set(partition, (share = { messages: [], places: [] }));
      share.messages.push(toMessage({ topic, partition, timestamp, key }, record));
      share.places.push(place);
    }
    const positions: RecordPosition[] = [];
    const sent = await Promise.allSettled(
      [...shares].map(async ([partition, share]) => {
        const offsets = await this.#appender.append(topic, partition, share.messages);
        for (const [index, offset] of offsets.entries()) positions[share.places[index] ?? 0] = { partition, offset };
      }),
    );
    const failed = sent.find((each) => each.status === "rejected");
    if (failed) throw toLogError(failed.reason, this.#context, { what: `append to topic ${topic}`, topic });
    return positions;
  }

  offsets(topic: string): Promise<readonly PartitionOffsets[]> {
    return this.#topics.offsets(topic);
  }

  offsetsAt(topic: string, timeMs: number): Promise<readonly RecordPosition[]> {
    return positionsAt(this.#topics, topic, timeMs);
  }

  read(options: ReadOptions): AsyncIterable<readonly LogRecord[]> {
    // Asked now, because the end is that of the call; a refusal is met by whoever iterates, and by nobody else.
    const offsets = this.#topics.offsets(options.topic);
    offsets.catch(() => undefined);
    return readRange(this.#context, this.#topics, options, offsets);
  }

  async join(options: GroupOptions): Promise<GroupConsumer> {
    const forget = (closed: GroupConsumer): boolean => this.#consumers.delete(closed);
    const consumer = await joinGroup(this.#context, this.#topics, options, forget);
    this.#consumers.add(consumer);
    return consumer;
  }

  lag(topic: string, group: string): Promise<readonly PartitionLag[]> {
    return groupLag(this.#topics, topic, group);
  }

  seek(topic: string, group: string, target: SeekTarget): Promise<void> {
    return seekGroup(this.#topics, topic, group, target);
  }

  async close(): Promise<void> {
    const parts = [...this.#consumers, this.#appender, this.#topics];
    const closed = await Promise.allSettled(parts.map((part) => part.close()));
    const failed = closed.find((each) => each.status === "rejected");
    if (failed) throw toLogError(failed.reason, this.#context, { what: "close the log" });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #nextInTurn(topic: string, partitions: number): number {
    const turn = this.#roundRobin.get(topic) ?? 0;
    this.#roundRobin.set(topic, turn + 1);
    return turn % partitions;
  }
}
