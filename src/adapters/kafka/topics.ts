/** What the cluster says about itself and its topics. */
import { Admin, FetchIsolationLevels, ListOffsetTimestamps, type ClusterMetadata } from "@platformatic/kafka";

import { AstraError } from "../../core/errors.ts";
import type { PartitionOffsets, RecordPosition } from "../../ports/event-log.ts";
import { answersIn, meansMissingTopic, meansPassing, toLogError, type Doing } from "./failure.ts";
import { clientOptions, type KafkaContext } from "./options.ts";

const CONTACT_LIMIT_MS = 10_000;
const CONTACT_TRIES = 4;
const LEADERS_LIMIT_MS = 10_000;

/** Oldest, or end, or the first record at or after an instant. */
type Moment = { readonly at: bigint };

export const OLDEST: Moment = { at: ListOffsetTimestamps.EARLIEST };
export const END: Moment = { at: ListOffsetTimestamps.LATEST };

export class Topics {
  readonly admin: Admin;
  readonly #context: KafkaContext;
  #contact: Promise<string> | undefined;

  constructor(context: KafkaContext) {
    this.#context = context;
    this.admin = new Admin(clientOptions(context, "ask"));
  }

  /** The cluster's id; the first call finds out within about 10 s whether there is a cluster at all. */
  contact(): Promise<string> {
    this.#contact ??= this.#reach().catch((error: unknown) => {
      this.#contact = undefined;
      throw error;
    });
    return this.#contact;
  }

  /** Runs one question to the cluster, again while the cause of its failure may pass. */
  async ask<T>(doing: Doing, question: () => Promise<T>): Promise<T> {
    await this.contact();
    const giveUp = performance.now() + this.#context.patienceMs;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await question();
      } catch (error) {
        if (!meansPassing(error) || performance.now() > giveUp) throw toLogError(error, this.#context, doing);
        this.admin.clearMetadata();
        await pause(Math.min(500, 50 * 2 ** attempt));
      }
    }
  }

  /** @throws AstraError ASTRA_LOG_TOPIC_MISSING */
  async metadata(topic: string): Promise<ClusterMetadata> {
    return this.ask({ what: `look up topic ${topic}`, topic }, () => this.admin.metadata({ topics: [topic] }));
  }

  /** Creates the topic where it is missing and waits until every partition has a leader. */
  async ensure(topic: string, partitions: number): Promise<void> {
    if (!Number.isSafeInteger(partitions) || partitions < 1) {
      throw new AstraError("ASTRA_LOG_REFUSED", `A topic can't have ${partitions} partitions.`, { where: topic });
    }
    const doing = { what: `create topic ${topic}`, topic };
    await this.ask(doing, async () => {
      try {
        await this.admin.createTopics({
          topics: [topic],
          partitions,
          replicas: this.#context.options.replicationFactor ?? -1,
          // A record's time is when the log took it, whatever the producer's clock says.
          configs: [{ name: "message.timestamp.type", value: "LogAppendTime" }],
        });
      } catch (error) {
        if (!answersIn(error).has("TOPIC_ALREADY_EXISTS")) throw error;
      }
    });
    await this.#awaitLeaders(topic, doing);
  }

  /** One offset per partition, ascending by partition; -1 where no record is that young. */
  async offsetsAt(topic: string, moment: Moment): Promise<readonly RecordPosition[]> {
    const doing = { what: `read the offsets of topic ${topic}`, topic };
    const metadata = await this.metadata(topic);
    const count = metadata.topics.get(topic)?.partitionsCount ?? 0;
    const partitions = Array.from({ length: count }, (_, index) => ({ partitionIndex: index, timestamp: moment.at }));
    const listed = await this.ask(doing, () =>
      this.admin.listOffsets({
        topics: [{ name: topic, partitions }],
        isolationLevel: FetchIsolationLevels.READ_COMMITTED,
      }),
    );
    return listed
      .flatMap((each) => each.partitions)
      .map((each) => ({ partition: each.partitionIndex, offset: each.offset }))
      .toSorted((a, b) => a.partition - b.partition);
  }

  /** First and end offset of every partition. */
  async offsets(topic: string): Promise<readonly PartitionOffsets[]> {
    const [oldest, ends] = await Promise.all([this.offsetsAt(topic, OLDEST), this.offsetsAt(topic, END)]);
    return ends.map(({ partition, offset }, index) => ({
      partition,
      first: oldest[index]?.offset ?? 0n,
      end: offset,
    }));
  }

  close(): Promise<void> {
    return this.admin.close();
  }

  async #reach(): Promise<string> {
    const limit = Math.min(CONTACT_LIMIT_MS, this.#context.patienceMs);
    const giveUp = performance.now() + limit;
    const doing = { what: "connect" };
    for (let attempt = 1; ; attempt += 1) {
      try {
        const metadata = await within(this.admin.metadata({ topics: [], forceUpdate: true }), limit);
        return metadata.id;
      } catch (error) {
        const failure = toLogError(error, this.#context, doing);
        if (!failure.retryable || attempt === CONTACT_TRIES || performance.now() > giveUp) throw failure;
        await pause(250 * attempt);
      }
    }
  }

  async #awaitLeaders(topic: string, doing: Doing): Promise<void> {
    const giveUp = performance.now() + LEADERS_LIMIT_MS;
    for (;;) {
      const seen = await this.ask(doing, () => this.#leaders(topic));
      if (seen === "all") return;
      if (performance.now() > giveUp) {
        throw new AstraError("ASTRA_LOG_REFUSED", `Topic ${topic} has partitions without a leader.`, {
          where: topic,
          retryable: true,
        });
      }
      await pause(100);
    }
  }

  async #leaders(topic: string): Promise<"all" | "some"> {
    try {
      const metadata = await this.admin.metadata({ topics: [topic], forceUpdate: true });
      const partitions = metadata.topics.get(topic)?.partitions ?? [];
      return partitions.length > 0 && partitions.every((each) => each.leader >= 0) ? "all" : "some";
    } catch (error) {
      // The broker that answers may not have heard of the new topic yet.
      if (meansMissingTopic(error)) return "some";
      throw error;
    }
  }
}

/** Waits in wall time: brokers do not live by the program's clock. */
export function pause(ms: number): Promise<void> {
  return new Promise((done) => {
    setTimeout(done, ms);
  });
}

/** Rejects with a network error when the promise has not settled after `ms`. */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(Object.assign(new Error(`no answer within ${ms} ms`), { code: "PLT_KFK_TIMEOUT", canRetry: true }));
    }, ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
