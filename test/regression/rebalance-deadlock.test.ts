/**
 * A consumer would not give its partitions back before its commit was through, and the broker took no commit before they
 * were given back: the whole group stood still for five minutes (scality/backbeat, pull request 2787). Another waited for
 * tasks that were stuck (pull request 2761). Here nobody waits for anybody: a partition that is taken away is gone at once,
 * and the commit of a batch that was begun before ends as `committed` or as `lost`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openContext } from "../../src/apps/wiring.ts";
import { type Config, configSchema } from "../../src/config/schema.ts";
import { encodeEvent, parseEvent } from "../../src/core/event.ts";
import type { EventLog, GroupConsumer } from "../../src/ports/event-log.ts";
import type { Context } from "../../src/services/context.ts";
import { type ConsumeEventsResult, consumeEvents } from "../../src/services/consume-events.ts";
import { type KafkaCluster, startKafka } from "../../tools/kafka/cluster.ts";
import { ensureKafka } from "../../tools/kafka/jars.ts";

const TOPIC = "data-events";
const PARTITIONS = 6;
/** Longer than any group here may take, shorter than the five minutes of the disaster. */
const LIMIT_MS = 60_000;

const kafka = await ensureKafka();
const missing = "missing" in kafka ? kafka.missing : undefined;
const note = missing === undefined ? "" : ` (not run: ${missing})`;

/** Fails where `work` does not end: that it ends is what is shown. */
async function ends<T>(what: string, work: Promise<T>): Promise<T> {
  const stop = new AbortController();
  const late = pause(LIMIT_MS, null, { signal: stop.signal }).then(
    () => Promise.reject(new Error(`${what} has not ended after ${LIMIT_MS / 1000} s`)),
    () => new Promise<never>(() => undefined),
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    stop.abort();
  }
}

interface Bench {
  readonly folder: string;
  readonly cluster: KafkaCluster | null;
}

function configOf({ folder, cluster }: Bench, group: string): Config {
  const log = cluster ? { kind: "kafka", kafka: { brokers: [...cluster.bootstrap], compression: "none" } } : {};
  return configSchema.parse({
    bucket: "data",
    state: { path: join(folder, `${group}.state.db`) },
    log: { ...log, path: join(folder, `${group}.log.db`), topic: `${TOPIC}-${group}`, group, partitions: PARTITIONS },
  });
}

function open(config: Config, signal?: AbortSignal): Promise<Context & AsyncDisposable> {
  return openContext(config, { isThrowaway: true, logLevel: "silent", ...(signal && { signal }) });
}

async function appendReads(log: EventLog, topic: string, from: number, count: number): Promise<void> {
  const records = Array.from({ length: count }, (_, index) => {
    const key = `k${(from + index) % 40}`;
    const event = parseEvent({
      specversion: "1.0",
      id: `read-${from + index}`,
      source: "s3://data",
      type: "astra.object.accessed",
      subject: key,
      time: new Date().toISOString(),
    });
    return { key: `data/${key}`, value: encodeEvent(event) };
  });
  await log.append(topic, records);
}

async function readsIn({ state }: Context): Promise<number> {
  let reads = 0;
  for await (const page of state.objects({ bucket: "data" })) {
    for (const { access } of page) reads += access.lifetimeReads;
  }
  return reads;
}

/** The context with a state that takes its time: batches are under way while the group changes. */
function slowly(ctx: Context, ms: number): Context {
  const state = new Proxy(ctx.state, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...given: readonly unknown[]): unknown =>
        name === "applyEffects"
          ? pause(ms).then((): unknown => Reflect.apply(value, target, given))
          : Reflect.apply(value, target, given);
    },
  });
  return { ...ctx, state };
}

/** A worker until it is told to end, with a state that is slow. */
function worker(config: Config, slowMs: number) {
  const stop = new AbortController();
  const run = async (): Promise<ConsumeEventsResult> => {
    await using ctx = await open(config, stop.signal);
    return await consumeEvents({ ctx: slowly(ctx, slowMs), input: { untilDrained: false } });
  };
  return { ended: run(), stop: () => stop.abort() };
}

