import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openContext } from "../../src/apps/wiring.ts";
import { configSchema } from "../../src/config/schema.ts";
import { appendEvents } from "../../src/services/append-events.ts";
import { consumeEvents } from "../../src/services/consume-events.ts";
import { startKafka } from "../../tools/kafka/cluster.ts";

const WORKERS = 12;
const EVENTS = 24_000;
const OBJECTS = 500;
const BUCKET = "twelve";

function keyOf(event: number): string {
  return `key-${(event * 7919) % OBJECTS}`;
}

/** Every event, and one in ten of them a second time, as a producer that tries again writes it. */
function* events(time: string): Generator {
  for (let event = 0; event < EVENTS; event += 1) {
    const one = { specversion: "1.0", id: `e${event}`, source: `s3://${BUCKET}`, type: "astra.object.accessed" };
    const whole = { ...one, subject: keyOf(event), time, data: { reads: 1 } };
    yield whole;
    if (event % 10 === 0) yield whole;
  }
}

test("twelve workers on twelve partitions of one broker count each event once", async () => {
  const cluster = await startKafka();
  const folder = await mkdtemp(join(tmpdir(), "astra-twelve-"));
  try {
    const config = configSchema.parse({
      bucket: BUCKET,
      log: { kind: "kafka", partitions: WORKERS, kafka: { brokers: [...cluster.bootstrap] } },
      state: { path: join(folder, "state.db") },
    });
    const contexts = await Promise.all(
      Array.from({ length: WORKERS }, () => openContext(config, { logLevel: "error" })),
    );
    await using stack = new AsyncDisposableStack();
    for (const ctx of contexts) stack.use(ctx);
    const [first] = contexts;
    if (!first) throw new Error("there is no worker");
    await appendEvents({ ctx: first, input: { events: events(new Date().toISOString()) } });
    const results = await Promise.all(contexts.map((ctx) => consumeEvents({ ctx, input: { untilDrained: true } })));
    const reads = new Map<string, number>();
    for await (const page of first.state.objects({ bucket: BUCKET }))
      for (const { key, access } of page) reads.set(key, access.lifetimeReads);
    const expected = new Map<string, number>();
    for (let event = 0; event < EVENTS; event += 1) expected.set(keyOf(event), (expected.get(keyOf(event)) ?? 0) + 1);
    expect(reads).toEqual(expected);
    expect(results.reduce((sum, { deadLettered }) => sum + deadLettered, 0)).toBe(0);
    const lag = await first.log.lag(config.log.topic, config.log.group);
    expect(lag.map((partition) => partition.lag)).toEqual(Array.from({ length: WORKERS }, () => 0n));
  } finally {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  }
}, 240_000);
