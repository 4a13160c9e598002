/** Small words for tests of event logs. */
import { expect } from "vitest";

import type { EventLog, GroupConsumer, LogRecord, NewRecord, RecordBatch } from "../../src/ports/event-log.ts";

export function bytes(words: string): Uint8Array {
  return new TextEncoder().encode(words);
}

export function text(record: LogRecord): string {
  return new TextDecoder().decode(record.value);
}

/** `count` records with keys `KEY-0…`, or all with one key, and values `0…`. */
export function numbered(
  count: number,
  key: (index: number) => string | null = (index) => `key-${index}`,
): NewRecord[] {
  return Array.from({ length: count }, (_, index) => ({ key: key(index), value: bytes(String(index)) }));
}

/** Everything in a partition, or in a range of it. */
export async function readAll(
  log: EventLog,
  topic: string,
  partition: number,
  range: { readonly from?: bigint; readonly to?: bigint; readonly maxBatch?: number } = {},
): Promise<LogRecord[]> {
  const found: LogRecord[] = [];
  for await (const records of log.read({ topic, partition, from: 0n, ...range })) found.push(...records);
  return found;
}

/** The next batch of an iterator that must have one. */
export async function nextBatch(batches: AsyncIterator<RecordBatch>): Promise<RecordBatch> {
  const next = await batches.next();
  if (next.done === true) throw new Error("the consumer ended");
  expect(next.value.records.length).toBeGreaterThan(0);
  return next.value;
}

export function iterate(consumer: GroupConsumer): AsyncIterator<RecordBatch> {
  return consumer[Symbol.asyncIterator]();
}

/** Commits a whole batch. */
export function commitAll(consumer: GroupConsumer, batch: RecordBatch): Promise<"committed" | "lost"> {
  return consumer.commit(batch.partition, batch.next);
}

/** Reads and commits until `count` records were committed. */
export async function consume(consumer: GroupConsumer, count: number): Promise<LogRecord[]> {
  const found: LogRecord[] = [];
  for await (const batch of consumer) {
    if ((await commitAll(consumer, batch)) === "committed") found.push(...batch.records);
    if (found.length >= count) break;
  }
  return found;
}

/** `partition:offset` of each, sorted: the identity of a set of records. */
export function identities(records: readonly LogRecord[]): string[] {
  return records.map((record) => `${record.partition}:${record.offset}`).toSorted();
}

/** Waits until the group's consumers own as many partitions each as said, in any order. */
export async function untilShares(consumers: readonly GroupConsumer[], shares: readonly number[]): Promise<void> {
  const wanted = shares.toSorted((a, b) => a - b);
  await expect
    .poll(() => consumers.map((each) => each.assignment().length).toSorted((a, b) => a - b), {
      timeout: 20_000,
      interval: 50,
    })
    .toEqual(wanted);
}
