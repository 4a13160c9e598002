/** A bucket in a sandbox, a state, and plans made by hand: what moving needs, without a listing or a strategy. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type S3Options } from "../../src/adapters/s3/options.ts";
import { s3Stores } from "../../src/adapters/s3/object-store.ts";
import { systemRandom } from "../../src/adapters/system/system-random.ts";
import { VirtualClock } from "../../src/adapters/system/virtual-clock.ts";
import { WallClock } from "../../src/adapters/system/wall-clock.ts";
import { openContext } from "../../src/apps/wiring.ts";
import { builtInPriceBook } from "../../src/config/price-books.ts";
import { configSchema } from "../../src/config/schema.ts";
import { copyWay } from "../../src/core/move-way.ts";
import { NEVER_MS, PlanTally, type PlannedMove } from "../../src/core/plan.ts";
import type { BucketOptions, Sandbox, SandboxOptions } from "../../src/sandbox/server.ts";
import { startSandbox } from "../../src/sandbox/server.ts";
import type { Context } from "../../src/services/context.ts";
import { ACCESS_KEY, SECRET_KEY } from "./sandbox.ts";

export const MOVING_BUCKET = "moving";
export const MOVING_START_MS = Date.UTC(2026, 2, 2, 10);

export interface MovingWorldOptions {
  readonly bucket?: BucketOptions & Parameters<Sandbox["createBucket"]>[1];
  readonly config?: Readonly<Record<string, unknown>>;
  readonly onRequest?: SandboxOptions["onRequest"];
  readonly store?: Partial<S3Options>;
  readonly signal?: AbortSignal;
}

export interface MovingWorld extends AsyncDisposable {
  readonly ctx: Context;
  readonly sandbox: Sandbox;
  readonly clock: VirtualClock;
  /** Another context over the same state, as a second process has it. */
  another(overrides?: { readonly signal?: AbortSignal }): Promise<Context & AsyncDisposable>;
  put(key: string, body?: string, options?: Parameters<Sandbox["overwrite"]>[3]): void;
  /** Stores a plan of these objects, as they are now, into the class. */
  plan(keys: readonly string[], to: string, more?: Partial<PlannedMove>): Promise<string>;
  /** Moves the clocks of the sandbox and of Astra. */
  advance(ms: number): void;
}

export async function movingWorld(options: MovingWorldOptions = {}): Promise<MovingWorld> {
  const clock = new VirtualClock(MOVING_START_MS);
  const sandbox = await startSandbox({
    clock,
    prices: builtInPriceBook(),
    accessKey: ACCESS_KEY,
    secretKey: SECRET_KEY,
    ...(options.onRequest && { onRequest: options.onRequest }),
  });
  sandbox.createBucket(MOVING_BUCKET, options.bucket);
  const folder = await mkdtemp(join(tmpdir(), "astra-moving-"));
  const config = configSchema.parse({
    bucket: MOVING_BUCKET,
    state: { path: join(folder, "state.db") },
    log: { path: join(folder, "log.db"), partitions: 1 },
    ...options.config,
  });
  const opened: AsyncDisposable[] = [];
  const open = async (overrides: { readonly signal?: AbortSignal } = {}): Promise<Context & AsyncDisposable> => {
    const inner = await openContext(config, { clock, isThrowaway: true, logLevel: "error", ...overrides });
    const stores = s3Stores(
      () => ({
        endpoint: sandbox.endpoint,
        region: "us-east-1",
        forcePathStyle: true,
        credentials: { kind: "static", accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY },
        conditionalCopyDestination: true,
        ...options.store,
      }),
      { clock: new WallClock(), random: systemRandom() },
    );
    const close = async (): Promise<void> => {
      await stores[Symbol.asyncDispose]();
      await inner[Symbol.asyncDispose]();
    };
    const ctx = { ...inner, policies: [], prices: builtInPriceBook(), stores, [Symbol.asyncDispose]: close };
    opened.push(ctx);
    return ctx;
  };
  const ctx = await open(options.signal ? { signal: options.signal } : {});
  return {
    ctx,
    sandbox,
    clock,
    another: open,
    put: (key, body = `body of ${key}`, more = {}) =>
      void sandbox.overwrite(MOVING_BUCKET, key, Buffer.from(body), more),
    plan: (keys, to, more) => handMadePlan(ctx, sandbox, keys, to, more),
    advance: (ms) => sandbox.advanceTo(clock.now() + ms),
    async [Symbol.asyncDispose]() {
      for (const each of opened.toReversed()) await each[Symbol.asyncDispose]();
      await sandbox.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function handMadePlan(
  ctx: Context,
  sandbox: Sandbox,
  keys: readonly string[],
  to: string,
  more: Partial<PlannedMove> = {},
): Promise<string> {
  const id = ctx.random.id();
  const moves = keys.map((key) => ({ ...moveOf(ctx, sandbox, key, to), ...more }));
  const tally = new PlanTally();
  for (const move of moves) tally.moves(move);
  await ctx.state.putPlan(
    id,
    (async function* () {
      yield moves;
    })(),
    () => ({
      id,
      bucket: MOVING_BUCKET,
      createdMs: ctx.clock.now(),
      strategy: "by hand",
      priceBook: ctx.prices.version,
      totals: tally.totals(),
      hash: "0".repeat(64),
    }),
    () => ({ atMs: ctx.clock.now(), actor: "test", action: "plan.make", detail: { plan: id } }),
  );
  return id;
}

function moveOf(ctx: Context, sandbox: Sandbox, key: string, to: string): PlannedMove {
  const { sizeBytes, etag, storageClass: from, lastModifiedMs } = sandbox.inspect(MOVING_BUCKET, key);
  const atMs = ctx.clock.now();
  const way = copyWay(
    { key, sizeBytes, from, to, daysHeld: (atMs - lastModifiedMs) / 86_400_000, ageDays: null, atMs },
    {
      prices: ctx.prices,
      noncurrentDays: 0,
      restoreDays: ctx.config.engine.restore_days,
      restoreDeadlineHours: ctx.config.engine.restore_deadline_hours,
    },
  );
  if (!way) throw new Error(`no way from ${from} to ${to}`);
  return {
    bucket: MOVING_BUCKET,
    key,
    sizeBytes,
    etag,
    from,
    to,
    toTier: ctx.prices.classes[to]?.tier ?? "hot",
    mechanism: "copy",
    rule: "by hand",
    why: "a test says so",
    createdMs: lastModifiedMs,
    feeMicros: way.fee.totalMicros,
    // Enough to satisfy the canary.
    savingMicrosPerMonth: way.fee.totalMicros + 1,
    breakEvenMs: NEVER_MS,
    worstCaseMicros: null,
    ...(way.restore && { restore: way.restore }),
  };
}
