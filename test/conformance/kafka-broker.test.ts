/** What only a real broker can do to us: restarts, refusals, and the loss of one of three. */
import { stat } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { inspect } from "node:util";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { openKafkaLog, type KafkaLogOptions } from "../../src/adapters/kafka/event-log.ts";
import type { EventLog, LogRecord } from "../../src/ports/event-log.ts";
import { freePorts } from "../../tools/kafka/broker.ts";
import { startKafka, type KafkaCluster } from "../../tools/kafka/cluster.ts";
import { ensureKafka } from "../../tools/kafka/jars.ts";
import { kafkaOptions, wallClock } from "../support/kafka.ts";
import { bytes, commitAll, consume, identities, numbered, readAll, text } from "./event-log-tools.ts";

const kafka = await ensureKafka();
const missing = "missing" in kafka ? kafka.missing : undefined;
const note = missing === undefined ? "" : ` (not run: ${missing})`;

const handles: EventLog[] = [];

function open(options: KafkaLogOptions): EventLog {
  const log = openKafkaLog(options, { clock: wallClock });
  handles.push(log);
  return log;
}

afterAll(async () => {
  await Promise.allSettled(handles.map((each) => each.close()));
});

function addressOf(server: Server): string {
  const address = server.address();
  return address === null || typeof address === "string" ? "" : `127.0.0.1:${address.port}`;
}

describe("kafka without a broker", () => {
  test("says within bounded time that nobody listens, and where", async () => {
    const ports = await freePorts(2);
    const brokers = ports.map((port) => `127.0.0.1:${port}`);
    const log = open({ brokers, clientId: "test", compression: "none" });
    const unreachable = { code: "ASTRA_LOG_UNREACHABLE", where: brokers.join(", ") };
    await expect(log.id()).rejects.toMatchObject(unreachable);
    await expect(log.append("t", numbered(1))).rejects.toMatchObject({ code: "ASTRA_LOG_UNREACHABLE" });
  });

  test("does not wait for ever for something that listens but never answers", async () => {
    const mute = createServer();
    await new Promise<void>((done) => mute.listen(0, "127.0.0.1", done));
    const sockets = new Set<{ destroy(): void }>();
    mute.on("connection", (socket) => sockets.add(socket));
    const log = open({ brokers: [addressOf(mute)], clientId: "test", compression: "none", patienceMs: 1_000 });
    await expect(log.id()).rejects.toMatchObject({ code: "ASTRA_LOG_UNREACHABLE", retryable: true });
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => mute.close(done));
  });
});

