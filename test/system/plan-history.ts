/**
 * Seeded histories of a bucket, lived in a sandbox of their own: what was written when into which class, and what was read.
 * The same history can be lived again, with a plan carried out at its end or without.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { seededRandom } from "../../src/adapters/system/seeded-random.ts";
import { VirtualClock } from "../../src/adapters/system/virtual-clock.ts";
import { openContext } from "../../src/apps/wiring.ts";
import { builtInPriceBook } from "../../src/config/price-books.ts";
import { type Config, configSchema } from "../../src/config/schema.ts";
import { MIB, MS_PER_DAY, MS_PER_HOUR } from "../../src/core/units.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { appendEvents } from "../../src/services/append-events.ts";
import { consumeEvents } from "../../src/services/consume-events.ts";
import type { Context } from "../../src/services/context.ts";
import { uploadFile } from "../../src/services/upload-file.ts";
import { ACCESS_KEY, SECRET_KEY, sdkClient } from "../support/sandbox.ts";

export const HISTORY_BUCKET = "history";
/** Bytes on the wire count as this many: bodies stay small, sums become dollars. */
const BYTE_SCALE = MIB;
const CLASSES = ["STANDARD", "STANDARD_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE", "INTELLIGENT_TIERING"] as const;
/** Half of all objects lie in STANDARD. */
const STANDARD_SHARE = 0.5;
const MEDIAN_MIB = 1_500;
const SIZE_SPREAD = 1.2;
/** A third are read about once a week or more, the others hardly ever: a mixture no single Gamma curve is. */
const BUSY_SHARE = 0.3;
const BUSY_READS_A_DAY = 0.12;
const QUIET_READS_A_DAY = 0.002;

export interface HistoryObject {
  readonly key: string;
  readonly sizeMib: number;
  readonly storageClass: string;
  readonly writtenDay: number;
  /** True mean reads a day, which no strategy is told. */
  readonly readsPerDay: number;
}

export interface History {
  readonly seed: number;
  readonly startMs: number;
  /** Days lived before the plan. */
  readonly days: number;
  readonly versioned: boolean;
  /** Days after which the bucket removes noncurrent versions. */
  readonly noncurrentDays: number;
  readonly objects: readonly HistoryObject[];
  /** By day from the start, past the plan too: reads of each object that has any. */
  readonly reads: readonly (readonly { readonly key: string; readonly count: number }[])[];
}

/** @param after days for which reads are drawn beyond the plan. */
export function drawHistory(seed: number, after: number): History {
  const chance = seededRandom(seed);
  const next = (): number => chance.next();
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low));
  const days = between(120, 320);
  const count = between(60, 150);
  const objects = Array.from({ length: count }, (_, index) => drawObject(index, days, next));
  const reads = Array.from({ length: days + after }, (_, day) =>
    day === days - 1
      ? []
      : objects
          .filter(({ writtenDay }) => writtenDay < day)
          .map(({ key, readsPerDay }) => ({ key, count: poisson(readsPerDay, next) }))
          .filter((each) => each.count > 0),
  );
  return {
    seed,
    startMs: Date.UTC(2025, between(0, 12), between(1, 28)),
    days,
    versioned: seed % 2 === 1,
    noncurrentDays: between(1, 31),
    objects,
    reads,
  };
}

function drawObject(index: number, days: number, next: () => number): HistoryObject {
  const storageClass = next() < STANDARD_SHARE ? "STANDARD" : (CLASSES[1 + Math.floor(next() * 5)] ?? "STANDARD");
  const name = next() < 0.15 ? `backup_${index}.tar` : `file-${index}.bin`;
  const busy = next() < BUSY_SHARE;
  return {
    key: `${index % 4}/${name}`,
    sizeMib: Math.max(1, Math.round(MEDIAN_MIB * Math.exp(SIZE_SPREAD * gaussian(next)))),
    storageClass,
    writtenDay: Math.floor(next() * (days - 1)),
    readsPerDay: (busy ? BUSY_READS_A_DAY : QUIET_READS_A_DAY) * -Math.log(1 - next()),
  };
}

function gaussian(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

function poisson(mean: number, next: () => number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = next(); product > limit; product *= next()) count += 1;
  return count;
}

/** A history at its end, in a store that goes on from there. */
export interface Lived extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly s3: S3Client;
  readonly ctx: Context;
  /** Instant of the plan. */
  readonly nowMs: number;
  /** Lives on to the end of the day that lies `days` after the plan, with the reads drawn for it. */
  liveOn(fromDay: number, toDay: number): void;
}

