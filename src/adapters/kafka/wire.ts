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

export function toMessage(topic: string, partition: number, record: NewRecord, nowMs: number): OutgoingMessage {
  const { value } = record;
  return {
    topic,
    partition,
    timestamp: BigInt(Math.trunc(nowMs)),
    ...(record.key !== null && { key: Buffer.from(record.key, "utf8") }),
    value: Buffer.from(value.buffer, value.byteOffset, value.byteLength),
    ...(record.headers && {
      headers: new Map(
        Object.entries(record.headers).map(([name, text]) => [Buffer.from(name, "utf8"), Buffer.from(text, "utf8")]),
      ),
    }),
  };
}

/** Bytes a message takes before compression, a little overstated. */
export function messageBytes(message: OutgoingMessage): number {
  let bytes = RECORD_OVERHEAD + (message.key?.length ?? 0) + (message.value?.length ?? 0);
  if (message.headers instanceof Map) {
    for (const [name, text] of message.headers) bytes += name.length + text.length + 10;
  }
  return bytes;
}

/** About what a record takes in memory. */
export function recordBytes(record: LogRecord): number {
  return RECORD_OVERHEAD + record.value.byteLength + (record.key?.length ?? 0);
}

export interface Fetched {
  readonly records: readonly LogRecord[];
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
  const records: LogRecord[] = [];
  let next = from;
  for (const batch of batches) {
    const after = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
    if (after > next) next = after;
  }
  for (const batch of countingBatches(batches, aborted)) {
    for (const record of batch.records) {
      const offset = batch.firstOffset + BigInt(record.offsetDelta);
      if (offset < from) continue;
      records.push(decodeRecord(partition, offset, batch, record));
    }
  }
  return { records, next };
}

function decodeRecord(partition: number, offset: bigint, batch: RecordsBatch, record: KafkaRecord): LogRecord {
  const byBroker = (batch.attributes & IS_LOG_APPEND_TIME) !== 0;
  return {
    partition,
    offset,
    key: record.key === null ? null : record.key.toString("utf8"),
    value: record.value ?? NOTHING,
    headers: Object.fromEntries(
      record.headers.map(([name, text]) => [name?.toString("utf8") ?? "", text?.toString("utf8") ?? ""]),
    ),
    timestampMs: Number(byBroker ? batch.maxTimestamp : batch.firstTimestamp + record.timestampDelta),
  };
}
