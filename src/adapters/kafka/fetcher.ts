/**
 * Fetches records of several partitions over connections of its own, one question at a time to each broker. It goes on
 * through broken connections and moved leaders until the context's patience ends.
 */
import { Consumer, FetchIsolationLevels, type ClusterMetadata } from "@platformatic/kafka";

import type { AstraError } from "../../core/errors.ts";
import { answersIn, toLogError } from "./failure.ts";
import { clientOptions, type KafkaContext } from "./options.ts";
import { pause, type Topics } from "./topics.ts";
import { decodeBatches, type Fetched } from "./wire.ts";

const PARTITION_BYTES = 2 * 1024 * 1024;
const ANSWER_BYTES = 16 * 1024 * 1024;
const LONG_WAIT_MS = 500;
const SHORT_WAIT_MS = 20;
const RETRY_MS = 200;
// A reader belongs to no group; the name is never sent anywhere but is asked for by the library.
const NO_GROUP = "none";

type FetchResponse = Awaited<ReturnType<Consumer["fetch"]>>;

export interface Want {
  readonly partition: number;
  readonly from: bigint;
}

/** Who wants records. */
export interface FetchTarget {
  /** What to ask for now. */
  wants(): readonly Want[];
  /** Whether other partitions may begin to want records before the answer is there. */
  mayWantMore(): boolean;
  accept(want: Want, fetched: Fetched): void;
  /** What stood from the wanted offset up to `offset` is lost: the log does not keep it any more. */
  skipLost(want: Want, offset: bigint): void;
  fail(error: AstraError): void;
}

export class Fetcher {
  readonly #context: KafkaContext;
  readonly #topics: Topics;
  readonly #topic: string;
  readonly #target: FetchTarget;
  readonly #client: Consumer;
  readonly #asking = new Map<number, Promise<void>>();
  #planning: Promise<void> | undefined;
  #planAgain = false;
  #closed = false;
  #troubleSince: number | undefined;

  constructor(context: KafkaContext, topics: Topics, topic: string, target: FetchTarget) {
    this.#context = context;
    this.#topics = topics;
    this.#topic = topic;
    this.#target = target;
    this.#client = new Consumer({ ...clientOptions(context, "ask"), groupId: NO_GROUP, groupProtocol: "classic" });
    this.#client.topics.track(topic);
  }

  /** Looks at what is wanted and asks the brokers that are not being asked already. */
  poke(): void {
    if (this.#closed) return;
    if (this.#planning) {
      this.#planAgain = true;
      return;
    }
    this.#planning = this.#plan().finally(() => {
      this.#planning = undefined;
      if (!this.#planAgain) return;
      this.#planAgain = false;
      this.poke();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#client.close(true);
    await Promise.all([this.#planning, ...this.#asking.values()]);
  }

  async #plan(): Promise<void> {
    if (this.#target.wants().length === 0) return;
    try {
      const metadata = await this.#client.metadata({ topics: [this.#topic] });
      if (this.#closed) return;
      for (const [node, wants] of this.#byLeader(metadata)) {
        if (this.#asking.has(node)) continue;
        const asking = this.#ask(node, metadata, wants).finally(() => {
          this.#asking.delete(node);
          this.poke();
        });
        this.#asking.set(node, asking);
      }
    } catch (error) {
      await this.#trouble(error);
      this.#planAgain = true;
    }
  }

  #byLeader(metadata: ClusterMetadata): Map<number, Want[]> {
    const byLeader = new Map<number, Want[]>();
    const partitions = metadata.topics.get(this.#topic)?.partitions ?? [];
    for (const want of this.#target.wants()) {
      const leader = partitions[want.partition]?.leader;
      if (leader === undefined || !metadata.brokers.has(leader)) throw this.#noLeader(want.partition);
      const wants = byLeader.get(leader) ?? [];
      wants.push(want);
      byLeader.set(leader, wants);
    }
    return byLeader;
  }

  #noLeader(partition: number): Error {
    const message = `partition ${partition} of topic ${this.#topic} has no leader`;
    return Object.assign(new Error(message), { code: "PLT_KFK_NETWORK", canRetry: true });
  }

  async #ask(node: number, metadata: ClusterMetadata, wants: readonly Want[]): Promise<void> {
    const topicId = metadata.topics.get(this.#topic)?.id ?? "";
    try {
      const response = await this.#client.fetch({
        node,
        topics: [{ topicId, partitions: wants.map((want) => requestFor(want)) }],
        minBytes: 1,
        maxBytes: ANSWER_BYTES,
        maxWaitTime: this.#target.mayWantMore() ? SHORT_WAIT_MS : LONG_WAIT_MS,
        isolationLevel: FetchIsolationLevels.READ_COMMITTED,
      });
      this.#troubleSince = undefined;
      this.#deliver(wants, response);
    } catch (error) {
      if (this.#closed) return;
      if (answersIn(error).has("OFFSET_OUT_OF_RANGE")) await this.#skipLost(wants);
      else await this.#trouble(error);
    }
  }

  #deliver(wants: readonly Want[], response: FetchResponse): void {
    for (const { partitions } of response.responses) {
      for (const { partitionIndex, records, abortedTransactions } of partitions) {
        const want = wants.find((each) => each.partition === partitionIndex);
        if (!want || !records || records.length === 0) continue;
        this.#target.accept(want, decodeBatches(partitionIndex, records, want.from, abortedTransactions ?? []));
      }
    }
  }

  /** Records that retention has deleted can't be had any more: reading goes on at the oldest that is kept. */
  async #skipLost(wants: readonly Want[]): Promise<void> {
    try {
      const kept = await this.#topics.offsets(this.#topic);
      for (const want of wants) {
        const range = kept.find((each) => each.partition === want.partition);
        if (!range || (want.from >= range.first && want.from <= range.end)) continue;
        this.#context.logger?.warn(
          { topic: this.#topic, partition: want.partition, from: String(want.from), first: String(range.first) },
          "the log no longer has the records asked for; reading on from the oldest it keeps",
        );
        this.#target.skipLost(want, range.first);
      }
      // Where something is still to be worked on, the same question is asked again meanwhile.
      await pause(RETRY_MS);
    } catch (error) {
      await this.#trouble(error);
    }
  }

  async #trouble(error: unknown): Promise<void> {
    if (this.#closed) return;
    const now = performance.now();
    this.#troubleSince ??= now;
    const failure = toLogError(error, this.#context, { what: `read topic ${this.#topic}`, topic: this.#topic });
    const isRefused = failure.code === "ASTRA_LOG_AUTHENTICATION" || failure.code === "ASTRA_LOG_FORBIDDEN";
    if (isRefused || now - this.#troubleSince > this.#context.patienceMs) {
      this.#closed = true;
      this.#target.fail(failure);
      return;
    }
    this.#context.logger?.debug({ topic: this.#topic, code: failure.code }, "reading again after a failure");
    this.#client.clearMetadata();
    await pause(RETRY_MS);
  }
}

function requestFor(want: Want): {
  partition: number;
  fetchOffset: bigint;
  partitionMaxBytes: number;
  currentLeaderEpoch: number;
  lastFetchedEpoch: number;
} {
  return {
    partition: want.partition,
    fetchOffset: want.from,
    partitionMaxBytes: PARTITION_BYTES,
    currentLeaderEpoch: -1,
    lastFetchedEpoch: -1,
  };
}
