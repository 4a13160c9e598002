import { describe, test } from "vitest";

import { openKafkaLog } from "../../src/adapters/kafka/event-log.ts";
import { startKafka } from "../../tools/kafka/cluster.ts";
import { ensureKafka } from "../../tools/kafka/jars.ts";
import { kafkaOptions, wallClock } from "../support/kafka.ts";
import { eventLogSuite } from "./event-log-suite.ts";

const kafka = await ensureKafka();

for (const { name, secure } of [
  { name: "kafka", secure: false },
  { name: "kafka over SASL_SSL", secure: true },
]) {
  if ("missing" in kafka) {
    describe(`event log · ${name} (not run: ${kafka.missing})`, () => {
      test.skip("the whole suite", () => undefined);
    });
  } else {
    eventLogSuite(name, async () => {
      const cluster = await startKafka({ secure });
      const options = kafkaOptions(cluster);
      return {
        open: () => openKafkaLog(options, { clock: wallClock }),
        child: { kind: "kafka", options },
        stop: () => cluster.stop(),
      };
    });
  }
}
