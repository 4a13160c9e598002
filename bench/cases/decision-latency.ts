import { startKafka } from "../../tools/kafka/cluster.ts";
import { KAFKA_VERSION, ensureKafka } from "../../tools/kafka/jars.ts";
import { type BenchCase, CannotRun, type Round, check, wholeRound } from "../bench-case.ts";
import { openPlace, scratchFolder } from "../bench-context.ts";
import { median } from "../figures.ts";
import { measure } from "../measured-process.ts";
import { amount } from "../options.ts";
import type { DecisionLatencyInput } from "../work/decision-latency.ts";
import type { PacedProduceInput } from "../work/paced-produce.ts";

const PER_SECOND = 10_000;
const EVENTS = 20 * PER_SECOND;
const PERCENTILES = ["p50Ms", "p95Ms", "p99Ms", "mostMs"] as const;

export const decisionLatency: BenchCase = {
  name: "decision-latency",
  summary:
    "10,000 events a second: from the broker's acceptance of an event to the commit of what it means for its object",
  async run(options) {
    const jars = await ensureKafka();
    if ("missing" in jars) throw new CannotRun(jars.missing);
    const events = amount(options.events, EVENTS, options.quick);
    const rounds: Round[] = [];
    const found: Record<string, number[]> = Object.fromEntries(PERCENTILES.map((name) => [name, []]));
    let lateMs = 0;
    const cluster = await startKafka();
    try {
      for (let round = 1; round <= options.rounds; round++) {
        await using folder = await scratchFolder();
        const bucket = `latency-${round}`;
        const place = { folder: folder.path, bucket, endpoint: null, brokers: [...cluster.bootstrap] };
        await createTopics(place);
        const consumer = measure("decision-latency", { place, events } satisfies DecisionLatencyInput, options.profile);
        const producing: PacedProduceInput = { place, events, perSecond: PER_SECOND };
        const [outcome, produced] = await Promise.all([consumer, measure("paced-produce", producing, null)]);
        check("events consumed", outcome.found["consumed"], events);
        for (const name of PERCENTILES) found[name]?.push(Number(outcome.found[name]));
        lateMs = Math.max(lateMs, Number(produced.found["lateMs"]));
        rounds.push(wholeRound(outcome, "consume"));
      }
    } finally {
      await cluster.stop();
    }
    return {
      unit: "event",
      amount: { events },
      main: { name: `consume at ${PER_SECOND} events a second`, rounds },
      parts: [],
      peers: [],
      detail: {
        ...Object.fromEntries(PERCENTILES.map((name) => [name, median(found[name] ?? [])])),
        producerLateMs: lateMs,
        broker: KAFKA_VERSION,
        checked: "events consumed; milliseconds by the log's own timestamps",
      },
    };
  },
};

async function createTopics(place: Parameters<typeof openPlace>[0]): Promise<void> {
  await using ctx = await openPlace(place);
  const { topic, dead_letter_topic, partitions } = ctx.config.log;
  await ctx.log.ensureTopic(topic, partitions);
  await ctx.log.ensureTopic(dead_letter_topic, 1);
}
