/** Consumer groups: sharing, committing, losing and passing on. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { describe, expect, test } from "vitest";

import { partitionOfKey } from "../../src/core/partition.ts";
import type { LogRecord } from "../../src/ports/event-log.ts";
import { CHILD_LOG_VARIABLE } from "./event-log-child.ts";
import type { Bench } from "./event-log-suite.ts";
import {
  bytes,
  commitAll,
  consume,
  identities,
  iterate,
  nextBatch,
  numbered,
  text,
  untilShares,
} from "./event-log-tools.ts";

export function groupTests(bench: Bench): void {
  describe("groups", () => {
    test("one worker gets everything once and leaves no lag", async () => {
      const topic = await bench.topic(3);
      await bench.log.append(topic, numbered(50));
      await using worker = await bench.log.join({ topic, group: "all", maxBatch: 7 });
      await untilShares([worker], [3]);
      const records = await consume(worker, 50);
      expect(new Set(identities(records)).size).toBe(50);
      const lag = await bench.log.lag(topic, "all");
      expect(lag.map((each) => each.lag)).toEqual([0n, 0n, 0n]);
    });

    test("hands out one batch of a partition at a time, never more than asked for", async () => {
      const topic = await bench.topic(2);
      const [slow, fast] = [keyOn(0, 2), keyOn(1, 2)];
      await bench.log.append(
        topic,
        numbered(10, () => slow),
      );
      await using worker = await bench.log.join({ topic, group: "turns", maxBatch: 3 });
      const batches = iterate(worker);
      const held = await nextBatch(batches);
      expect(held.records.map(text)).toEqual(["0", "1", "2"]);
      await bench.log.append(
        topic,
        numbered(10, () => fast),
      );
      const others: string[] = [];
      while (others.length < 10) {
        const batch = await nextBatch(batches);
        expect(batch.partition).toBe(1);
        expect(batch.records.length).toBeLessThanOrEqual(3);
        others.push(...batch.records.map(text));
        expect(await commitAll(worker, batch)).toBe("committed");
      }
      expect(others).toEqual(numbered(10).map((_, index) => String(index)));
      expect(await commitAll(worker, held)).toBe("committed");
      expect((await nextBatch(batches)).records[0]?.offset).toBe(3n);
    });

    test("batches of a partition follow each other from the group's position to the end", async () => {
      const topic = await bench.topic(1);
      await bench.log.append(topic, numbered(25));
      await using worker = await bench.log.join({ topic, group: "chain", maxBatch: 4 });
      let reached = 0n;
      for await (const batch of worker) {
        expect(batch.from).toBe(reached);
        const offsets = batch.records.map(({ offset }) => offset);
        expect(offsets).toEqual(offsets.map((_, index) => batch.from + BigInt(index)));
        expect(batch.next).toBe(batch.from + BigInt(offsets.length));
        expect(await commitAll(worker, batch)).toBe("committed");
        reached = batch.next;
        if (reached >= 25n) break;
      }
      expect(reached).toBe(25n);
    });

    test("a worker that waits gets what is appended later, also when its buffer was ahead", async () => {
      const topic = await bench.topic(1);
      await using worker = await bench.log.join({ topic, group: "later" });
      const waiting = nextBatch(iterate(worker));
      await bench.log.append(topic, [{ key: "k", value: bytes("at last") }]);
      expect((await waiting).records.map(text)).toEqual(["at last"]);
    });

    test("a commit inside a batch ends it; the rest comes again", async () => {
      const topic = await bench.topic(1);
      await bench.log.append(
        topic,
        numbered(6, () => "k"),
      );
      await using worker = await bench.log.join({ topic, group: "partial", maxBatch: 4 });
      const batches = iterate(worker);
      const batch = await nextBatch(batches);
      expect(await worker.commit(batch.partition, 2n)).toBe("committed");
      const rest = await nextBatch(batches);
      expect(rest.records[0]?.offset).toBe(2n);
      expect(await commitAll(worker, rest)).toBe("committed");
      const [lag] = await bench.log.lag(topic, "partial");
      expect(lag?.lag).toBe(6n - (rest.records.at(-1)?.offset ?? 0n) - 1n);
    });

    test("two groups each get all", async () => {
      const topic = await bench.topic(2);
      await bench.log.append(topic, numbered(20));
      await using one = await bench.log.join({ topic, group: "one" });
      await using two = await bench.log.join({ topic, group: "two" });
      const [first, second] = await Promise.all([consume(one, 20), consume(two, 20)]);
      expect(identities(first)).toEqual(identities(second));
      expect(new Set(identities(first)).size).toBe(20);
    });

    test("workers share the partitions, and each record goes to exactly one of them", async () => {
      const topic = await bench.topic(6);
      const logs = [bench.log, bench.open(), bench.open()];
      const stop = new AbortController();
      const workers = await Promise.all(
        logs.map((log) => log.join({ topic, group: "shared", maxBatch: 10, signal: stop.signal })),
      );
      await untilShares(workers, [2, 2, 2]);
      expect(workers.flatMap((each) => each.assignment()).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
      await bench.log.append(topic, numbered(300));
      const seen: LogRecord[] = [];
      await Promise.all(
        workers.map(async (worker) => {
          for await (const batch of worker) {
            expect(await commitAll(worker, batch)).toBe("committed");
            seen.push(...batch.records);
            if (seen.length >= 300) stop.abort();
          }
        }),
      );
      expect(seen).toHaveLength(300);
      expect(new Set(identities(seen)).size).toBe(300);
      await Promise.all(workers.map((each) => each.close()));
    });

    test("more workers than partitions: the others wait", async () => {
      const topic = await bench.topic(1);
      await using first = await bench.log.join({ topic, group: "crowd" });
      await using second = await bench.open().join({ topic, group: "crowd" });
      await untilShares([first, second], [0, 1]);
      expect([...first.assignment(), ...second.assignment()]).toEqual([0]);
    });

    test("goes on at the committed offset, and delivers again what was not committed", async () => {
      const topic = await bench.topic(1);
      await bench.log.append(
        topic,
        numbered(10, () => "k"),
      );
      const before = await bench.log.join({ topic, group: "resume", maxBatch: 4 });
      const batches = iterate(before);
      expect(await commitAll(before, await nextBatch(batches))).toBe("committed");
      expect((await nextBatch(batches)).records.map(text)).toEqual(["4", "5", "6", "7"]);
      await before.close();
      await using after = await bench.open().join({ topic, group: "resume", maxBatch: 4 });
      expect((await nextBatch(iterate(after))).records.map(text)).toEqual(["4", "5", "6", "7"]);
    });

    test("closing passes the partitions on at once; the abort signal ends the iteration", async () => {
      const topic = await bench.topic(2);
      const stop = new AbortController();
      const leaving = await bench.log.join({ topic, group: "leave", signal: stop.signal });
      await using staying = await bench.open().join({ topic, group: "leave" });
      await untilShares([leaving, staying], [1, 1]);
      const ended = (async () => {
        for await (const batch of leaving) await commitAll(leaving, batch);
        return "ended";
      })();
      stop.abort();
      expect(await ended).toBe("ended");
      await leaving.close();
      await leaving.close();
      await untilShares([staying], [2]);
    });

    test("a commit after the partition has passed to another is lost", async () => {
      const topic = await bench.topic(2);
      await bench.log.append(topic, [
        { key: keyOn(0, 2), value: bytes("zero") },
        { key: keyOn(1, 2), value: bytes("one") },
      ]);
      await using first = await bench.log.join({ topic, group: "lost" });
      const batches = iterate(first);
      const held = [await nextBatch(batches), await nextBatch(batches)];
      await using second = await bench.open().join({ topic, group: "lost" });
      await untilShares([first, second], [1, 1]);
      const [moved] = second.assignment();
      const gone = held.find((batch) => batch.partition === moved);
      expect(gone && (await commitAll(first, gone))).toBe("lost");
      const again = await nextBatch(iterate(second));
      expect(again.partition).toBe(moved);
      expect(again.records.map(text)).toEqual(gone?.records.map(text));
      expect(await commitAll(second, again)).toBe("committed");
    });

    test("a commit for a partition that was never handed out is lost and moves nothing", async () => {
      const topic = await bench.topic(1);
      await bench.log.append(
        topic,
        numbered(3, () => "k"),
      );
      await using worker = await bench.log.join({ topic, group: "stranger" });
      expect(await worker.commit(5, 1n)).toBe("lost");
      const [lag] = await bench.log.lag(topic, "stranger");
      expect(lag?.committed).toBeNull();
    });

    test("a worker killed in the middle loses nothing: its partitions pass on", async () => {
      const topic = await bench.topic(2);
      await bench.log.append(topic, numbered(20));
      const child = spawn(process.execPath, [join(import.meta.dirname, "event-log-child.ts"), topic, "killed"], {
        env: { ...process.env, [CHILD_LOG_VARIABLE]: JSON.stringify(bench.child) },
        stdio: ["ignore", "pipe", "inherit"],
      });
      const ended = once(child, "exit");
      const [line] = (await once(createInterface(child.stdout), "line")) as unknown[];
      expect(line).toBe("holds a batch");
      child.kill("SIGKILL");
      await ended;
      await using survivor = await bench.log.join({ topic, group: "killed" });
      const records = await consume(survivor, 20);
      expect(new Set(identities(records)).size).toBe(20);
    });
  });
}

/** A key that lands on the partition. */
function keyOn(partition: number, partitions: number): string {
  for (let index = 0; ; index += 1) {
    const key = `key-${index}`;
    if (partitionOfKey(key, partitions) === partition) return key;
  }
}
