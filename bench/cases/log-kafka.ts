import { startKafka } from "../../tools/kafka/cluster.ts";
import { KAFKA_VERSION, ensureKafka } from "../../tools/kafka/jars.ts";
import { type BenchCase, CannotRun } from "../bench-case.ts";
import { logReport } from "../log-rounds.ts";

export const logKafka: BenchCase = {
  name: "log-kafka",
  summary: "access events through one Kafka broker into the state, acks=all, idempotent",
  async run(options) {
    const found = await ensureKafka();
    if ("missing" in found) throw new CannotRun(found.missing);
    const cluster = await startKafka();
    try {
      const report = await logReport(options, cluster.bootstrap);
      return { ...report, detail: { ...report.detail, kafka: KAFKA_VERSION } };
    } finally {
      await cluster.stop();
    }
  },
};
