/** The demo: the same workload lived twice, with the engine and without, and the two bills side by side. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "../../adapters/system/seeded-random.ts";
import { builtInPriceBook } from "../../config/price-books.ts";
import { type Config, configSchema } from "../../config/schema.ts";
import { AstraError } from "../../core/errors.ts";
import { openContext } from "../wiring.ts";
import { live } from "./life.ts";
import { remoteWorld } from "./remote-world.ts";
import type { DemoOptions, DemoReport, LifeReport } from "./report.ts";
import { sandboxWorld } from "./sandbox-world.ts";
import { workedExample } from "./worked-example.ts";
import type { DemoWorld } from "./world.ts";

export { renderDemo } from "./render.ts";

/** @throws AstraError of the store, the log or the state */
export async function runDemo(options: DemoOptions): Promise<DemoReport> {
  const folder = await mkdtemp(join(tmpdir(), "astra-demo-"));
  try {
    const name = `astra-demo-${seededRandom(options.seed).id().slice(0, 8)}-${process.pid}`;
    // The life without comes first, and takes its objects along: a server that both share must not bill them to the other.
    const without = await oneLife(options, `${name}-without`, folder, false);
    const withAstra = await oneLife(options, `${name}-with`, folder, true);
    return compare(options, withAstra, without);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function oneLife(options: DemoOptions, name: string, folder: string, engine: boolean): Promise<LifeReport> {
  await using world = await openWorld(options, name, engine);
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const random = seededRandom(options.seed);
  await using ctx = await openContext(demoConfig(options, world, name, folder), {
    clock: world.clock,
    random,
    signal,
    isThrowaway: true,
  });
  const workload = seededRandom(options.seed);
  return await live({ ctx, world, options, random: () => workload.next(), engine, stop });
}

async function openWorld(options: DemoOptions, name: string, engine: boolean): Promise<DemoWorld> {
  if (options.s3Endpoint === undefined) return sandboxWorld(builtInPriceBook(), options.byteScale);
  const { AWS_ACCESS_KEY_ID: access_key_id, AWS_SECRET_ACCESS_KEY: secret_access_key } = process.env;
  if (access_key_id === undefined || secret_access_key === undefined) {
    const fix = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.";
    throw new AstraError("ASTRA_CONFIG_MISSING", "the demo needs the credentials of the store", {
      where: options.s3Endpoint,
      fix,
    });
  }
  return remoteWorld({
    endpoint: options.s3Endpoint,
    name,
    credentials: { access_key_id, secret_access_key },
    keep: engine,
  });
}

function demoConfig(options: DemoOptions, world: DemoWorld, name: string, folder: string): Config {
  const log = { partitions: 4, group: name, topic: `${name}-events`, dead_letter_topic: `${name}-events.dlq` };
  return configSchema.parse({
    s3: { endpoint: world.endpoint, region: "us-east-1", path_style: true, credentials: world.credentials },
    buckets: { [world.bucket]: {}, [world.lockedBucket]: {} },
    log:
      options.kafka === undefined
        ? { ...log, path: join(folder, `${name}-log.db`) }
        : { ...log, kind: "kafka", kafka: { brokers: [options.kafka] } },
    state: { path: join(folder, `${name}-state.db`) },
  });
}

function compare(options: DemoOptions, withAstra: LifeReport, without: LifeReport): DemoReport {
  const lost =
    withAstra.eventsConsumed !== withAstra.eventsProduced || without.eventsConsumed !== without.eventsProduced;
  const { objects, eventsProduced, eventsConsumed, transitions, failed, restoresWaited, tiers, biggest, refusals } =
    withAstra;
  return {
    ok: !lost && failed === 0 && withAstra.deadLettered + without.deadLettered === 0,
    seed: options.seed,
    days: options.days,
    byteScale: options.byteScale,
    strategy: "matrix",
    log: options.kafka === undefined ? "sqlite" : "kafka",
    objects,
    eventsProduced,
    eventsConsumed,
    transitions,
    failed,
    restoresWaited,
    bill: {
      withAstraMicros: withAstra.bill?.totalMicros ?? null,
      withoutMicros: without.bill?.totalMicros ?? null,
      lines: withAstra.bill?.lines ?? {},
      linesWithout: without.bill?.lines ?? {},
    },
    tiers,
    tiersWithout: without.tiers,
    spend: withAstra.spentByDay.map((micros, day) => ({
      day,
      withAstraMicros: micros,
      withoutMicros: without.spentByDay[day] ?? 0,
    })),
    biggest,
    refusals,
    workedExamples: [workedExample("1 TB", 1_000), workedExample("1 PB", 1_000_000)],
  };
}
