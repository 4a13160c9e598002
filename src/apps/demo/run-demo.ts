/** The demo: the same workload lived with the engine, without, and by what S3 offers itself; the bills side by side. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "../../adapters/system/seeded-random.ts";
import { builtInPriceBook } from "../../config/price-books.ts";
import { type Config, configSchema } from "../../config/schema.ts";
import { AstraError } from "../../core/errors.ts";
import { openContext } from "../wiring.ts";
import { compareLives } from "./compare-lives.ts";
import { ASTRA, type Keeping, RIVALS, WITHOUT } from "./keeping.ts";
import { live } from "./life.ts";
import { remoteWorld } from "./remote-world.ts";
import type { DemoOptions, DemoReport, LifeReport } from "./report.ts";
import { sandboxWorld } from "./sandbox-world.ts";
import type { DemoWorld } from "./world.ts";

export { renderDemo } from "./render.ts";

/** @throws AstraError of the store, the log or the state */
export async function runDemo(options: DemoOptions): Promise<DemoReport> {
  const folder = await mkdtemp(join(tmpdir(), "astra-demo-"));
  try {
    const name = `astra-demo-${seededRandom(options.seed).id().slice(0, 8)}-${process.pid}`;
    // Astra's comes last, and the others take their objects along: a server that all share must not bill them to the next.
    const without = await oneLife(options, name, folder, WITHOUT);
    const lives = [without];
    // Without a ledger nothing carries out a rule in the demo's time, and nothing tells what it would have cost.
    if (without.bill) for (const rival of RIVALS) lives.push(await oneLife(options, name, folder, rival));
    lives.push(await oneLife(options, name, folder, ASTRA));
    return compareLives(options, lives);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function oneLife(options: DemoOptions, demo: string, folder: string, keeping: Keeping): Promise<LifeReport> {
  const name = `${demo}-${keeping.name}`;
  await using world = await openWorld(options, name, keeping);
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
  return await live({ ctx, world, options, random: () => workload.next(), keeping, stop });
}

async function openWorld(options: DemoOptions, name: string, keeping: Keeping): Promise<DemoWorld> {
  const { engine, ageRules } = keeping;
  if (options.s3Endpoint === undefined) return sandboxWorld(builtInPriceBook(), options.byteScale, ageRules);
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
    ageRules,
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
    engine: { strategy: options.strategy },
  });
}