describe.skipIf(missing !== undefined)(`kafka with one secure broker${note}`, () => {
  let cluster: KafkaCluster;

  beforeAll(async () => {
    cluster = await startKafka({ secure: true });
  });
  afterAll(async () => {
    await cluster.stop();
  });

  test("names the user, never the password, when it is refused", async () => {
    const password = "not-the-password";
    const sasl = { mechanism: "SCRAM-SHA-512", username: "astra", password } as const;
    const error: unknown = await open(kafkaOptions(cluster, { sasl }))
      .id()
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "ASTRA_LOG_AUTHENTICATION", message: expect.stringContaining("user astra") });
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(password);
  });

  test("names an unknown authority, and the setting for it", async () => {
    await expect(open(kafkaOptions(cluster, { tls: true })).id()).rejects.toMatchObject({
      code: "ASTRA_LOG_UNREACHABLE",
      message: expect.stringContaining("not trusted"),
      fix: expect.stringContaining("log.kafka.ca_file"),
    });
  });

  test("a plain client does not get in", async () => {
    const { brokers, clientId, compression } = kafkaOptions(cluster);
    await expect(open({ brokers, clientId, compression }).id()).rejects.toMatchObject({
      code: "ASTRA_LOG_UNREACHABLE",
      fix: expect.stringContaining("log.kafka.tls"),
    });
  });

  test("a record larger than the broker takes is refused, and the next one is not", async () => {
    const log = open(kafkaOptions(cluster));
    await log.ensureTopic("sizes", 1);
    const large = crypto.getRandomValues(new Uint8Array(65_536));
    const value = Buffer.concat(Array.from({ length: 20 }, () => large));
    await expect(log.append("sizes", [{ key: "k", value }])).rejects.toMatchObject({
      code: "ASTRA_LOG_REFUSED",
      message: expect.stringContaining("larger"),
    });
    const [position] = await log.append("sizes", numbered(1));
    expect(position?.offset).toBe(0n);
  });

  test.each(["none", "gzip", "lz4", "zstd"] as const)(
    "carries %s, and compresses what it says it does",
    async (compression) => {
      const topic = `packed-${compression}`;
      const log = open(kafkaOptions(cluster, { compression }));
      await log.ensureTopic(topic, 1);
      const sent = Array.from({ length: 200 }, (_, index) => ({
        key: "k",
        value: bytes(`${index}:${"again ".repeat(100)}`),
      }));
      await log.append(topic, sent);
      const found = await readAll(log, topic, 0);
      expect(found.map(text)).toEqual(sent.map((each) => new TextDecoder().decode(each.value)));
      const raw = sent.reduce((sum, each) => sum + each.value.byteLength, 0);
      const { size } = await stat(join(cluster.dir, "node-1", "data", `${topic}-0`, "00000000000000000000.log"));
      const isSmall = size < raw / 5;
      expect(isSmall).toBe(compression !== "none");
    },
  );

  test("a restart in mid-run loses and repeats nothing", async () => {
    const log = open(kafkaOptions(cluster));
    await log.ensureTopic("restart", 3);
    await using worker = await log.join({ topic: "restart", group: "g", maxBatch: 10 });
    const seen: LogRecord[] = [];
    const reading = (async () => {
      for await (const batch of worker) {
        if ((await commitAll(worker, batch)) === "committed") seen.push(...batch.records);
        if (new Set(identities(seen)).size >= 300) return;
      }
    })();
    let restarting: Promise<void> | undefined;
    for (let index = 0; index < 300; index += 1) {
      await log.append("restart", [{ key: `key-${index}`, value: bytes(String(index)) }]);
      if (index === 100) restarting = cluster.killBroker(0).then(() => cluster.startBroker(0));
    }
    await Promise.all([reading, restarting]);
    const values = new Set(seen.map(text));
    expect(values.size).toBe(300);
    const inLog = await Promise.all([0, 1, 2].map((partition) => readAll(log, "restart", partition)));
    expect(inLog.flat()).toHaveLength(300);
    const lag = await log.lag("restart", "g");
    expect(lag.map((each) => each.lag)).toEqual([0n, 0n, 0n]);
  });

  test("a broker that stays away ends the waiting with one error; later the same handle works again", async () => {
    const log = open(kafkaOptions(cluster, { patienceMs: 1_500 }));
    await log.ensureTopic("away", 1);
    await log.append("away", numbered(1));
    const worker = await log.join({ topic: "away", group: "g" });
    await consume(worker, 1);
    await cluster.stopBroker(0);
    const waiting = consume(worker, 1);
    await expect(waiting).rejects.toMatchObject({ code: "ASTRA_LOG_UNREACHABLE" });
    await expect(log.append("away", numbered(1))).rejects.toMatchObject({ code: "ASTRA_LOG_UNREACHABLE" });
    await worker.close();
    await cluster.startBroker(0);
    const [position] = await log.append("away", numbered(1));
    expect(position?.offset).toBe(1n);
  });
});

describe.skipIf(missing !== undefined)(`kafka with three brokers${note}`, () => {
  let cluster: KafkaCluster;

  beforeAll(async () => {
    cluster = await startKafka({ brokers: 3 });
  });
  afterAll(async () => {
    await cluster.stop();
  });

  test("one killed in mid-run: nothing that was acknowledged is lost or repeated", async () => {
    const log = open(kafkaOptions(cluster, { patienceMs: 40_000 }));
    await log.ensureTopic("three", 6);
    await using worker = await log.join({ topic: "three", group: "g", maxBatch: 10 });
    const seen: LogRecord[] = [];
    const reading = (async () => {
      for await (const batch of worker) {
        if ((await commitAll(worker, batch)) === "committed") seen.push(...batch.records);
        if (new Set(seen.map(text)).size >= 200) return;
      }
    })();
    let killing: Promise<void> | undefined;
    const acknowledged: string[] = [];
    for (let round = 0; round < 20; round += 1) {
      const records = Array.from({ length: 10 }, (_, index) => ({
        key: `key-${index}`,
        value: bytes(`${round}/${index}`),
      }));
      await log.append("three", records);
      acknowledged.push(...records.map((each) => new TextDecoder().decode(each.value)));
      if (round === 5) killing = cluster.killBroker(1);
    }
    await Promise.all([reading, killing]);
    const inLog = (await Promise.all([0, 1, 2, 3, 4, 5].map((each) => readAll(log, "three", each)))).flat();
    expect(inLog.map(text).toSorted()).toEqual(acknowledged.toSorted());
    expect(new Set(seen.map(text))).toEqual(new Set(acknowledged));
  }, 60_000);
});
