/** A process of the product: the real verbs over the real adapters, in a world that is simulated. */
import { dirname, join } from "node:path";
import { duckdbBatchEngine } from "../../src/adapters/duckdb/batch-engine.ts";
import { duckdbInventories } from "../../src/adapters/duckdb/inventories.ts";
import { s3Stores } from "../../src/adapters/s3/object-store.ts";
import { openSqliteLog } from "../../src/adapters/sqlite/event-log.ts";
import { systemBodySources } from "../../src/adapters/system/body-sources.ts";
import type { Config } from "../../src/config/schema.ts";
import { isAstraError, toAstraError } from "../../src/core/errors.ts";
import { localActor } from "../../src/core/permission.ts";
import type { PolicyRule } from "../../src/core/policy/policy.ts";
import type { PriceBook } from "../../src/core/pricing/price-book.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { EventLog } from "../../src/ports/event-log.ts";
import type { BucketInfo, ObjectStore, ObjectStores } from "../../src/ports/object-store.ts";
import type { StateStore } from "../../src/ports/state-store.ts";
import type { Context } from "../../src/services/context.ts";
import { gatedLog, gatedState } from "./gated-ports.ts";
import { SimulatedProcess, outsideProcesses } from "./simulated-process.ts";
import type { Sabotage } from "./sabotage.ts";
import type { Scheduler } from "./scheduler.ts";

/** What all workers of one simulation share. */
export interface WorkerSetting {
  readonly scheduler: Scheduler;
  readonly config: Config;
  /** One connection for all: what processes do never overlaps, so more would show nothing more. */
  readonly state: StateStore;
  /** Stands still: a request may wait for hours before it is sent, and signatures are not what is tried here. */
  readonly signingClock: Pick<Clock, "now">;
  readonly prices: PriceBook;
  readonly policies: () => readonly PolicyRule[];
  readonly endpoint: string;
  readonly keys: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly maxCopyBytes: number;
  readonly isDestinationConditional: boolean;
  /** The bucket's settings never change, so they are asked for once. */
  readonly bucketInfo: BucketInfo;
  readonly sabotage: Sabotage | null;
  readonly isGone: (holder: string) => boolean;
}

/** A verb under way. */
export interface Task {
  readonly name: string;
  isOver: boolean;
  /** What it ended with, where it did not succeed. */
  fault: unknown;
}

/** Small waits, so that idle processes cost little: the log's own ones are for disks. */
const POLL_MS = 100;

export class Worker {
  readonly process: SimulatedProcess;
  readonly context: Context;
  readonly tasks: Task[] = [];
  readonly #stop = new AbortController();
  readonly #log: LazyLog;
  readonly #stores: ObjectStores;
  /** What this machine's clock is ahead of the others', ms. */
  skewMs = 0;

  constructor(name: string, setting: WorkerSetting) {
    const { scheduler, config } = setting;
    this.process = new SimulatedProcess(name, scheduler);
    const clock = this.#clock(scheduler);
    this.#log = new LazyLog(() => {
      const options = { path: config.log.path, isThrowaway: true, pollMs: POLL_MS };
      return gatedLog(openSqliteLog(options, { clock }), scheduler);
    });
    this.#stores = s3Stores(
      () => ({
        endpoint: setting.endpoint,
        region: "us-east-1",
        forcePathStyle: true,
        credentials: { kind: "static", ...setting.keys },
        maxCopyBytes: setting.maxCopyBytes,
        connections: 1,
        conditionalCopyDestination: setting.isDestinationConditional,
      }),
      { clock, random: scheduler.random, signingClock: setting.signingClock },
    );
    const folder = dirname(config.state.path);
    const presence = { self: name, isGone: setting.isGone };
    this.context = this.#sabotaged(setting.sabotage, {
      actor: localActor("operator"),
      config,
      clock,
      random: scheduler.random,
      presence,
      logger: SILENT,
      prices: setting.prices,
      get policies() {
        return setting.policies();
      },
      log: this.#log.port,
      state: gatedState(setting.state, scheduler),
      inventories: duckdbInventories({ folder: join(folder, "inventories") }, { presence, clock }),
      batch: duckdbBatchEngine({ plansFolder: join(folder, "plans") }),
      stores: withKnownInfo(this.#stores, setting.bucketInfo),
      bodies: systemBodySources({ fileRoots: [], allowedPrivateHosts: [], buckets: [] }, { stores: this.#stores }),
      signal: this.#stop.signal,
    });
  }

  get isBusy(): boolean {
    return this.tasks.some((task) => !task.isOver);
  }

  /** Begins a verb; it goes on as the scheduler lets it. */
  begin(name: string, verb: (context: Context) => Promise<unknown>): Task {
    const task: Task = { name, isOver: false, fault: null };
    this.tasks.push(task);
    const over = (fault: unknown): void => {
      task.isOver = true;
      task.fault = fault;
    };
    void this.process.run(() => verb(this.context).then(() => over(null), over));
    return task;
  }

  /** Tells the process to come to an end, as SIGTERM does. */
  terminate(): void {
    this.process.run(() => this.#stop.abort());
  }

  /** Lets go of files and connections. A crashed process's verbs never end. */
  async close(): Promise<void> {
    await outsideProcesses(async () => {
      await this.#stores[Symbol.asyncDispose]();
      await this.#log.close();
    });
  }

  #sabotaged(sabotage: Sabotage | null, context: Context): Context {
    return sabotage?.worker ? sabotage.worker(context) : context;
  }

  #clock(scheduler: Scheduler): Clock {
    return {
      now: () => scheduler.now() + this.skewMs,
      sleep: async (ms, signal) => {
        if (ms > 0) await scheduler.sleepUntil(scheduler.now() + ms, signal);
      },
    };
  }
}

/** Opened by those processes that use it. */
class LazyLog {
  readonly port: EventLog;
  #opened: EventLog | null = null;

  constructor(open: () => EventLog) {
    const log = (): EventLog => (this.#opened ??= open());
    this.port = {
      id: () => log().id(),
      ensureTopic: (...args) => log().ensureTopic(...args),
      append: (...args) => log().append(...args),
      offsets: (topic) => log().offsets(topic),
      offsetsAt: (...args) => log().offsetsAt(...args),
      read: (options) => log().read(options),
      join: (options) => log().join(options),
      lag: (...args) => log().lag(...args),
      seek: (...args) => log().seek(...args),
      close: () => this.close(),
      [Symbol.asyncDispose]: () => this.close(),
    };
  }

  async close(): Promise<void> {
    await this.#opened?.close();
  }
}

function withKnownInfo(stores: ObjectStores, info: BucketInfo): ObjectStores {
  return {
    open: async (bucket) => {
      const store: ObjectStore = await stores.open(bucket);
      return { ...store, bucketInfo: async () => info };
    },
    [Symbol.asyncDispose]: () => stores[Symbol.asyncDispose](),
  };
}

const SILENT: Context["logger"] = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** A verb's end in one line; `null` where it simply succeeded. */
export function faultText(fault: unknown): string | null {
  if (fault === null) return null;
  const { code, message } = toAstraError(fault);
  const isOurs = isAstraError(fault) || !(fault instanceof Error);
  return `${code}: ${isOurs ? message : (fault.stack ?? message)}`;
}
