/**
 * Four workers of one group follow a stream through three brokers; a broker and a worker are killed outright in the
 * middle, and both come back. What then stands in the log and in the state is given back for a test to judge.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Consumer } from "@platformatic/kafka";

import { openKafkaLog } from "../../src/adapters/kafka/event-log.ts";
import type { PartitionLag } from "../../src/ports/event-log.ts";
import { type KafkaCluster, startKafka } from "../../tools/kafka/cluster.ts";
import { type CliResult, jsonOf, startCli } from "../system/cli-process.ts";
import { STREAM_BUCKET, recordCount, type StreamShape } from "./event-stream.ts";
import { WRITER_VARIABLE, type WriterLine, type WriterOrder } from "./event-stream-writer.ts";
import { kafkaOptions, wallClock } from "./kafka.ts";
import { until } from "./waiting.ts";

export interface StreamTrial extends StreamShape {
  readonly ratePerSecond: number;
  /** Told what happens, for a person who watches. */
  readonly onStep?: (text: string) => void;
}

export interface StreamOutcome {
  /** Records the producer had acknowledged, and what failed on the way. */
  readonly producer: WriterLine;
  readonly lag: readonly PartitionLag[];
  /** Reads by object, as the state has them. */
  readonly reads: Map<string, number>;
  /** How `astra consume` ended after SIGTERM. */
  readonly consume: CliResult;
}

const WORKERS = 4;
const TOPIC = "data-events";
const GROUP = "astra";
/** Shares of the stream after which things happen. */
const BROKER_DIES = 0.25;
const WORKER_DIES = 0.45;
const BROKER_RETURNS = 0.7;
const LIMIT_MS = 300_000;

export async function runStreamTrial(trial: StreamTrial): Promise<StreamOutcome> {
  const folder = await mkdtemp(join(tmpdir(), "astra-stream-"));
  const cluster = await startKafka({ brokers: 3 });
  const children: ChildProcess[] = [];
  try {
    const configFile = join(folder, "astra.yaml");
    await writeFile(configFile, configuration(cluster.bootstrap));
    const say = trial.onStep ?? ((): void => undefined);
    const consume = startCli(["consume", "--workers", String(WORKERS), "--json"], folder);
    children.push(consume.child);
    const producer = startWriter({ ...trial, configFile }, folder);
    children.push(producer.child);
    await breakThings(trial, { cluster, consume: consume.child, producer, say });
    const written = await producer.ended;
    say(`${written.acknowledged} records acknowledged`);
    await until("a lag of nothing", LIMIT_MS, async () => {
      if (consume.child.exitCode !== null) throw new Error(`consume ended: ${(await consume.ended).stderr}`);
      return (await lagOf(cluster)).every(({ lag }) => lag === 0n) ? true : null;
    });
    say("no lag left");
    consume.child.kill("SIGTERM");
    const ended = await consume.ended;
    return { producer: written, lag: await lagOf(cluster), reads: await readsIn(folder), consume: ended };
  } finally {
    for (const child of children) child.kill("SIGKILL");
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Parts {
  readonly cluster: KafkaCluster;
  readonly consume: ChildProcess;
  readonly producer: Writer;
  readonly say: (text: string) => void;
}

async function breakThings(trial: StreamTrial, { cluster, consume, producer, say }: Parts): Promise<void> {
  const records = recordCount(trial);
  const reached = (share: number): Promise<unknown> =>
    Promise.race([
      until(`${share * 100} % of the stream`, LIMIT_MS, () =>
        producer.acknowledged() >= share * records ? true : null,
      ),
      producer.ended,
    ]);
  await reached(BROKER_DIES);
  // The one the group's positions lie on: it leads partitions as well, so producer and workers lose both.
  const broker = (await coordinator(cluster)) - 1;
  await cluster.killBroker(broker);
  say(`broker ${broker + 1} killed after ${producer.acknowledged()} records`);
  await reached(WORKER_DIES);
  const [victim] = childrenOf(consume);
  if (victim === undefined) throw new Error("there is no worker to kill");
  process.kill(victim, "SIGKILL");
  say(`worker killed after ${producer.acknowledged()} records`);
  await reached(BROKER_RETURNS);
  await cluster.startBroker(broker);
  say(`broker ${broker + 1} is back after ${producer.acknowledged()} records`);
}

interface Writer {
  readonly child: ChildProcess;
  acknowledged(): number;
  readonly ended: Promise<WriterLine>;
}

function startWriter(order: WriterOrder, cwd: string): Writer {
  const child = spawn(process.execPath, [join(import.meta.dirname, "event-stream-writer.ts")], {
    cwd,
    env: { ...process.env, [WRITER_VARIABLE]: JSON.stringify(order) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let last: WriterLine = { acknowledged: 0, failures: [], isEnd: false };
  let errors = "";
  child.stderr.on("data", (piece: Buffer) => {
    errors += piece.toString();
  });
  createInterface(child.stdout).on("line", (line) => {
    last = toWriterLine(JSON.parse(line));
  });
  const ended = new Promise<WriterLine>((done, failed) => {
    child.on("error", failed);
    child.on("close", (status) => {
      if (status === 0 && last.isEnd) done(last);
      else failed(new Error(`the producer ended with ${status} after ${last.acknowledged} records: ${errors}`));
    });
  });
  // Met where it is awaited; a failure before that must not end the test process.
  ended.catch(() => undefined);
  return { child, ended, acknowledged: () => last.acknowledged };
}

function toWriterLine(value: unknown): WriterLine {
  if (
    typeof value === "object" &&
    value !== null &&
    "acknowledged" in value &&
    "failures" in value &&
    "isEnd" in value
  ) {
    const { acknowledged, failures, isEnd } = value;
    return {
      acknowledged: Number(acknowledged),
      failures: Array.isArray(failures) ? failures.map(String) : [],
      isEnd: isEnd === true,
    };
  }
  throw new Error(`no line of a producer: ${JSON.stringify(value)}`);
}

/** Node id of the broker that keeps the group. */
async function coordinator(cluster: KafkaCluster): Promise<number> {
  const client = new Consumer({ clientId: "trial", groupId: GROUP, bootstrapBrokers: [...cluster.bootstrap] });
  try {
    return await client.findGroupCoordinator();
  } finally {
    await client.close(true);
  }
}

async function lagOf(cluster: KafkaCluster): Promise<readonly PartitionLag[]> {
  await using log = openKafkaLog(kafkaOptions(cluster), { clock: wallClock });
  return await log.lag(TOPIC, GROUP);
}

/** Children of a process, as the system lists them. */
function childrenOf(parent: ChildProcess): number[] {
  const { stdout } = spawnSync("ps", ["-o", "pid=", "--ppid", String(parent.pid)], { encoding: "utf8" });
  return stdout
    .split(/\s+/)
    .filter((word) => word !== "")
    .map(Number);
}

async function readsIn(folder: string): Promise<Map<string, number>> {
  const out = join(folder, "export.json");
  await jsonOf(["metadata", "export", "--bucket", STREAM_BUCKET, "--out", out], folder);
  const exported: Record<string, { readonly access_count: number }> = JSON.parse(await readFile(out, "utf8"));
  return new Map(Object.entries(exported).map(([key, entry]) => [key, entry.access_count]));
}

function configuration(brokers: readonly string[]): string {
  return JSON.stringify({
    bucket: STREAM_BUCKET,
    log: { kind: "kafka", kafka: { brokers } },
    state: { path: "state.db" },
  });
}
