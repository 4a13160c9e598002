import { copyFile } from "node:fs/promises";
import { startKafka } from "../../tools/kafka/cluster.ts";
import { KAFKA_VERSION, ensureKafka } from "../../tools/kafka/jars.ts";
import { type BenchCase, CannotRun, type Round, check, wholeRound } from "../bench-case.ts";
import { type Place, scratchFolder, statePath } from "../bench-context.ts";
import { measure } from "../measured-process.ts";
import { amount } from "../options.ts";
import { checkState } from "../stream-check.ts";
import type { ProduceInput } from "../work/produce.ts";
import type { StockStateInput } from "../work/stock-state.ts";
import type { StreamInput } from "../work/stream.ts";

const EVENTS = 1_000_000;
const OBJECTS = 1_000_000;

export const stream: BenchCase = {
  name: "stream",
  summary: "a backlog of access events from one Kafka broker into the durable state of one process, counts exact",
  async run(options) {
    const jars = await ensureKafka();
    if ("missing" in jars) throw new CannotRun(jars.missing);
    const events = amount(options.events, EVENTS, options.quick);
    const objects = amount(options.objects, OBJECTS, options.quick);
    const rounds: Round[] = [];
    await using folder = await scratchFolder();
    const stocked = { folder: folder.path, bucket: "stream", endpoint: null };
    await measure("stock-state", { place: { ...stocked, brokers: null }, objects } satisfies StockStateInput, null);
    const cluster = await startKafka();
    try {
      const place = { ...stocked, brokers: [...cluster.bootstrap] };
      await measure("produce", { place, events, objects } satisfies ProduceInput, null);
      for (let round = 1; round <= options.rounds; round++) {
        await using own = await scratchFolder();
        const here: Place = { ...place, folder: own.path, group: `stream-${round}` };
        await copyFile(statePath(place), statePath(here));
        const outcome = await measure("stream", { place: here, events } satisfies StreamInput, options.profile);
        const { consumed, deadLettered, duplicates } = outcome.found;
        const expected = { consumed: events, deadLettered: 0, duplicates: 0 };
        check("what the worker counted", { consumed, deadLettered, duplicates }, expected);
        await checkState(here, events, objects);
        rounds.push(wholeRound(outcome, "consume"));
      }
    } finally {
      await cluster.stop();
    }
    return {
      unit: "event",
      amount: { events },
      main: { name: "consume into the state", rounds },
      parts: [],
      peers: [],
      detail: {
        objects,
        broker: KAFKA_VERSION,
        checked: "lag, and the reads of every object by a reader of the file that shares no code with the state",
      },
    };
  },
};
