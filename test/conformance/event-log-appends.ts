/** Appending and reading back. */
import { describe, expect, test } from "vitest";

import { partitionOfKey } from "../../src/core/partition.ts";
import type { Bench } from "./event-log-suite.ts";
import { bytes, numbered, readAll, text } from "./event-log-tools.ts";

const HOSTILE_KEYS = [
  "",
  " ",
  "bucket/with space/and+plus%20percent",
  "bucket//double/../dots/./",
  "bucket/ünïcödé-🗄️-日本語",
  "bucket/control\u0000\u0001\n\r\t\u001b[31m",
  "bucket/quote'\"`;--",
  "__proto__",
  `bucket/${"long-".repeat(200)}`,
  "bucket/e\u0301", // not the same as é in one code point
  "bucket/é",
];

export function appendTests(bench: Bench): void {
  describe("append and read", () => {
    test("gives positions in the order of the records, ascending per partition", async () => {
      const topic = await bench.topic(3);
      const first = await bench.log.append(topic, numbered(20));
      const second = await bench.log.append(topic, numbered(20));
      expect(first).toHaveLength(20);
      const next = new Map<number, bigint>();
      for (const { partition, offset } of [...first, ...second]) {
        expect(offset).toBe(next.get(partition) ?? 0n);
        next.set(partition, offset + 1n);
      }
    });

    test("an empty list resolves at once, even for a topic that is not there", async () => {
      expect(await bench.log.append("never-created", [])).toEqual([]);
    });

    test("puts every key where Kafka's own partitioner would, and gives it back unchanged", async () => {
      const topic = await bench.topic(7);
      const positions = await bench.log.append(
        topic,
        HOSTILE_KEYS.map((key) => ({ key, value: bytes(key) })),
      );
      for (const [index, key] of HOSTILE_KEYS.entries()) {
        const position = positions[index];
        expect(position?.partition).toBe(partitionOfKey(key, 7));
        const [record] = await readAll(bench.log, topic, position?.partition ?? -1, {
          from: position?.offset ?? 0n,
          to: (position?.offset ?? 0n) + 1n,
        });
        expect(record?.key).toBe(key);
      }
    });

    test("spreads records without a key over all partitions", async () => {
      const topic = await bench.topic(3);
      const positions = await bench.log.append(
        topic,
        numbered(9, () => null),
      );
      for (const partition of [0, 1, 2]) {
        expect(positions.filter((each) => each.partition === partition)).toHaveLength(3);
      }
      const [record] = await readAll(bench.log, topic, 0);
      expect(record?.key).toBeNull();
    });

    test("keeps headers, bytes and the time of arrival", async () => {
      const topic = await bench.topic(1);
      const value = Uint8Array.from({ length: 256 }, (_, index) => index);
      const headers = { reason: "too big", "content-type": "application/json; ü", empty: "" };
      const before = Date.now();
      await bench.log.append(topic, [
        { key: "a", value, headers },
        { key: "b", value: new Uint8Array(0) },
      ]);
      const after = Date.now();
      const [first, second] = await readAll(bench.log, topic, 0);
      expect(first?.headers).toEqual(headers);
      expect(Uint8Array.from(first?.value ?? [])).toEqual(value);
      expect(first?.timestampMs).toBeGreaterThanOrEqual(before);
      expect(first?.timestampMs).toBeLessThanOrEqual(after);
      expect(second?.headers).toEqual({});
      expect(second?.value.byteLength).toBe(0);
    });

    test("takes values of 100 KiB, and calls larger than one batch", async () => {
      const topic = await bench.topic(2);
      const values = Array.from({ length: 30 }, (_, index) => new Uint8Array(100 * 1024).fill(index));
      const positions = await bench.log.append(
        topic,
        values.map((value) => ({ key: "large", value })),
      );
      const records = await readAll(bench.log, topic, positions[0]?.partition ?? -1);
      expect(records.map((record) => record.value.byteLength)).toEqual(values.map((value) => value.byteLength));
      expect(records.map((record) => record.value[0])).toEqual(values.map((_, index) => index));
    });

    test("keeps the order of a key through many calls at once, each record once", async () => {
      const topic = await bench.topic(3);
      const calls = Array.from({ length: 200 }, (_, index) =>
        bench.log.append(topic, [
          { key: "same", value: bytes(`${index}a`) },
          { key: "same", value: bytes(`${index}b`) },
        ]),
      );
      const positions = await Promise.all(calls);
      const records = await readAll(bench.log, topic, partitionOfKey("same", 3));
      expect(records).toHaveLength(400);
      for (const [index, [first, second]] of positions.entries()) {
        const record = records.find((each) => each.offset === first?.offset);
        expect(record && text(record)).toBe(`${index}a`);
        expect(second?.offset).toBe((first?.offset ?? 0n) + 1n);
      }
    });

    test("what was acknowledged is there for the next one who opens the log", async () => {
      const topic = await bench.topic(2);
      const writer = bench.open();
      const id = await writer.id();
      const [position] = await writer.append(topic, [{ key: "k", value: bytes("kept") }]);
      await writer.close();
      const reader = bench.open();
      expect(await reader.id()).toBe(id);
      const records = await readAll(reader, topic, position?.partition ?? -1);
      expect(records.map(text)).toEqual(["kept"]);
    });

    test("reads just the range asked for, in batches", async () => {
      const topic = await bench.topic(1);
      await bench.log.append(
        topic,
        numbered(10, () => "k"),
      );
      const read = async (from: bigint, to?: bigint): Promise<string[]> =>
        (await readAll(bench.log, topic, 0, to === undefined ? { from } : { from, to })).map(text);
      expect(await read(3n, 6n)).toEqual(["3", "4", "5"]);
      expect(await read(8n)).toEqual(["8", "9"]);
      expect(await read(9n, 100n)).toEqual(["9"]);
      expect(await read(10n)).toEqual([]);
      expect(await read(5n, 5n)).toEqual([]);
      await expect(readAll(bench.log, topic, 1)).rejects.toMatchObject({ code: "ASTRA_LOG_REFUSED" });
      const sizes: number[] = [];
      for await (const records of bench.log.read({ topic, partition: 0, from: 0n, maxBatch: 4 })) {
        sizes.push(records.length);
      }
      expect(Math.max(...sizes)).toBeLessThanOrEqual(4);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(10);
    });
  });
}
