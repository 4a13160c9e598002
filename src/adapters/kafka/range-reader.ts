/** Reads a range of one partition outside of any group. */
import { AstraError } from "../../core/errors.ts";
import type { LogRecord, PartitionOffsets, ReadOptions } from "../../ports/event-log.ts";
import { Fetcher, type FetchTarget, type Want } from "./fetcher.ts";
import type { KafkaContext } from "./options.ts";
import { Tenure } from "./tenure.ts";
import type { Topics } from "./topics.ts";
import type { Fetched } from "./wire.ts";

const DEFAULT_BATCH = 1_000;
/** Records lie ready up to about this much. */
const READY_BYTES = 1024 * 1024;

class Range implements FetchTarget {
  readonly #tenure: Tenure;
  readonly #to: bigint;
  #failure: AstraError | undefined;
  #wake = Promise.withResolvers<void>();

  constructor(partition: number, from: bigint, to: bigint) {
    this.#tenure = new Tenure(partition);
    this.#tenure.startAt(from);
    this.#to = to;
  }

  wants(): readonly Want[] {
    const from = this.#tenure.wanted(READY_BYTES);
    return from === undefined || from >= this.#to ? [] : [{ partition: this.#tenure.partition, from }];
  }

  mayWantMore(): boolean {
    return false;
  }

  accept(want: Want, fetched: Fetched): void {
    this.#tenure.accept(want.from, fetched);
    this.#wake.resolve();
  }

  skipLost(want: Want, offset: bigint): void {
    this.#tenure.skipLost(want.from, offset);
    this.#wake.resolve();
  }

  fail(error: AstraError): void {
    this.#failure = error;
    this.#wake.resolve();
  }

  /** The next records of the range, or undefined at its end. */
  async take(most: number): Promise<readonly LogRecord[] | undefined> {
    for (;;) {
      const batch = this.#tenure.hand(most);
      if (batch) {
        this.#tenure.committed(batch.next);
        const records = batch.records.filter((record) => record.offset < this.#to);
        if (records.length > 0) return records;
        if (batch.next >= this.#to) return undefined;
        continue;
      }
      if (this.#failure) throw this.#failure;
      if ((this.#tenure.wanted(READY_BYTES) ?? 0n) >= this.#to) return undefined;
      await this.#wake.promise;
      this.#wake = Promise.withResolvers<void>();
    }
  }
}

/**
 * Starts at the oldest record kept where `from` is older than that.
 * @param offsets of the topic's partitions, as of the call.
 */
export async function* readRange(
  context: KafkaContext,
  topics: Topics,
  options: ReadOptions,
  offsets: Promise<readonly PartitionOffsets[]>,
): AsyncGenerator<readonly LogRecord[]> {
  const kept = (await offsets).find((each) => each.partition === options.partition);
  if (!kept) {
    const message = `Topic ${options.topic} has no partition ${options.partition}.`;
    throw new AstraError("ASTRA_LOG_REFUSED", message, { where: `${options.topic}/${options.partition}` });
  }
  const from = options.from > kept.first ? options.from : kept.first;
  const to = options.to !== undefined && options.to < kept.end ? options.to : kept.end;
  if (from >= to) return;
  const range = new Range(options.partition, from, to);
  const fetcher = new Fetcher(context, topics, options.topic, range);
  try {
    for (;;) {
      fetcher.poke();
      const records = await range.take(options.maxBatch ?? DEFAULT_BATCH);
      if (!records) return;
      yield records;
    }
  } finally {
    await fetcher.close();
  }
}
