import { createRecordsBatch, Reader, readRecordsBatch, type RecordsBatch } from "@platformatic/kafka";
import { describe, expect, test } from "vitest";

import type { NewRecord } from "../../ports/event-log.ts";
import { type Address, decodeBatches, messageBytes, toMessage, type OutgoingMessage } from "./wire.ts";

function addressOf(key: string | null, nowMs: number): Address {
  return {
    topic: "t",
    partition: 3,
    timestamp: BigInt(Math.trunc(nowMs)),
    key: key === null ? undefined : Buffer.from(key),
  };
}

const LOG_APPEND_TIME = 1 << 3;
const CONTROL = 1 << 5;

const sent: readonly NewRecord[] = [
  { key: "bucket/ü", value: new TextEncoder().encode("one"), headers: { reason: "ä b", __proto__x: "y" } },
  { key: null, value: new Uint8Array(0) },
  { key: "", value: new Uint8Array([1, 2, 3]) },
];

function throughTheWire(firstOffset: bigint, nowMs = 1_000): RecordsBatch {
  const messages = sent.map((record) => toMessage(addressOf(record.key, nowMs), record));
  const records = messages.map(asRecord);
  return { ...readRecordsBatch(Reader.from(createRecordsBatch(records).buffer)), firstOffset };
}

function asRecord(message: OutgoingMessage): Parameters<typeof createRecordsBatch>[0][number] {
  const { key, value, headers, topic, timestamp } = message;
  return {
    topic,
    value: value ?? Buffer.alloc(0),
    ...(key && { key }),
    ...(headers instanceof Map && { headers }),
    ...(timestamp !== undefined && { timestamp }),
  };
}

describe("records on the wire", () => {
  test("come back as they were sent", () => {
    const { records, next } = decodeBatches(3, [throughTheWire(40n)], 40n);
    expect(next).toBe(43n);
    expect(records.map(({ key, headers, value }) => ({ key, headers, value: [...value] }))).toEqual(
      sent.map(({ key, headers, value }) => ({ key, headers: headers ?? {}, value: [...value] })),
    );
    expect(records.map(({ partition, offset }) => [partition, offset])).toEqual([
      [3, 40n],
      [3, 41n],
      [3, 42n],
    ]);
    expect(records.map((each) => each.timestampMs)).toEqual([1_000, 1_000, 1_000]);
  });

  test("before the offset asked for are left out", () => {
    const { records, next } = decodeBatches(3, [throughTheWire(40n), throughTheWire(43n)], 42n);
    expect(records.map((each) => each.offset)).toEqual([42n, 43n, 44n, 45n]);
    expect(next).toBe(46n);
  });

  test("carry the broker's time where the topic says so", () => {
    const batch = throughTheWire(0n);
    const stamped = { ...batch, attributes: batch.attributes | LOG_APPEND_TIME, maxTimestamp: 5_000n };
    expect(decodeBatches(3, [stamped], 0n).records.map((each) => each.timestampMs)).toEqual([5_000, 5_000, 5_000]);
  });

  test("markers of transactions are stepped over", () => {
    const batch = throughTheWire(7n);
    const marker = { ...batch, attributes: batch.attributes | CONTROL };
    expect(decodeBatches(3, [marker], 7n)).toEqual({ records: [], next: 10n });
  });

  test("are never counted smaller than they are", () => {
    for (const record of sent) {
      const message = toMessage(addressOf(record.key, 1_000), record);
      expect(messageBytes(message)).toBeGreaterThanOrEqual(createRecordsBatch([asRecord(message)]).length - 61);
    }
  });
});
