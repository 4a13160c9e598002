/** One broker process: format, start, wait until it serves, stop. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { loggingConfig, type BrokerLayout } from "./config.ts";
import type { KafkaJars } from "./jars.ts";

const run = promisify(execFile);

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 20_000;
const JVM = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"];

export interface ScramUser {
  readonly username: string;
  readonly password: string;
}

/** Prepares an empty data directory; `users` become the cluster's SCRAM-SHA-512 users. */
export async function formatBroker(
  jars: KafkaJars,
  node: BrokerLayout,
  clusterId: string,
  users: readonly ScramUser[],
): Promise<void> {
  await writeFile(join(node.dir, "log4j2.properties"), loggingConfig(logFile(node)));
  const scram = users.flatMap(({ username, password }) => [
    "--add-scram",
    `SCRAM-SHA-512=[name=${username},password=${password}]`,
  ]);
  const format = ["kafka.tools.StorageTool", "format", "-t", clusterId, "-c", join(node.dir, "server.properties")];
  await run(jars.java, [...JVM, ...loggingArgs(node), "-cp", jars.classpath, ...format, ...scram]);
}

export interface LaunchOptions {
  /** Goes on running after this process ends. */
  readonly detached: boolean;
  /** Told at once, before the broker serves. */
  readonly onPid: (pid: number) => void;
}

/** Starts the broker and resolves once it serves. */
export async function launchBroker(jars: KafkaJars, node: BrokerLayout, options: LaunchOptions): Promise<void> {
  const before = await startCount(node);
  const out = openSync(join(node.dir, "output.txt"), "a");
  const args = [
    ...JVM,
    ...loggingArgs(node),
    "-cp",
    jars.classpath,
    "kafka.Kafka",
    join(node.dir, "server.properties"),
  ];
  const child = spawn(jars.java, args, { stdio: ["ignore", out, out], detached: options.detached });
  closeSync(out);
  if (options.detached) child.unref();
  const { pid } = child;
  if (pid === undefined) {
    const [cause] = (await once(child, "error")) as unknown[];
    throw new Error(`${jars.java} could not be started`, { cause });
  }
  options.onPid(pid);
  const giveUp = Date.now() + START_LIMIT_MS;
  while ((await startCount(node)) === before) {
    if (!isAlive(pid)) throw new Error(`the broker ended while starting; see ${join(node.dir, "output.txt")}`);
    if (Date.now() > giveUp) {
      await endProcess(pid, "SIGKILL");
      throw new Error(`the broker did not start within ${START_LIMIT_MS / 1000} s; see ${logFile(node)}`);
    }
    await sleep(100);
  }
}

/** Signals a process and waits for its end; after 20 s it is killed. */
export async function endProcess(pid: number, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  if (!isAlive(pid)) return;
  process.kill(pid, signal);
  const giveUp = Date.now() + STOP_LIMIT_MS;
  while (isAlive(pid)) {
    if (Date.now() > giveUp) process.kill(pid, "SIGKILL");
    await sleep(50);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Ports of the loopback interface that were free a moment ago, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    await new Promise<void>((done, failed) => {
      server.once("error", failed);
      server.listen(0, "127.0.0.1", done);
    });
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port on the loopback interface");
    ports.push(address.port);
  }
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

function logFile(node: BrokerLayout): string {
  return join(node.dir, "server.log");
}

function loggingArgs(node: BrokerLayout): string[] {
  return [`-Dlog4j2.configurationFile=${join(node.dir, "log4j2.properties")}`];
}

async function startCount(node: BrokerLayout): Promise<number> {
  try {
    const text = await readFile(logFile(node), "utf8");
    return text.split("Kafka Server started").length;
  } catch {
    return 1;
  }
}
