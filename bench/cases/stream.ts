import { copyFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { startKafka } from "../../tools/kafka/cluster.ts";
import { KAFKA_VERSION, ensureKafka } from "../../tools/kafka/jars.ts";
import { expectedCounts } from "../access-events.ts";
import { type BenchCase, CannotRun, type Round, check, wholeRound } from "../bench-case.ts";
import { type Place, openPlace, scratchFolder, statePath } from "../bench-context.ts";
import { measure } from "../measured-process.ts";
import { amount } from "../options.ts";
import { keyOf } from "../sandbox-messages.ts";
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
        await checkRound(here, events, objects, outcome.found);
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

async function checkRound(
  place: Place,
  events: number,
  objects: number,
  { consumed, deadLettered, duplicates }: Readonly<Record<string, unknown>>,
): Promise<void> {
  const expected = { consumed: events, deadLettered: 0, duplicates: 0 };
  check("what the worker counted", { consumed, deadLettered, duplicates }, expected);
  await using reader = await openPlace(place);
  const { topic, group } = reader.config.log;
  const lag = await reader.log.lag(topic, group);
  check("lag", lag.reduce((sum, each) => sum + Number(each.lag), 0), 0);
  const counts = expectedCounts(events, objects);
  const file = new DatabaseSync(statePath(place), { readOnly: true });
  const read = file.prepare("SELECT key, lifetime_reads AS reads FROM objects WHERE lifetime_reads > 0 ORDER BY key");
  const found = read.iterate();
  let total = 0;
  for (const row of found) {
    const number = Number(/(\d{8})-/.exec(String(row["key"]))?.[1]);
    check(`key of object ${number}`, row["key"], keyOf(number));
    if (row["reads"] !== counts[number]) check(`reads of ${keyOf(number)}`, row["reads"], counts[number]);
    total += Number(row["reads"]);
  }
  file.close();
  check("reads of all objects", total, events);
}