/** @param patienceMs which a group of this kind takes to deal its partitions anew */
function groupTests(isKafka: boolean, patienceMs: number): void {
  let bench: Bench;

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), "astra-rebalance-"));
    bench = { folder, cluster: isKafka ? await startKafka() : null };
  });
  afterAll(async () => {
    await bench.cluster?.stop();
    await rm(bench.folder, { recursive: true, force: true });
  });

  test(
    "whose workers come and go while they work: all end, and each event counts once",
    { timeout: 180_000 },
    async () => {
      const config = configOf(bench, "coming-and-going");
      await using ctx = await open(config);
      await ctx.log.ensureTopic(config.log.topic, PARTITIONS);
      const results: Promise<ConsumeEventsResult>[] = [];
      const staying = worker(config, 30);
      results.push(staying.ended);
      let written = 0;
      let before = worker(config, 200);
      for (let round = 0; round < 5; round++) {
        await appendReads(ctx.log, config.log.topic, written, 100);
        written += 100;
        await pause(patienceMs);
        const next = worker(config, round % 2 === 0 ? 5 : 200);
        await pause(patienceMs);
        before.stop();
        results.push(before.ended);
        before = next;
      }
      before.stop();
      results.push(before.ended);
      // Whoever stays gets to the end of every partition by itself.
      const drained = await ends("the group", consumeEvents({ ctx, input: { untilDrained: true } }));
      staying.stop();
      const all = [drained, ...(await ends("every worker", Promise.all(results)))];
      expect(await readsIn(ctx)).toBe(written);
      expect(all.reduce((sum, { consumed }) => sum + consumed, 0)).toBe(written);
      const lag = await ctx.log.lag(config.log.topic, config.log.group);
      expect(lag.map((each) => each.lag)).toEqual(Array.from({ length: PARTITIONS }, () => 0n));
    },
  );

  test("with a member that never finishes its batches: the others get on", { timeout: 180_000 }, async () => {
    const config = configOf(bench, "stuck");
    const { topic, group } = config.log;
    await using ctx = await open(config);
    await using other = await open(config);
    await ctx.log.ensureTopic(topic, PARTITIONS);
    await appendReads(ctx.log, topic, 0, 200);
    const stuck = await ctx.log.join({ topic, group });
    const held = await hold(stuck, PARTITIONS);
    const stop = new AbortController();
    await using lively = await other.log.join({ topic, group, signal: stop.signal });
    const worked = new Set<number>();
    const working = (async () => {
      for await (const batch of lively) {
        if ((await lively.commit(batch.partition, batch.next)) === "committed") worked.add(batch.partition);
        if (worked.size === PARTITIONS / 2) return;
      }
    })();
    await ends("the other member", working);
    // What was taken away is lost, what was kept may be committed; neither answer is waited for.
    const answers = await ends(
      "the stuck member's commits",
      Promise.all(held.map((batch) => stuck.commit(batch.partition, batch.next))),
    );
    expect(answers.filter((answer) => answer === "lost")).toHaveLength(PARTITIONS / 2);
    await ends("the stuck member's leave", stuck.close());
    stop.abort();
    await lively.close();
    await using third = await open(config);
    expect(await ends("the rest", consumeEvents({ ctx: third, input: { untilDrained: true } }))).toBeDefined();
    const lag = await ctx.log.lag(topic, group);
    expect(lag.every((each) => each.lag === 0n)).toBe(true);
  });
}

describe("a group on the embedded log", () => {
  groupTests(false, 50);
});
describe.skipIf(missing !== undefined)(`a group on Kafka${note}`, () => {
  groupTests(true, 1_000);
});

/** One batch of each partition, none of them committed. */
async function hold(consumer: GroupConsumer, partitions: number) {
  const held = [];
  for await (const batch of consumer) {
    held.push(batch);
    if (held.length === partitions) return held;
  }
  throw new Error("the consumer ended");
}