/** Reads happen at noon; the plan is made at the midnight after the last day. */
export async function liveHistory(history: History, strategy: Config["engine"]["strategy"]): Promise<Lived> {
  const folder = await mkdtemp(join(tmpdir(), "astra-history-"));
  const clock = new VirtualClock(history.startMs);
  const keys = { accessKey: ACCESS_KEY, secretKey: SECRET_KEY };
  const sandbox = await startSandbox({ clock, prices: builtInPriceBook(), ...keys, byteScale: BYTE_SCALE });
  const s3 = sdkClient(sandbox.endpoint);
  const stop = new AbortController();
  const ctx = await openContext(historyConfig(sandbox.endpoint, folder, strategy), {
    clock: { now: () => clock.now(), sleep: () => Promise.resolve() },
    random: seededRandom(history.seed),
    signal: stop.signal,
    isThrowaway: true,
  });
  await createBucket(s3, history);
  const readOn = (day: number): void => {
    sandbox.advanceTo(history.startMs + day * MS_PER_DAY + 12 * MS_PER_HOUR);
    for (const { key, count } of history.reads[day] ?? []) sandbox.enterReads(HISTORY_BUCKET, key, count);
  };
  for (let day = 0; day < history.days; day += 1) {
    sandbox.advanceTo(history.startMs + day * MS_PER_DAY);
    for (const object of history.objects) if (object.writtenDay === day) await write(ctx, object);
    readOn(day);
  }
  const nowMs = history.startMs + history.days * MS_PER_DAY;
  sandbox.advanceTo(nowMs);
  await tellOfReads(ctx, history);
  await consumeEvents({ ctx, input: { untilDrained: true } });
  return {
    sandbox,
    s3,
    ctx,
    nowMs,
    liveOn(fromDay, toDay) {
      for (let day = fromDay; day < toDay; day += 1) readOn(history.days + day);
      sandbox.advanceTo(nowMs + toDay * MS_PER_DAY);
    },
    async [Symbol.asyncDispose]() {
      s3.destroy();
      await ctx[Symbol.asyncDispose]();
      await sandbox.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function historyConfig(endpoint: string, folder: string, strategy: Config["engine"]["strategy"]): Config {
  return configSchema.parse({
    bucket: HISTORY_BUCKET,
    s3: {
      endpoint,
      region: "us-east-1",
      path_style: true,
      credentials: { access_key_id: ACCESS_KEY, secret_access_key: SECRET_KEY },
    },
    log: { path: join(folder, "log.db"), partitions: 1 },
    state: { path: join(folder, "state.db") },
    engine: { strategy, restore_days: 1 },
  });
}

async function createBucket(s3: S3Client, { versioned, noncurrentDays }: History): Promise<void> {
  const Bucket = HISTORY_BUCKET;
  await s3.send(new CreateBucketCommand({ Bucket }));
  if (!versioned) return;
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
  const rule = {
    ID: "expire",
    Status: "Enabled" as const,
    Filter: { Prefix: "" },
    NoncurrentVersionExpiration: { NoncurrentDays: noncurrentDays },
  };
  const LifecycleConfiguration = { Rules: [rule] };
  await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }));
}

async function write(ctx: Context, { key, sizeMib, storageClass }: HistoryObject): Promise<void> {
  const body = { uri: `synthetic:${encodeURIComponent(key)}:${sizeMib}` };
  await uploadFile({ ctx, input: { bucket: HISTORY_BUCKET, key, body, storageClass, overwrite: false } });
}

async function tellOfReads(ctx: Context, history: History): Promise<void> {
  const events = history.reads.slice(0, history.days).flatMap((reads, day) =>
    reads.map(({ key, count }) => ({
      specversion: "1.0",
      id: ctx.random.id(),
      source: `s3://${HISTORY_BUCKET}`,
      type: "astra.object.accessed",
      subject: key,
      time: new Date(history.startMs + day * MS_PER_DAY + 12 * MS_PER_HOUR).toISOString(),
      data: { reads: count },
    })),
  );
  if (events.length > 0) await appendEvents({ ctx, input: { events } });
}

/** Deletes for good the versions that copies left behind. */
export async function deleteNoncurrent(s3: S3Client): Promise<void> {
  const Bucket = HISTORY_BUCKET;
  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
  for (const { Key, VersionId, IsLatest } of Versions) {
    if (IsLatest !== true) await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
  }
}
