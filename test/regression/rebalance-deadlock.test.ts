/**
 * Workers come and go while others hold batches, and some leave without a commit: nobody waits for anybody for ever, and
 * in the end every record was committed, exactly once.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";

import { openKafkaLog } from "../../src/adapters/kafka/event-log.ts";
import { openSqliteLog } from "../../src/adapters/sqlite/event-log.ts";
import { seededRandom } from "../../src/adapters/system/seeded-random.ts";
import type { EventLog } from "../../src/ports/event-log.ts";
import { startKafka } from "../../tools/kafka/cluster.ts";
import { ensureKafka } from "../../tools/kafka/jars.ts";
import { numbered } from "../conformance/event-log-tools.ts";
import { kafkaOptions, wallClock } from "../support/kafka.ts";

const TOPIC = "churn";
const GROUP = "g";
const PARTITIONS = 6;
const RECORDS = 3_000;
const SLOTS = 4;
/** Batches a worker takes before it leaves, at most. */
const MOST_BATCHES = 5;
const LONGEST_WORK_MS = 200;

interface Opened {
  readonly open: () => EventLog;
  readonly stop: () => Promise<void>;
}

const kafka = await ensureKafka();
const missing = "missing" in kafka ? kafka.missing : undefined;

async function onKafka(): Promise<Opened> {
  const cluster = await startKafka();
  return { open: () => openKafkaLog(kafkaOptions(cluster), { clock: wallClock }), stop: () => cluster.stop() };
}

async function onSqlite(): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), "churn-"));
  return {
    open: () => openSqliteLog({ path: join(folder, "log.db"), leaseMs: 1_000 }, { clock: wallClock }),
    stop: () => rm(folder, { recursive: true, force: true }),
  };
}

describe.each([
  ["sqlite", onSqlite, undefined],
  ["kafka", onKafka, missing],
] as const)("a group that never rests, on %s", (name, start, absent) => {
  const opened: Opened[] = [];
  afterAll(async () => {
    for (const { stop } of opened) await stop();
  });

  test.skipIf(absent !== undefined)(
    `comes to the end${absent === undefined ? "" : ` (not run: ${absent})`}`,
    { timeout: 240_000 },
    async () => {
      const backend = await start();
      opened.push(backend);
      await using log = backend.open();
      await log.ensureTopic(TOPIC, PARTITIONS);
      await log.append(TOPIC, numbered(RECORDS));
      const committed: string[] = [];
      const random = seededRandom(name.length);
      const isDone = (): boolean => committed.length >= RECORDS;

      /** One life of a worker: a few batches, the last of them sometimes dropped, and away. */
      const live = async (): Promise<void> => {
        await using own = backend.open();
        const stop = new AbortController();
        const watch = setInterval(() => isDone() && stop.abort(), 50);
        try {
          await using worker = await own.join({ topic: TOPIC, group: GROUP, maxBatch: 20, signal: stop.signal });
          let left = 1 + Math.floor(random.next() * MOST_BATCHES);
          for await (const batch of worker) {
            await pause(random.next() * LONGEST_WORK_MS);
            left -= 1;
            if (left === 0 && random.next() < 0.5) return;
            if ((await worker.commit(batch.partition, batch.next)) === "committed")
              committed.push(...batch.records.map((record) => `${record.partition}/${record.offset}`));
            if (left === 0) return;
          }
        } finally {
          clearInterval(watch);
        }
      };
      const slot = async (): Promise<void> => {
        while (!isDone()) await live();
      };
      await Promise.all(Array.from({ length: SLOTS }, slot));
      expect(committed).toHaveLength(RECORDS);
      expect(new Set(committed).size).toBe(RECORDS);
      expect((await log.lag(TOPIC, GROUP)).map(({ lag }) => lag)).toEqual(Array.from({ length: PARTITIONS }, () => 0n));
    },
  );
});
