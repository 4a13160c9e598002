/** `npm run kafka -- start|stop|status`: a real Apache Kafka on this machine, without Docker. */
import { createServer } from "node:net";
import { join } from "node:path";
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";

import { endProcess } from "./kafka/broker.ts";
import { startKafka, type KafkaCluster } from "./kafka/cluster.ts";
import { ensureKafka, KAFKA_VERSION } from "./kafka/jars.ts";
import { forgetState, livePids, readState, RUN_DIR, writeState } from "./kafka/run-state.ts";

const USAGE = `Usage: npm run kafka -- start [--brokers 1|3] [--secure]
       npm run kafka -- status
       npm run kafka -- stop

start   starts Apache Kafka ${KAFKA_VERSION} on the loopback interface, empty; --secure: SASL_SSL with SCRAM-SHA-512
status  exit status 0 while it runs, 1 otherwise
stop    stops it and deletes its data
`;

/** First port tried; a cluster of three takes the two after it as well. */
const FIRST_PORT = 9092;
const USAGE_STATUS = 64;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function start(brokers: 1 | 3, secure: boolean): Promise<number> {
  const before = await readState();
  if (before && (await livePids(before)).length > 0) {
    say(`Kafka runs already at ${before.bootstrap.join(", ")}. Stop it first: npm run kafka -- stop`);
    return 1;
  }
  await forgetState();
  const jars = await ensureKafka();
  if ("missing" in jars) {
    say(`Kafka can't run here: ${jars.missing}. With Docker: docker compose -f deploy/compose.yaml up -d`);
    return 1;
  }
  const wished = Array.from({ length: brokers }, (_, index) => FIRST_PORT + index);
  const free = (await Promise.all(wished.map((port) => isFree(port)))).every(Boolean);
  const cluster = await startKafka({ brokers, secure, dir: RUN_DIR, detached: true, ...(free && { ports: wished }) });
  await writeState({ bootstrap: cluster.bootstrap, pids: cluster.pids, secure });
  say(`Kafka ${KAFKA_VERSION} runs at ${cluster.bootstrap.join(", ")} (pid ${cluster.pids.join(", ")}).`);
  say(`\nastra.yaml:\n${await configuration(cluster)}`);
  say("Stop it and delete its data: npm run kafka -- stop");
  return 0;
}

async function configuration(cluster: KafkaCluster): Promise<string> {
  const lines = [
    "log:",
    "  kind: kafka",
    "  kafka:",
    `    brokers: [${cluster.bootstrap.map((each) => `"${each}"`).join(", ")}]`,
  ];
  if (cluster.sasl && cluster.caFile !== undefined) {
    const file = join(RUN_DIR, "password.env");
    await writeFile(file, `ASTRA_LOG_KAFKA_SASL_PASSWORD=${cluster.sasl.password}\n`, { mode: 0o600 });
    lines.push("    tls: true", `    ca_file: ${JSON.stringify(cluster.caFile)}`, "    sasl:");
    lines.push("      mechanism: SCRAM-SHA-512", `      username: ${cluster.sasl.username}`);
    lines.push("", `The password is in ${file}; read it into the environment:`, `  set -a; . ${file}; set +a`);
  }
  return `${lines.join("\n")}\n`;
}

async function status(): Promise<number> {
  const state = await readState();
  const live = state ? await livePids(state) : [];
  if (!state || live.length === 0) {
    say("Kafka does not run.");
    return 1;
  }
  const how = state.secure ? "SASL_SSL" : "PLAINTEXT";
  const part =
    live.length === state.pids.length ? "" : `; only ${live.length} of ${state.pids.length} brokers are alive`;
  say(`Kafka runs at ${state.bootstrap.join(", ")} (${how}, pid ${live.join(", ")})${part}.`);
  return 0;
}

async function stop(): Promise<number> {
  const state = await readState();
  const live = state ? await livePids(state) : [];
  await Promise.all(live.map((pid) => endProcess(pid, "SIGTERM")));
  await forgetState();
  say(live.length > 0 ? "Kafka has stopped." : "Kafka did not run.");
  return 0;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once("error", () => done(false));
    server.listen(port, "127.0.0.1", () => server.close(() => done(true)));
  });
}

function refuse(why: string): number {
  process.stderr.write(`${why}\n\n${USAGE}`);
  return USAGE_STATUS;
}

async function main(args: readonly string[]): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      brokers: { type: "string", default: "1" },
      secure: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const [command, ...rest] = positionals;
  if (values.help || command === undefined) {
    process.stdout.write(USAGE);
    return values.help ? 0 : USAGE_STATUS;
  }
  if (rest.length > 0) return refuse(`unexpected ${rest.join(" ")}`);
  if (values.brokers !== "1" && values.brokers !== "3") return refuse(`--brokers is 1 or 3, not ${values.brokers}`);
  switch (command) {
    case "start":
      return start(values.brokers === "3" ? 3 : 1, values.secure);
    case "status":
      return status();
    case "stop":
      return stop();
    default:
      return refuse(`unknown command ${command}`);
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = error instanceof TypeError ? refuse(error.message) : 1;
  if (!(error instanceof TypeError))
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
}
