/** One life of the workload, day by day, through the same services a user runs, kept in one of several ways. */
import { setTimeout as pause } from "node:timers/promises";
import type { Tier } from "../../core/tier.ts";
import type { PriceBook } from "../../core/pricing/price-book.ts";
import { MS_PER_DAY, MS_PER_HOUR } from "../../core/units.ts";
import { type WorkloadDay, type WorkloadObject, workloadDays } from "../../core/workload/workload.ts";
import { appendEvents } from "../../services/append-events.ts";
import { consumeEvents } from "../../services/consume-events.ts";
import type { Context } from "../../services/context.ts";
import { runEngine } from "../../services/moving/run-engine.ts";
import { biggestSavings } from "./biggest-savings.ts";
import { type Keeping, billedTransitions } from "./keeping.ts";
import type { DemoOptions, LifeReport, TierCounts } from "./report.ts";
import type { DemoWorld } from "./world.ts";

export interface Life {
  readonly ctx: Context;
  readonly world: DemoWorld;
  readonly options: DemoOptions;
  readonly random: () => number;
  readonly keeping: Keeping;
  /** Ends the consumer. */
  readonly stop: AbortController;
}

const NOON = 12 * MS_PER_HOUR;
const NIGHT = 23 * MS_PER_HOUR;

/** The bucket of a workload object: held objects live where object lock is on. */
function bucketOf(world: DemoWorld, object: WorkloadObject): string {
  return object.legalHold ? world.lockedBucket : world.bucket;
}

export async function live(life: Life): Promise<LifeReport> {
  const { ctx, world, options } = life;
  const startMs = world.startMs;
  const consuming = consumeEvents({ ctx, input: { untilDrained: false } });
  const tally: LifeTally = { eventsProduced: 0, transitions: 0, failed: 0, restoresWaited: 0, refusals: {} };
  const spentByDay: number[] = [];
  try {
    for (const day of workloadDays({ ...options, startMs, random: life.random })) {
      if (options.signal?.aborted) break;
      const midnight = startMs + day.day * MS_PER_DAY;
      await world.advanceTo(midnight + NOON);
      tally.eventsProduced += await produce(life, day);
      await Promise.race([drained(ctx), consuming]);
      for (const object of day.created) if (object.legalHold) await world.hold(world.lockedBucket, object.key);
      tally.restoresWaited += await world.read(
        day.reads.map(({ object, reads }) => ({ bucket: bucketOf(world, object), key: object.key, count: reads })),
      );
      await world.advanceTo(midnight + NIGHT);
      if (life.keeping.engine)
        for (const bucket of [world.bucket, world.lockedBucket]) await night(life, bucket, tally);
      await world.advanceTo(midnight + MS_PER_DAY);
      const bill = await world.bill();
      if (bill) spentByDay.push(bill.totalMicros);
      options.progress?.(day.day + 1, options.days, `days, ${life.keeping.label}`);
    }
  } finally {
    life.stop.abort();
    // What ended the loop comes out of it; the consumer must not outlive the world it writes to.
    await Promise.allSettled([consuming]);
  }
  const { consumed, deadLettered } = await consuming;
  const bill = await world.bill();
  const tiers = await countTiers(life);
  const { engine } = life.keeping;
  const nights = options.days * [world.bucket, world.lockedBucket].length;
  return {
    keeping: life.keeping,
    strategy: ctx.config.engine.strategy,
    objects: Object.values(tiers).reduce((sum, count) => sum + count, 0),
    eventsProduced: tally.eventsProduced,
    eventsConsumed: consumed,
    deadLettered,
    transitions: engine ? tally.transitions : billedTransitions(ctx.prices, bill),
    failed: tally.failed,
    restoresWaited: tally.restoresWaited,
    tiers,
    bill,
    spentByDay,
    biggest: engine ? await biggestSavings(ctx.state, nights, startMs + options.days * MS_PER_DAY) : [],
    refusals: addUp(Object.values(tally.refusals)),
  };
}

/** What is counted while a life goes on. */
interface LifeTally {
  eventsProduced: number;
  transitions: number;
  failed: number;
  restoresWaited: number;
  /** Of the last plan, by bucket and reason. */
  readonly refusals: Record<string, Record<string, number>>;
}

async function produce(life: Life, day: WorkloadDay): Promise<number> {
  const { ctx, world, options } = life;
  const { uploadClass } = life.keeping;
  const time = new Date(ctx.clock.now()).toISOString();
  const event = (object: WorkloadObject, type: string, data: unknown): unknown => ({
    specversion: "1.0",
    id: ctx.random.id(),
    source: `s3://${bucketOf(world, object)}`,
    type,
    subject: object.key,
    time,
    data,
  });
  const created = day.created.map((object) => {
    const sizeBytes = Math.max(1, Math.round(object.sizeBytes / options.byteScale));
    return event(object, "astra.object.created", {
      sizeBytes,
      ...(uploadClass !== undefined && { storageClass: uploadClass }),
      body: { uri: `synthetic:${encodeURIComponent(object.key)}:${sizeBytes}` },
    });
  });
  // Reads are told to the engine; a life without one has nobody to tell.
  const told = life.keeping.engine ? day.reads : [];
  const reads = told.map(({ object, reads: count }) =>
    event(object, "astra.object.accessed", { reads: count, principal: "demo-readers" }),
  );
  const { produced } = await appendEvents({ ctx, input: { events: [...created, ...reads] } });
  return produced;
}

/** Resolves when the group has read and committed everything. */
async function drained(ctx: Context): Promise<void> {
  const { topic, group } = ctx.config.log;
  for (let waitMs = 1; ; waitMs = Math.min(50, waitMs * 2)) {
    const lag = await ctx.log.lag(topic, group);
    if (lag.every((partition) => partition.lag === 0n)) return;
    await pause(waitMs);
  }
}

async function night(life: Life, bucket: string, tally: LifeTally): Promise<void> {
  const { ctx } = life;
  const { plan, run, continued } = await runEngine({
    ctx,
    input: { bucket, dryRun: false, confirm: () => Promise.resolve(true) },
  });
  tally.transitions += (run?.done ?? 0) + continued.done;
  tally.failed += (run?.failed ?? 0) + continued.failed;
  tally.refusals[bucket] = Object.fromEntries(
    Object.entries(plan.totals.refusals).map(([reason, total]) => [reason, total.objects]),
  );
}

async function countTiers({ ctx, world }: Life): Promise<TierCounts> {
  const counts: Record<Tier, number> = { hot: 0, warm: 0, cold: 0, archive: 0, auto: 0 };
  for (const bucket of [world.bucket, world.lockedBucket]) {
    const store = await ctx.stores.open(bucket);
    for await (const page of store.list())
      for (const object of page) counts[tierOf(ctx.prices, object.storageClass)] += 1;
  }
  return counts;
}

function tierOf(prices: PriceBook, storageClass: string): Tier {
  return prices.classes[storageClass]?.tier ?? "hot";
}

function addUp(parts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const part of parts)
    for (const [reason, count] of Object.entries(part)) sum[reason] = (sum[reason] ?? 0) + count;
  return sum;
}
