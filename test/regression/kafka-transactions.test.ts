/**
 * A producer that uses Kafka's transactions. Their markers take offsets without a record, which was once taken for lost
 * events; the records of transactions that were given up are sent by the broker too, and were once counted.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ProduceAcks, Producer } from "@platformatic/kafka";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { openKafkaLog } from "../../src/adapters/kafka/event-log.ts";
import { type KafkaCluster, startKafka } from "../../tools/kafka/cluster.ts";
import { ensureKafka } from "../../tools/kafka/jars.ts";
import { kafkaOptions, wallClock } from "../support/kafka.ts";
import { jsonOf } from "../system/cli-process.ts";

const kafka = await ensureKafka();
const missing = "missing" in kafka ? kafka.missing : undefined;
const note = missing === undefined ? "" : ` (not run: ${missing})`;
const TOPIC = "data-events";
const KEYS = ["a", "b", "c"];
const IN_A_BATCH = 1_000;

describe.skipIf(missing !== undefined)(`a producer with transactions${note}`, () => {
  let cluster: KafkaCluster;
  let folder: string;
  let sent = 0;
  /** Reads of each key in transactions that were committed. */
  const counted = new Map(KEYS.map((key) => [key, 0]));

  beforeAll(async () => {
    cluster = await startKafka();
    folder = await mkdtemp(join(tmpdir(), "astra-transactions-"));
    const log = { kind: "kafka", kafka: { brokers: cluster.bootstrap }, partitions: 1 };
    await writeFile(join(folder, "astra.yaml"), JSON.stringify({ bucket: "data", log, state: { path: "state.db" } }));
    await jsonOf(["consume", "--drain"], folder);
  });
  afterAll(async () => {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** One transaction after the other, each of so many events. */
  async function transactions(
    steps: readonly (readonly [outcome: "commit" | "abort", events: number])[],
  ): Promise<void> {
    const producer = new Producer({
      clientId: "transactions",
      bootstrapBrokers: [...cluster.bootstrap],
      idempotent: true,
      transactionalId: `producer-${sent}`,
      strict: true,
    });
    for (const [outcome, events] of steps) {
      const transaction = await producer.beginTransaction();
      for (let left = events; left > 0; left -= IN_A_BATCH) {
        const messages = Array.from({ length: Math.min(left, IN_A_BATCH) }, () => nextMessage(outcome));
        await transaction.send({ messages, acks: ProduceAcks.ALL });
      }
      if (outcome === "commit") await transaction.commit();
      else await transaction.abort();
    }
    await producer.close();
  }

  function nextMessage(outcome: "commit" | "abort"): { topic: string; partition: number; key: Buffer; value: Buffer } {
    const subject = KEYS[sent % KEYS.length] ?? "";
    const type = sent < KEYS.length ? "astra.object.created" : "astra.object.accessed";
    const data = type === "astra.object.created" ? { etag: '"1"' } : {};
    const event = {
      specversion: "1.0",
      id: `t-${sent}`,
      source: "s3://data",
      type,
      subject,
      time: "2024-01-01T00:00:00Z",
      data,
    };
    sent += 1;
    if (outcome === "commit" && type === "astra.object.accessed") counted.set(subject, (counted.get(subject) ?? 0) + 1);
    return {
      topic: TOPIC,
      partition: 0,
      key: Buffer.from(`data/${subject}`),
      value: Buffer.from(JSON.stringify(event)),
    };
  }

  async function readsIn(state: string): Promise<Map<string, number>> {
    const out = join(folder, "export.json");
    await jsonOf(["metadata", "export", "--state", state, "--out", out], folder);
    const exported: Record<string, { readonly access_count: number }> = JSON.parse(await readFile(out, "utf8"));
    return new Map(Object.entries(exported).map(([key, { access_count }]) => [key, access_count]));
  }

  async function lag(): Promise<readonly bigint[]> {
    await using log = openKafkaLog(kafkaOptions(cluster), { clock: wallClock });
    return (await log.lag(TOPIC, "astra")).map((partition) => partition.lag);
  }

  test("what was committed is counted, what was given up is not, and the group comes to the end", async () => {
    await transactions([
      ["commit", 3],
      ["abort", 4],
      ["commit", 5],
      ["abort", 2],
      ["abort", 7],
      ["commit", 4],
    ]);
    expect(await jsonOf(["consume", "--drain"], folder)).toMatchObject({ consumed: 12, deadLettered: 0 });
    expect(await readsIn("state.db")).toEqual(counted);
    expect(await lag()).toEqual([0n]);
  });

  test("a worker that comes later goes on behind the markers", async () => {
    await transactions([
      ["abort", 3],
      ["commit", 6],
      ["commit", 1],
      ["abort", 1],
    ]);
    expect(await jsonOf(["consume", "--drain"], folder)).toMatchObject({
      consumed: 7,
      alreadyApplied: 0,
      duplicates: 0,
    });
    expect(await readsIn("state.db")).toEqual(counted);
    expect(await lag()).toEqual([0n]);
  });

  test("a transaction longer than a fetch is left out as a whole", async () => {
    // About 1.7 MB; a fetch of a partition takes 1 MiB.
    await transactions([
      ["commit", 2],
      ["abort", 10_000],
      ["commit", 3],
    ]);
    expect(await jsonOf(["consume", "--drain"], folder)).toMatchObject({ consumed: 5, deadLettered: 0 });
    expect(await readsIn("state.db")).toEqual(counted);
  });

  test("a replay builds the same state, which a worker can go on with", async () => {
    expect(await jsonOf(["replay", "--from", "beginning", "--state", "fresh.db"], folder)).toMatchObject({
      invalid: 0,
    });
    expect(await readsIn("fresh.db")).toEqual(counted);
    await transactions([["commit", 2]]);
    await jsonOf(["consume", "--drain", "--state", "fresh.db"], folder);
    expect(await readsIn("fresh.db")).toEqual(counted);
  });
});
