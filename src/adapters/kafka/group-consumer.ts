/** A member of a consumer group on Kafka. */
import type { AstraError } from "../../core/errors.ts";
import type { GroupConsumer, GroupOptions, RecordBatch } from "../../ports/event-log.ts";
import { toLogError } from "./failure.ts";
import { Fetcher, type FetchTarget, type Want } from "./fetcher.ts";
import { Membership, type MembershipEvents } from "./membership.ts";
import type { KafkaContext } from "./options.ts";
import { Tenure } from "./tenure.ts";
import { OLDEST, type Topics } from "./topics.ts";
import type { Fetched } from "./wire.ts";

const DEFAULT_BATCH = 1_000;
/** Records lie ready up to about this much per partition, and this much in all. */
const READY_BYTES = 1024 * 1024;
const READY_BYTES_IN_ALL = 32 * 1024 * 1024;

/**
 * Joins and resolves once the group has given this member its (possibly empty) share.
 * @param onClosed called when the consumer begins to close.
 */
export async function joinGroup(
  context: KafkaContext,
  topics: Topics,
  options: GroupOptions,
  onClosed: (consumer: GroupConsumer) => void,
): Promise<GroupConsumer> {
  await topics.metadata(options.topic);
  const consumer = new KafkaGroupConsumer(context, topics, options, onClosed);
  try {
    await consumer.open();
  } catch (error) {
    await consumer.close();
    throw error;
  }
  return consumer;
}

class KafkaGroupConsumer implements GroupConsumer, FetchTarget, MembershipEvents {
  readonly #context: KafkaContext;
  readonly #topics: Topics;
  readonly #options: GroupOptions;
  readonly #onClosed: (consumer: GroupConsumer) => void;
  readonly #membership: Membership;
  readonly #fetcher: Fetcher;
  #tenures = new Map<number, Tenure>();
  #failure: AstraError | undefined;
  #closing: Promise<void> | undefined;
  #wake = Promise.withResolvers<void>();
  /** Partition handed out last, so that all get their turn. */
  #turn = -1;

  constructor(
    context: KafkaContext,
    topics: Topics,
    options: GroupOptions,
    onClosed: (consumer: GroupConsumer) => void,
  ) {
    this.#onClosed = onClosed;
    this.#context = context;
    this.#topics = topics;
    this.#options = options;
    this.#membership = new Membership(context, options.topic, options.group, this);
    this.#fetcher = new Fetcher(context, topics, options.topic, this);
    options.signal?.addEventListener("abort", this.#stir, { once: true });
  }

  open(): Promise<void> {
    return this.#membership.join();
  }

  assignment(): readonly number[] {
    return [...this.#tenures.keys()].toSorted((a, b) => a - b);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RecordBatch> {
    while (!this.#closing && this.#options.signal?.aborted !== true) {
      if (this.#failure) throw this.#failure;
      const batch = this.#nextBatch();
      if (batch) {
        this.#fetcher.poke();
        yield batch;
      } else {
        await this.#wake.promise;
        this.#wake = Promise.withResolvers<void>();
      }
    }
  }

  async commit(partition: number, nextOffset: bigint): Promise<"committed" | "lost"> {
    const tenure = this.#tenures.get(partition);
    if (!tenure?.covers(nextOffset)) return "lost";
    const outcome = await this.#membership.commit(partition, nextOffset, () => this.#tenures.get(partition) === tenure);
    if (outcome === "lost") {
      // Given up by us before the group took it away: what comes next is read again from the group's position.
      if (this.#tenures.get(partition) === tenure) this.#begin([partition]);
      return outcome;
    }
    tenure.committed(nextOffset);
    this.#stir();
    return outcome;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // FetchTarget

  wants(): readonly Want[] {
    const enough = Math.min(READY_BYTES, READY_BYTES_IN_ALL / Math.max(1, this.#tenures.size));
    const wants: Want[] = [];
    for (const tenure of this.#tenures.values()) {
      const from = tenure.wanted(enough);
      if (from !== undefined) wants.push({ partition: tenure.partition, from });
    }
    return wants;
  }

  skipLost(want: Want, offset: bigint): void {
    this.#tenures.get(want.partition)?.skipLost(want.from, offset);
  }

  mayWantMore(): boolean {
    return this.wants().length < this.#tenures.size;
  }

  accept(want: Want, fetched: Fetched): void {
    this.#tenures.get(want.partition)?.accept(want.from, fetched);
    this.#stir();
  }

  // FetchTarget and MembershipEvents

  fail(error: AstraError): void {
    this.#failure ??= error;
    this.#stir();
  }

  failed(error: AstraError): void {
    this.fail(error);
  }

  // MembershipEvents

  assigned(partitions: ReadonlySet<number>, kept: ReadonlySet<number>): void {
    const tenures = new Map<number, Tenure>();
    for (const partition of kept) {
      const tenure = this.#tenures.get(partition);
      if (tenure) tenures.set(partition, tenure);
    }
    this.#tenures = tenures;
    this.#begin([...partitions].filter((each) => !tenures.has(each)));
  }

  #begin(partitions: readonly number[]): void {
    if (partitions.length === 0) return;
    const fresh = partitions.map((partition) => new Tenure(partition));
    for (const tenure of fresh) this.#tenures.set(tenure.partition, tenure);
    void this.#locate(fresh);
  }

  /** Finds out where the group stands on partitions we have just been given. */
  async #locate(fresh: readonly Tenure[]): Promise<void> {
    try {
      const committed = await this.#membership.committedOffsets(fresh.map((each) => each.partition));
      const unread = fresh.some((each) => committed.get(each.partition) === null);
      const oldest = unread ? await this.#topics.offsetsAt(this.#options.topic, OLDEST) : [];
      for (const tenure of fresh) {
        const first = oldest.find((each) => each.partition === tenure.partition)?.offset ?? 0n;
        tenure.startAt(committed.get(tenure.partition) ?? first);
      }
      this.#fetcher.poke();
    } catch (error) {
      if (this.#closing) return;
      const { group, topic } = this.#options;
      this.fail(toLogError(error, this.#context, { what: `read the offsets of group ${group}`, topic }));
    }
  }

  #nextBatch(): RecordBatch | undefined {
    const order = this.assignment();
    const start = order.findIndex((each) => each > this.#turn);
    const turns = start < 0 ? order : [...order.slice(start), ...order.slice(0, start)];
    for (const partition of turns) {
      const batch = this.#tenures.get(partition)?.hand(this.#options.maxBatch ?? DEFAULT_BATCH);
      if (!batch) continue;
      this.#turn = partition;
      return batch;
    }
    return undefined;
  }

  readonly #stir = (): void => {
    this.#wake.resolve();
  };

  async #close(): Promise<void> {
    this.#options.signal?.removeEventListener("abort", this.#stir);
    this.#stir();
    this.#tenures.clear();
    this.#onClosed(this);
    await Promise.all([this.#fetcher.close(), this.#membership.close()]);
  }
}
