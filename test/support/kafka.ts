/** Real brokers for tests. */
import type { KafkaLogOptions } from "../../src/adapters/kafka/event-log.ts";
import { WallClock } from "../../src/adapters/system/wall-clock.ts";
import type { KafkaCluster } from "../../tools/kafka/cluster.ts";

export const wallClock = new WallClock();

/** Options of a log on the cluster; members die fast, so that tests need not wait for them. */
export function kafkaOptions(cluster: KafkaCluster, more: Partial<KafkaLogOptions> = {}): KafkaLogOptions {
  return {
    brokers: cluster.bootstrap,
    clientId: "event-log-test",
    compression: "none",
    sessionTimeoutMs: 6_000,
    ...(cluster.sasl && { sasl: { mechanism: "SCRAM-SHA-512", ...cluster.sasl } }),
    ...(cluster.caPem !== undefined && { tls: { ca: cluster.caPem } }),
    ...more,
  };
}
