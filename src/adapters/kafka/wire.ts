/** Our records as the protocol carries them. */
import type { KafkaRecord, MessageToProduce, RecordsBatch } from "@platformatic/kafka";

import type { LogRecord, NewRecord } from "../../ports/event-log.ts";
import { countingBatches, type AbortedTransaction } from "./transactions.ts";

export type OutgoingMessage = MessageToProduce;

// Attribute bit of a batch whose timestamp is the broker's and not the producer's.
const IS_LOG_APPEND_TIME = 1 << 3;
const NOTHING = new Uint8Array(0);

/** Room a record takes in a batch besides its key, value and headers, at most. */
const RECORD_OVERHEAD = 64;

/** Where a message goes, and its key encoded. */
export interface Address {
  readonly topic: string;
  readonly partition: number;
  readonly timestamp: bigint;
  readonly key: Buffer | undefined;
}

export function toMessage({ topic, partition, timestamp, key }: Address, record: NewRecord): OutgoingMessage {
  const { value: bytes, headers } = record;
  const value = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const message: OutgoingMessage = key
    ? { topic, partition, timestamp, key, value }
    : { topic, partition, timestamp, value };
  if (headers) {
    message.headers = new Map(
      Object.entries(headers).map(([name, text]) => [Buffer.from(name, "utf8"), Buffer.from(text, "utf8")]),
    );
  }
  return message;
}

/** Bytes a message takes before compression, a little overstated. */
export function messageBytes(message: OutgoingMessage): number {
  let bytes = RECORD_OVERHEAD + (message.key?.length ?? 0) + (message.value?.length ?? 0);
  if (message.headers instanceof Map) {
    for (const [name, text] of message.headers) bytes += name.length + text.length + 10;
  }
  return bytes;
}

/** A record, and about what it takes in memory. */
export interface SizedRecord extends LogRecord {
  readonly bytes: number;
}

/** A record as it came: key and headers are read when they are asked for, which most readers never do. */
class FetchedRecord implements SizedRecord {
  readonly partition: number;
  readonly offset: bigint;
  readonly value: Uint8Array;
  readonly timestampMs: number;
  readonly #record: KafkaRecord;

  constructor(partition: number, offset: bigint, batch: RecordsBatch, record: KafkaRecord) {
    const byBroker = (batch.attributes & IS_LOG_APPEND_TIME) !== 0;
    this.partition = partition;
    this.offset = offset;
    this.value = record.value ?? NOTHING;
    this.timestampMs = Number(byBroker ? batch.maxTimestamp : batch.firstTimestamp + record.timestampDelta);
    this.#record = record;
  }

  get key(): string | null {
    const { key } = this.#record;
    return key === null ? null : key.toString("utf8");
  }

  get headers(): Readonly<Record<string, string>> {
    const { headers } = this.#record;
    return Object.fromEntries(
      headers.map(([name, text]) => [name?.toString("utf8") ?? "", text?.toString("utf8") ?? ""]),
    );
  }

  get bytes(): number {
    return RECORD_OVERHEAD + this.value.byteLength + (this.#record.key?.length ?? 0);
  }
}

export interface Fetched {
  readonly records: readonly SizedRecord[];
  /** Where to read on; past records that are not for us, such as transaction markers. */
  readonly next: bigint;
}

/**
 * The records from offset `from` on; a broker sends whole batches, which may begin before it.
 * @param aborted transactions among them that were given up.
 */
export function decodeBatches(
  partition: number,
  batches: readonly RecordsBatch[],
  from: bigint,
  aborted: readonly AbortedTransaction[] = [],
): Fetched {
  const records: SizedRecord[] = [];
  let next = from;
  for (const batch of batches) {
    const after = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
    if (after > next) next = after;
  }
  for (const batch of countingBatches(batches, aborted)) {
    for (const record of batch.records) {
      const offset = batch.firstOffset + BigInt(record.offsetDelta);
      if (offset < from) continue;
      records.push(new FetchedRecord(partition, offset, batch, record));
    }
  }
  return { records, next };
}
