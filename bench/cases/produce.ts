import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startKafka } from "../../tools/kafka/cluster.ts";
import { KAFKA_VERSION, type KafkaJars, ensureKafka, ensureKafkaTools } from "../../tools/kafka/jars.ts";
import { type BenchCase, CannotRun, type Round, check, wholeRound } from "../bench-case.ts";
import { openPlace, scratchFolder } from "../bench-context.ts";
import { measure } from "../measured-process.ts";
import { amount } from "../options.ts";
import { timedCommand } from "../timed-command.ts";
import type { ProduceInput } from "../work/produce.ts";

const EVENTS = 500_000;
const BYTES = 300;

export const produce: BenchCase = {
  name: "produce",
  summary: "access events of 300 bytes through the validated path to one Kafka broker, acks=all, idempotent",
  async run(options) {
    const jars = await ensureKafka();
    if ("missing" in jars) throw new CannotRun(jars.missing);
    const tools = await ensureKafkaTools();
    const events = amount(options.events, EVENTS, options.quick);
    const ours: Round[] = [];
    const theirs: Round[] = [];
    let bytes = 0;
    const cluster = await startKafka();
    try {
      for (let round = 1; round <= options.rounds; round++) {
        await using folder = await scratchFolder();
        const place = {
          folder: folder.path,
          bucket: `produce-${round}`,
          endpoint: null,
          brokers: [...cluster.bootstrap],
        };
        const input: ProduceInput = { place, events, objects: events };
        const outcome = await measure("produce", input, options.profile);
        check("events produced", outcome.found["produced"], events);
        await using reader = await openPlace(place);
        const { topic, group } = reader.config.log;
        const lag = await reader.log.lag(topic, group);
        check(
          "records in the topic",
          lag.reduce((sum, each) => sum + Number(each.end - each.first), 0),
          events,
        );
        bytes = Number(outcome.found["bytes"]);
        ours.push(wholeRound(outcome, "produce"));
        if (!("missing" in tools))
          theirs.push(await performanceRound(tools, cluster.bootstrap, topic, events, folder.path));
      }
    } finally {
      await cluster.stop();
    }
    return {
      unit: "event",
      amount: { events },
      main: { name: "produce", rounds: ours },
      parts: [],
      peers: [
        "missing" in tools
          ? { name: "Java ProducerPerformance", reason: tools.missing }
          : { name: `Java ProducerPerformance ${KAFKA_VERSION}`, rounds: theirs },
      ],
      detail: {
        bytesPerEvent: Math.round(bytes / events),
        checked: "offsets of the topic, by a second reader",
        peerDoes: `records of ${BYTES} bytes made beforehand; no validation`,
        broker: KAFKA_VERSION,
      },
    };
  },
};

/** The whole JVM, its start included. */
async function performanceRound(
  { java, classpath }: KafkaJars,
  brokers: readonly string[],
  topic: string,
  events: number,
  scratch: string,
): Promise<Round> {
  const config = join(scratch, "producer.properties");
  const settings = ["acks=all", "enable.idempotence=true", "compression.type=zstd", "linger.ms=5", "batch.size=262144"];
  await writeFile(config, [`bootstrap.servers=${brokers.join(",")}`, ...settings, ""].join("\n"));
  const tool = ["-Xmx512m", "-cp", classpath, "org.apache.kafka.tools.ProducerPerformance", "--topic", topic];
  const args = ["--num-records", String(events), "--record-size", String(BYTES), "--throughput", "-1"];
  const { round, stdout } = await timedCommand(java, [...tool, ...args, "--command-config", config], events);
  check("records that ProducerPerformance sent", stdout.includes(`${events} records sent`), true);
  return round;
}
