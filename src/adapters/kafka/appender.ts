/** Durable appends: one idempotent producer, and a lane for each partition. */
import { Producer, ProduceAcks } from "@platformatic/kafka";

import { answersIn } from "./failure.ts";
import { Lane } from "./lane.ts";
import { clientOptions, type KafkaContext } from "./options.ts";
import type { Topics } from "./topics.ts";
import type { OutgoingMessage } from "./wire.ts";

const FRESH_MS = 5_000;
const STALE_MS = 15_000;

export class Appender {
  readonly #topics: Topics;
  readonly #producer: Producer;
  readonly #compression: KafkaContext["options"]["compression"];
  readonly #lanes = new Map<string, Lane>();

  constructor(context: KafkaContext, topics: Topics) {
    this.#topics = topics;
    this.#producer = new Producer({
      ...clientOptions(context, "work"),
      idempotent: true,
      metadataMaxAge: STALE_MS,
    });
    this.#compression = context.options.compression;
  }

  /**
   * How many partitions the producer knows of. It reduces partition numbers modulo its own count, so the choice of a
   * partition has to be made with that count.
   * @throws AstraError ASTRA_LOG_TOPIC_MISSING
   */
  async partitionCount(topic: string): Promise<number> {
    const doing = { what: `append to topic ${topic}`, topic };
    const metadata = await this.#topics.ask(doing, () =>
      this.#producer.metadata({ topics: [topic], metadataMaxAge: FRESH_MS, retries: 0 }),
    );
    return metadata.topics.get(topic)?.partitionsCount ?? 0;
  }

  /** Offsets of the messages, all of one partition, once they are durable. */
  append(topic: string, partition: number, messages: readonly OutgoingMessage[]): Promise<readonly bigint[]> {
    // A topic that was deleted and created again is another one, with offsets of its own.
    const topicId = this.#producer.currentMetadata?.topics.get(topic)?.id ?? topic;
    const name = `${topicId}:${partition}`;
    let lane = this.#lanes.get(name);
    if (!lane) {
      lane = new Lane({
        send: (batch) => this.#send(topic, batch),
        renew: async () => {
          await this.#producer.initIdempotentProducer({});
        },
      });
      this.#lanes.set(name, lane);
    }
    return lane.add(messages);
  }

  close(): Promise<void> {
    return this.#producer.close(true);
  }

  async #send(topic: string, messages: readonly OutgoingMessage[]): Promise<bigint[]> {
    // With metadata at hand the library numbers a batch and picks its producer id in one go, not around a wait.
    await this.#producer.metadata({ topics: [topic], metadataMaxAge: FRESH_MS });
    try {
      const { offsets } = await this.#producer.send({
        messages: [...messages],
        acks: ProduceAcks.ALL,
        compression: this.#compression,
      });
      const first = offsets?.[0]?.offset;
      if (first === undefined) throw new Error("the broker did not say where the records are");
      return messages.map((_, index) => first + BigInt(index));
    } catch (error) {
      // A topic may take less than our batches carry; a single record it refuses is the caller's.
      if (messages.length === 1 || !answersIn(error).has("MESSAGE_TOO_LARGE")) throw error;
      const half = Math.ceil(messages.length / 2);
      const front = await this.#send(topic, messages.slice(0, half));
      return [...front, ...(await this.#send(topic, messages.slice(half)))];
    }
  }
}
