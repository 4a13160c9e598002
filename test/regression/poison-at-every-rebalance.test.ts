/**
 * Events that nobody can work on, while workers come and go: each rebalance hands them to another worker. No worker falls
 * over one, each is set aside, and what stands between them is counted once.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { openSqliteState } from "../../src/adapters/sqlite/state-store.ts";
import { openKafkaLog } from "../../src/adapters/kafka/event-log.ts";
import type { EventLog, NewRecord } from "../../src/ports/event-log.ts";
import { type KafkaCluster, startKafka } from "../../tools/kafka/cluster.ts";
import { ensureKafka } from "../../tools/kafka/jars.ts";
import { kafkaOptions, wallClock } from "../support/kafka.ts";
import { until } from "../support/waiting.ts";
import { type CliResult, startCli } from "../system/cli-process.ts";

const kafka = await ensureKafka();
const missing = "missing" in kafka ? kafka.missing : undefined;
const note = missing === undefined ? "" : ` (not run: ${missing})`;

const TOPIC = "data-events";
const KEYS = 24;
const ROUNDS = 48;
const ROUND_MS = 250;
/** One in so many rounds brings poison for every key, so that it stands on every partition. */
const POISON_EVERY = 6;
const LIVES_MS = [2_500, 3_700, 5_300];

describe.skipIf(missing !== undefined)(`poison in a group that never rests${note}`, () => {
  let cluster: KafkaCluster;
  let folder: string;

  beforeAll(async () => {
    cluster = await startKafka();
    folder = await mkdtemp(join(tmpdir(), "astra-poison-"));
    const log = { kind: "kafka", kafka: { brokers: cluster.bootstrap } };
    await writeFile(join(folder, "astra.yaml"), JSON.stringify({ bucket: "data", log, state: { path: "state.db" } }));
  });
  afterAll(async () => {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function round(number: number): NewRecord[] {
    return Array.from({ length: KEYS }, (_, key) => {
      const subject = `key-${key}`;
      const isPoison = number % POISON_EVERY === 0;
      const type = isPoison ? "astra.object.exploded" : "astra.object.accessed";
      const event = {
        specversion: "1.0",
        id: `${number}/${key}`,
        source: "s3://data",
        type,
        subject,
        time: "2024-01-01T00:00:00Z",
      };
      return { key: `data/${subject}`, value: Buffer.from(JSON.stringify(event)) };
    });
  }

  /** Workers one after the other, each told to end after a while. */
  async function workers(lifeMs: number, isOver: () => boolean): Promise<CliResult[]> {
    const results: CliResult[] = [];
    while (!isOver()) {
      const { child, ended } = startCli(["consume", "--json"], folder);
      await pause(lifeMs);
      child.kill("SIGTERM");
      results.push(await ended);
    }
    return results;
  }

  async function setAside(log: EventLog): Promise<Set<string>> {
    const ids = new Set<string>();
    for await (const page of log.read({ topic: "data-events.dlq", partition: 0, from: 0n })) {
      for (const { headers, value } of page) {
        expect(headers["astra-reason-code"]).toMatch(/^ASTRA_EVENT_/);
        const { id }: { readonly id: string } = JSON.parse(Buffer.from(value).toString());
        ids.add(id);
      }
    }
    return ids;
  }

  test("ends nobody, and every poisoned event is kept", { timeout: 180_000 }, async () => {
    await using log = openKafkaLog(kafkaOptions(cluster), { clock: wallClock });
    await log.ensureTopic(TOPIC, 6);
    let isOver = false;
    const lives = LIVES_MS.map((lifeMs) => workers(lifeMs, () => isOver));
    const poisoned: string[] = [];
    for (let number = 0; number < ROUNDS; number += 1) {
      await log.append(TOPIC, round(number));
      if (number % POISON_EVERY === 0) poisoned.push(...Array.from({ length: KEYS }, (_, key) => `${number}/${key}`));
      await pause(ROUND_MS);
    }
    await until("the end of the log", 100_000, async () => {
      const lag = await log.lag(TOPIC, "astra");
      return lag.every((partition) => partition.lag === 0n) ? true : null;
    });
    isOver = true;
    const results = (await Promise.all(lives)).flat();
    // On a slow machine the signal may come before the program: then nothing was begun.
    const begun = results.filter(({ signal }) => signal === null);
    expect(begun.length).toBeGreaterThan(LIVES_MS.length);
    for (const { status, stderr } of begun) expect(status, stderr).toBe(0);
    expect([...(await setAside(log))].toSorted()).toEqual(poisoned.toSorted());
    await using state = openSqliteState({ path: join(folder, "state.db") });
    for (let key = 0; key < KEYS; key += 1) {
      const object = await state.object({ bucket: "data", key: `key-${key}` });
      expect(object?.access.lifetimeReads).toBe(ROUNDS - ROUNDS / POISON_EVERY);
    }
  });
});
