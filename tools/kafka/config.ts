/** The text of a broker's configuration files. */

interface BrokerPorts {
  readonly client: number;
  readonly internal: number;
  readonly controller: number;
}

export interface BrokerLayout {
  /** 1, 2, 3. */
  readonly node: number;
  readonly dir: string;
  readonly ports: BrokerPorts;
}

export interface SecureFiles {
  /** Private key and certificate chain, PEM. */
  readonly keystore: string;
  /** User who may do everything, where all others need ACLs; without it everybody may do everything. */
  readonly superUser?: string;
}

const HOST = "127.0.0.1";

/** `server.properties` of one node of a combined (broker and controller) KRaft cluster on the loopback interface. */
export function serverProperties(
  node: BrokerLayout,
  all: readonly BrokerLayout[],
  secure: SecureFiles | undefined,
): string {
  const replicas = Math.min(3, all.length);
  const voters = all.map((each) => `${each.node}@${HOST}:${each.ports.controller}`).join(",");
  const entries: Record<string, string | number | boolean> = {
    "process.roles": "broker,controller",
    "node.id": node.node,
    "controller.quorum.voters": voters,
    listeners: `CLIENT://${HOST}:${node.ports.client},INTERNAL://${HOST}:${node.ports.internal},CONTROLLER://${HOST}:${node.ports.controller}`,
    "advertised.listeners": `CLIENT://${HOST}:${node.ports.client},INTERNAL://${HOST}:${node.ports.internal}`,
    "listener.security.protocol.map": `CLIENT:${secure ? "SASL_SSL" : "PLAINTEXT"},INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT`,
    "inter.broker.listener.name": "INTERNAL",
    "controller.listener.names": "CONTROLLER",
    "log.dirs": `${node.dir}/data`,
    "auto.create.topics.enable": false,
    "default.replication.factor": replicas,
    "min.insync.replicas": replicas > 1 ? 2 : 1,
    "offsets.topic.replication.factor": replicas,
    "offsets.topic.num.partitions": 3,
    "transaction.state.log.replication.factor": replicas,
    "transaction.state.log.min.isr": 1,
    "transaction.state.log.num.partitions": 3,
    "share.coordinator.state.topic.replication.factor": replicas,
    "share.coordinator.state.topic.min.isr": 1,
    "group.initial.rebalance.delay.ms": 0,
    // A killed broker's partitions pass on within seconds, not the nine by default.
    "broker.session.timeout.ms": 4_000,
    "broker.heartbeat.interval.ms": 500,
    "log.cleaner.dedupe.buffer.size": 2_097_152,
    "num.network.threads": 2,
    "num.io.threads": 2,
    "background.threads": 2,
    "num.replica.fetchers": 1,
  };
  if (secure) {
    entries["sasl.enabled.mechanisms"] = "SCRAM-SHA-512";
    entries["listener.name.client.scram-sha-512.sasl.jaas.config"] =
      "org.apache.kafka.common.security.scram.ScramLoginModule required;";
    entries["listener.name.client.ssl.keystore.type"] = "PEM";
    entries["listener.name.client.ssl.keystore.location"] = secure.keystore;
    if (secure.superUser !== undefined) {
      entries["authorizer.class.name"] = "org.apache.kafka.metadata.authorizer.StandardAuthorizer";
      entries["allow.everyone.if.no.acl.found"] = false;
      // Brokers and controllers speak among themselves without a name.
      entries["super.users"] = `User:${secure.superUser};User:ANONYMOUS`;
    }
  }
  return Object.entries(entries)
    .map(([key, value]) => `${key}=${value}\n`)
    .join("");
}

/** Log4j 2 configuration that writes to one small file. */
export function loggingConfig(file: string): string {
  return `status = error
appender.file.type = RollingFile
appender.file.name = file
appender.file.fileName = ${file}
appender.file.filePattern = ${file}.%i
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d %p %m (%c{1})%n
appender.file.policies.type = Policies
appender.file.policies.size.type = SizeBasedTriggeringPolicy
appender.file.policies.size.size = 20MB
appender.file.strategy.type = DefaultRolloverStrategy
appender.file.strategy.max = 1
rootLogger.level = info
rootLogger.appenderRef.file.ref = file
`;
}
