import { startKafka } from "../../tools/kafka/cluster.ts";
import { KAFKA_VERSION, ensureKafka } from "../../tools/kafka/jars.ts";
import { type BenchCase, CannotRun, type Round, type Series } from "../bench-case.ts";
import { type Place, scratchFolder } from "../bench-context.ts";
import { measure } from "../measured-process.ts";
import { amount } from "../options.ts";
import type { Outcome } from "../outcome.ts";
import { checkState } from "../stream-check.ts";
import type { ProduceInput } from "../work/produce.ts";
import type { StreamInput } from "../work/stream.ts";

const EVENTS = 300_000;
const WORKERS = [1, 2, 4] as const;

export const groups: BenchCase = {
  name: "groups",
  summary: "a backlog shared by 1, 2 and 4 worker processes of one group on one state, counts exact",
  async run(options) {
    const jars = await ensureKafka();
    if ("missing" in jars) throw new CannotRun(jars.missing);
    const events = amount(options.events, EVENTS, options.quick);
    const series = WORKERS.map((workers) => ({ workers, rounds: [] as Round[] }));
    await using folder = await scratchFolder();
    const cluster = await startKafka();
    try {
      const place = { folder: folder.path, bucket: "groups", endpoint: null, brokers: [...cluster.bootstrap] };
      await measure("produce", { place, events, objects: events } satisfies ProduceInput, null);
      for (let round = 1; round <= options.rounds; round++) {
        for (const { workers, rounds } of series) {
          await using own = await scratchFolder();
          const here: Place = { ...place, folder: own.path, group: `groups-${workers}-${round}` };
          const input: StreamInput = { place: here, events };
          const done = await Promise.all(Array.from({ length: workers }, () => measure("stream", input, null)));
          await checkState(here, events, events);
          rounds.push(together(done, events));
        }
      }
    } finally {
      await cluster.stop();
    }
    const [one, ...more] = series.map(({ workers, rounds }): Series => ({
      name: workers === 1 ? "1 worker" : `${workers} workers`,
      rounds,
    }));
    if (!one) throw new RangeError("no numbers of workers");
    return {
      unit: "event",
      amount: { events },
      main: one,
      parts: more,
      peers: [],
      detail: { broker: KAFKA_VERSION, checked: "lag, and the reads of every object by a reader of the file" },
    };
  },
};

/** The longest of the workers' times, and what all of them used. */
function together(outcomes: readonly Outcome[], events: number): Round {
  const sum = (of: (outcome: Outcome) => number): number => outcomes.reduce((total, each) => total + of(each), 0);
  const wallSeconds = Math.max(...outcomes.map(({ processWallSeconds }) => processWallSeconds));
  const cpuSeconds = sum(({ processCpuSeconds }) => processCpuSeconds);
  return {
    phase: { units: events, wallSeconds, cpuSeconds },
    rssPeakBytes: sum(({ rssPeakBytes }) => rssPeakBytes),
    processCpuSeconds: cpuSeconds,
    processWallSeconds: wallSeconds,
  };
}
