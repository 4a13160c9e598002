/** Offsets, lag, moving a group, and what is refused. */
import { setTimeout as sleep } from "node:timers/promises";

import { describe, expect, test } from "vitest";

import type { LogRecord, SeekTarget } from "../../src/ports/event-log.ts";
import type { Bench } from "./event-log-suite.ts";
import { bytes, consume, iterate, nextBatch, numbered, text, untilShares } from "./event-log-tools.ts";

export function positionTests(bench: Bench): void {
  describe("positions", () => {
    test("creating a topic again leaves it as it is", async () => {
      const topic = await bench.topic(2);
      await bench.log.append(topic, numbered(4));
      await bench.log.ensureTopic(topic, 2);
      await bench.open().ensureTopic(topic, 5);
      const offsets = await bench.log.offsets(topic);
      expect(offsets.map((each) => each.partition)).toEqual([0, 1]);
      expect(offsets.reduce((sum, each) => sum + each.end, 0n)).toBe(4n);
    });

    test("lag counts from the beginning until a group commits, and from there on", async () => {
      const topic = await bench.topic(1);
      await bench.log.append(
        topic,
        numbered(5, () => "k"),
      );
      expect(await bench.log.lag(topic, "slow")).toEqual([
        { partition: 0, first: 0n, end: 5n, committed: null, lag: 5n },
      ]);
      await using worker = await bench.log.join({ topic, group: "slow", maxBatch: 2 });
      await consume(worker, 2);
      expect(await bench.log.lag(topic, "slow")).toEqual([
        { partition: 0, first: 0n, end: 5n, committed: 2n, lag: 3n },
      ]);
      expect(await bench.log.offsets(topic)).toEqual([{ partition: 0, first: 0n, end: 5n }]);
    });

    test("finds offsets by time", async () => {
      const topic = await bench.topic(1);
      const start = Date.now();
      await bench.log.append(
        topic,
        numbered(3, () => "k"),
      );
      await sleep(20);
      const middle = Date.now();
      await sleep(20);
      await bench.log.append(
        topic,
        numbered(2, () => "k"),
      );
      await sleep(20);
      const offset = async (timeMs: number): Promise<bigint | undefined> =>
        (await bench.log.offsetsAt(topic, timeMs))[0]?.offset;
      expect(await offset(0)).toBe(0n);
      expect(await offset(start)).toBe(0n);
      expect(await offset(middle)).toBe(3n);
      expect(await offset(Date.now())).toBe(5n);
    });

    test("moves a group to the beginning, the end, an offset and a time", async () => {
      const topic = await bench.topic(1);
      await bench.log.append(
        topic,
        numbered(4, () => "k"),
      );
      await sleep(20);
      const middle = Date.now();
      await sleep(20);
      await bench.log.append(topic, [{ key: "k", value: bytes("young") }]);
      const firstAfter = async (target: SeekTarget): Promise<LogRecord | undefined> => {
        await bench.log.seek(topic, "movable", target);
        await using worker = await bench.log.join({ topic, group: "movable", maxBatch: 1 });
        return (await nextBatch(iterate(worker))).records[0];
      };
      expect((await firstAfter({ kind: "beginning" }))?.offset).toBe(0n);
      expect((await firstAfter({ kind: "offset", offset: 2n }))?.offset).toBe(2n);
      const young = await firstAfter({ kind: "time", timeMs: middle });
      expect(young && text(young)).toBe("young");
      await bench.log.seek(topic, "movable", { kind: "end" });
      const [lag] = await bench.log.lag(topic, "movable");
      expect(lag).toMatchObject({ committed: 5n, lag: 0n });
    });

    test("refuses to move a group that has a live consumer", async () => {
      const topic = await bench.topic(1);
      await bench.log.append(
        topic,
        numbered(2, () => "k"),
      );
      const worker = await bench.log.join({ topic, group: "busy" });
      await untilShares([worker], [1]);
      await consume(worker, 2);
      await expect(bench.open().seek(topic, "busy", { kind: "beginning" })).rejects.toMatchObject({
        code: "ASTRA_LOG_REFUSED",
        message: expect.stringContaining("busy"),
      });
      const [lag] = await bench.log.lag(topic, "busy");
      expect(lag?.committed).toBe(2n);
      await worker.close();
      await bench.log.seek(topic, "busy", { kind: "beginning" });
      const [moved] = await bench.log.lag(topic, "busy");
      expect(moved?.lag).toBe(2n);
    });

    test("names a topic that is not there", async () => {
      const missing = { code: "ASTRA_LOG_TOPIC_MISSING", message: expect.stringContaining("no-such-topic") };
      const { log } = bench;
      const topic = "no-such-topic";
      await expect(log.append(topic, numbered(1))).rejects.toMatchObject(missing);
      await expect(log.offsets(topic)).rejects.toMatchObject(missing);
      await expect(log.offsetsAt(topic, 0)).rejects.toMatchObject(missing);
      await expect(log.lag(topic, "g")).rejects.toMatchObject(missing);
      await expect(log.seek(topic, "g", { kind: "end" })).rejects.toMatchObject(missing);
      await expect(log.join({ topic, group: "g" })).rejects.toMatchObject(missing);
      await expect(log.read({ topic, partition: 0, from: 0n })[Symbol.asyncIterator]().next()).rejects.toMatchObject(
        missing,
      );
    });

    test("refuses a topic without partitions", async () => {
      await expect(bench.log.ensureTopic("empty", 0)).rejects.toMatchObject({ code: "ASTRA_LOG_REFUSED" });
    });
  });
}
