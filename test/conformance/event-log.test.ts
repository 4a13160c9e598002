import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { openKafkaLog } from "../../src/adapters/kafka/event-log.ts";
import { openSqliteLog } from "../../src/adapters/sqlite/event-log.ts";
import { startKafka } from "../../tools/kafka/cluster.ts";
import { ensureKafka } from "../../tools/kafka/jars.ts";
import { kafkaOptions, wallClock } from "../support/kafka.ts";
import { eventLogSuite, type LogBackend } from "./event-log-suite.ts";

const kafka = await ensureKafka();
const missing = "missing" in kafka ? kafka.missing : undefined;

async function startBackend(secure: boolean): Promise<LogBackend> {
  const cluster = await startKafka({ secure });
  const options = kafkaOptions(cluster);
  return {
    open: () => openKafkaLog(options, { clock: wallClock }),
    child: { kind: "kafka", options },
    stop: () => cluster.stop(),
  };
}

eventLogSuite("kafka", () => startBackend(false), missing);
eventLogSuite("kafka over SASL_SSL", () => startBackend(true), missing);

eventLogSuite("sqlite", async () => {
  const folder = await mkdtemp(join(tmpdir(), "event-log-"));
  const options = { path: join(folder, "log.db"), leaseMs: 1_000 };
  return {
    open: () => openSqliteLog(options, { clock: wallClock }),
    child: { kind: "sqlite", ...options },
    stop: () => rm(folder, { recursive: true, force: true }),
  };
});
