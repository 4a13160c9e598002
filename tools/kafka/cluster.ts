/** A real Kafka cluster on this machine: one or three combined KRaft nodes on the loopback interface. */
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { endProcess, formatBroker, freePorts, launchBroker, type ScramUser } from "./broker.ts";
import { makeCertificates, type Certificates } from "./certificate.ts";
import { serverProperties, type BrokerLayout } from "./config.ts";
import { ensureKafka, type KafkaJars } from "./jars.ts";

export interface StartOptions {
  readonly brokers?: 1 | 3;
  /** SASL_SSL with SCRAM-SHA-512 for clients. */
  readonly secure?: boolean;
  /** With `secure`: further users. All but the cluster's own may do only what ACLs grant them. */
  readonly restricted?: readonly ScramUser[];
  /** Kept after `stop`; without it a temporary directory is used and removed. */
  readonly dir?: string;
  /** Client ports, one per broker; free ones otherwise. */
  readonly ports?: readonly number[];
  /** Goes on running after this process ends. */
  readonly detached?: boolean;
}

export interface KafkaCluster {
  readonly bootstrap: readonly string[];
  readonly sasl?: ScramUser;
  readonly caPem?: string;
  readonly caFile?: string;
  readonly clusterId: string;
  readonly dir: string;
  /** Process ids by broker, from 0; a stopped broker keeps its last one. */
  readonly pids: number[];
  /** Orderly shutdown of one broker. */
  stopBroker(index: number): Promise<void>;
  /** SIGKILL. */
  killBroker(index: number): Promise<void>;
  /** Starts a stopped or killed broker again on its old ports and data. */
  startBroker(index: number): Promise<void>;
  /** Ends every broker; a temporary directory is removed. */
  stop(): Promise<void>;
}

/** @throws Error when Java or Maven is missing, or a broker does not start. */
export async function startKafka(options: StartOptions = {}): Promise<KafkaCluster> {
  const jars = await ensureKafka();
  if ("missing" in jars) throw new Error(`no Kafka broker can run here: ${jars.missing}`);
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), "kafka-")));
  await mkdir(dir, { recursive: true });
  const nodes = await layOut(dir, options.brokers ?? 1, options.ports ?? []);
  const clusterId = randomBytes(16).toString("base64url").replace(/^-/, "A");
  const certificates = options.secure ? await makeCertificates(dir) : undefined;
  const user = options.secure ? { username: "astra", password: randomBytes(18).toString("base64url") } : undefined;
  const { restricted = [] } = options;
  const guarded = certificates && {
    keystore: certificates.keystore,
    ...(restricted.length > 0 && user && { superUser: user.username }),
  };
  for (const node of nodes) {
    await writeFile(join(node.dir, "server.properties"), serverProperties(node, nodes, guarded));
  }
  const users = user ? [user, ...restricted] : [];
  await Promise.all(nodes.map((node) => formatBroker(jars, node, clusterId, users)));
  const running = new RunningNodes(jars, nodes, options.detached ?? false);
  await running.startAll();
  return describe(running, { dir, clusterId, user, certificates, temporary: options.dir === undefined });
}

async function layOut(dir: string, count: number, clientPorts: readonly number[]): Promise<BrokerLayout[]> {
  const free = await freePorts(count * 3);
  const nodes: BrokerLayout[] = [];
  for (let index = 0; index < count; index += 1) {
    const [client = 0, internal = 0, controller = 0] = free.slice(index * 3);
    const node = { node: index + 1, dir: join(dir, `node-${index + 1}`) };
    nodes.push({ ...node, ports: { client: clientPorts[index] ?? client, internal, controller } });
    await mkdir(node.dir, { recursive: true });
  }
  return nodes;
}

class RunningNodes {
  readonly pids: number[] = [];
  readonly nodes: readonly BrokerLayout[];
  readonly #jars: KafkaJars;
  readonly #detached: boolean;
  // A test runner that ends in the middle must not leave brokers behind.
  readonly #killAll = (): void => {
    for (const pid of this.pids) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended already.
      }
    }
  };

  constructor(jars: KafkaJars, nodes: readonly BrokerLayout[], detached: boolean) {
    this.#jars = jars;
    this.nodes = nodes;
    this.#detached = detached;
  }

  async startAll(): Promise<void> {
    if (!this.#detached) process.once("exit", this.#killAll);
    const started = await Promise.allSettled(this.nodes.map((_, index) => this.start(index)));
    const failed = started.find((each) => each.status === "rejected");
    if (!failed) return;
    await this.endAll("SIGKILL");
    throw failed.reason;
  }

  async start(index: number): Promise<void> {
    const node = this.nodes[index];
    if (!node) throw new RangeError(`no broker ${index}`);
    await launchBroker(this.#jars, node, {
      detached: this.#detached,
      onPid: (pid) => {
        this.pids[index] = pid;
      },
    });
  }

  async end(index: number, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const pid = this.pids[index];
    if (pid === undefined) throw new RangeError(`no broker ${index}`);
    await endProcess(pid, signal);
  }

  async endAll(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    await Promise.all(this.pids.map((pid) => endProcess(pid, signal)));
    process.removeListener("exit", this.#killAll);
  }
}

interface ClusterFacts {
  readonly dir: string;
  readonly clusterId: string;
  readonly user: ScramUser | undefined;
  readonly certificates: Certificates | undefined;
  readonly temporary: boolean;
}

function describe(running: RunningNodes, facts: ClusterFacts): KafkaCluster {
  return {
    bootstrap: running.nodes.map((node) => `127.0.0.1:${node.ports.client}`),
    ...(facts.user && { sasl: facts.user }),
    ...(facts.certificates && { caPem: facts.certificates.caPem, caFile: facts.certificates.caFile }),
    clusterId: facts.clusterId,
    dir: facts.dir,
    pids: running.pids,
    stopBroker: (index) => running.end(index, "SIGTERM"),
    killBroker: (index) => running.end(index, "SIGKILL"),
    startBroker: (index) => running.start(index),
    async stop() {
      // A directory that is thrown away needs no orderly shutdown.
      await running.endAll(facts.temporary ? "SIGKILL" : "SIGTERM");
      if (facts.temporary) await rm(facts.dir, { recursive: true, force: true });
    },
  };
}
