/** One simulated world: the store, the log and the state, the processes at work in it, and what befalls them. */
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteLog } from "../../src/adapters/sqlite/event-log.ts";
import { openSqliteState } from "../../src/adapters/sqlite/state-store.ts";
import { seededRandom } from "../../src/adapters/system/seeded-random.ts";
import { builtInPriceBook } from "../../src/config/price-books.ts";
import type { PolicyRule } from "../../src/core/policy/policy.ts";
import type { EventLog } from "../../src/ports/event-log.ts";
import type { StateStore } from "../../src/ports/state-store.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { bucketInfoOf } from "./bucket-info.ts";
import { installWireGate } from "./gated-http.ts";
import { CALM, type Hazards, chooseHazards } from "./hazards.ts";
import { Model } from "./model.ts";
import { Network } from "./network.ts";
import { Owners } from "./owners.ts";
import type { Sabotage } from "./sabotage.ts";
import { signedAnew } from "./sabotage-wire.ts";
import { Scheduler } from "./scheduler.ts";
import { BUCKET, type Setting, chooseSetting } from "./setting.ts";
import { SimulatedProcess } from "./simulated-process.ts";
import { Stream } from "./stream.ts";
import { Worker } from "./worker.ts";

/** First instant of a month. */
const START_MS = Date.UTC(2026, 3, 1);
const KEYS = { accessKeyId: "AKIDSIMULATION", secretAccessKey: "simulation" };
const SIGNING_CLOCK = { now: () => START_MS };
/** In memory where the machine has such a place. */
const SCRATCH = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
const PRICES = builtInPriceBook();

export class World {
  readonly bucket = BUCKET;
  readonly seed: number;
  readonly scheduler: Scheduler;
  readonly setting: Setting;
  readonly model = new Model();
  readonly owners: Owners;
  readonly stream: Stream;
  readonly sandbox: Sandbox;
  /** Looks at the state from outside. */
  readonly state: StateStore;
  readonly log: EventLog;
  readonly network: Network;
  readonly #tell: (line: string) => void;
  readonly #sabotage: Sabotage | null;
  readonly #endings: (() => void | Promise<void>)[] = [];
  readonly #toldRestores = new Set<string>();
  readonly #gone = new Set<string>();
  readonly workers = new Set<Worker>();
  hazards: Hazards;
  isBrakeOn = false;
  /** By the scheduler's spent time. */
  brakeSinceMs = 0;
  policies: readonly PolicyRule[] = [];
  #born = 0;

  private constructor(of: {
    readonly seed: number;
    readonly scheduler: Scheduler;
    readonly setting: Setting;
    readonly sandbox: Sandbox;
    readonly tell: (line: string) => void;
    readonly sabotage: Sabotage | null;
  }) {
    const { seed, scheduler, setting, sandbox, tell } = of;
    this.seed = seed;
    this.scheduler = scheduler;
    this.setting = setting;
    this.sandbox = sandbox;
    this.#tell = tell;
    this.#sabotage = of.sabotage;
    this.hazards = chooseHazards(scheduler);
    const producer = new SimulatedProcess("producers", scheduler);
    const clock = { now: () => scheduler.now(), sleep: async () => undefined };
    this.state = openSqliteState({ path: setting.config.state.path, isThrowaway: true });
    this.log = producer.run(() => openSqliteLog({ path: setting.config.log.path, isThrowaway: true }, { clock }));
    this.stream = new Stream({
      bucket: BUCKET,
      topic: setting.config.log.topic,
      log: this.log,
      scheduler,
      hazards: () => this.hazards,
      tell,
    });
    this.owners = new Owners({
      bucket: BUCKET,
      kind: setting.kind,
      sandbox,
      model: this.model,
      stream: this.stream,
      scheduler,
      tell,
      mayChangeTags: (key) => this.network.mayChangeTags(key),
      mostBytes: setting.mostBytes,
      isScaled: setting.byteScale > 1,
    });
    this.network = new Network({
      world: this,
      tell,
      sign: (request, headers) => signedAnew(request, headers, KEYS, START_MS),
      sabotage: of.sabotage,
    });
    this.#endings.push(
      installWireGate(scheduler, this.network),
      () => this.state.close(),
      () => this.log.close(),
      () => sandbox.close(),
    );
  }

  static async open(
    seed: number,
    options: { sabotage: Sabotage | null; tell: (line: string) => void },
  ): Promise<World> {
    const { tell, sabotage } = options;
    const scheduler = new Scheduler(START_MS, seededRandom(seed), tell);
    const setting = chooseSetting(scheduler, mkdtempSync(join(SCRATCH, "astra-simulation-")));
    const clock = { now: () => scheduler.now(), advanceTo: () => undefined, sleep: async () => undefined };
    const sandbox = await startSandbox({
      clock,
      prices: PRICES,
      accessKey: KEYS.accessKeyId,
      secretKey: KEYS.secretAccessKey,
      byteScale: setting.byteScale,
      seed,
      signatureClock: SIGNING_CLOCK,
    });
    const { versioning, objectLock, hasAcls } = setting.kind;
    const ownership = hasAcls ? "ObjectWriter" : "BucketOwnerEnforced";
    sandbox.createBucket(BUCKET, { versioning, objectLock, ownership });
    const world = new World({ seed, scheduler, setting, sandbox, tell, sabotage });
    const { topic, dead_letter_topic, partitions } = setting.config.log;
    await world.log.ensureTopic(topic, partitions);
    await world.log.ensureTopic(dead_letter_topic, 1);
    return world;
  }

  tell(line: string): void {
    this.#tell(line);
  }

  /** A new process of the product. */
  async hire(role: string): Promise<Worker> {
    this.#born += 1;
    const worker = new Worker(`${role}#${this.#born}`, {
      scheduler: this.scheduler,
      config: this.setting.config,
      state: this.state,
      signingClock: SIGNING_CLOCK,
      prices: PRICES,
      policies: () => this.policies,
      endpoint: this.sandbox.endpoint,
      keys: KEYS,
      maxCopyBytes: this.setting.maxCopyBytes,
      isDestinationConditional: this.setting.isDestinationConditional,
      bucketInfo: await bucketInfoOf(this.setting.kind),
      sabotage: this.#sabotage,
      isGone: (holder) => this.#gone.has(holder),
    });
    this.workers.add(worker);
    return worker;
  }

  /** Ends a process at once; what it had sent may still arrive. */
  async crash(worker: Worker): Promise<void> {
    this.#tell(`${worker.process.name} crashes`);
    for (const step of this.scheduler.kill(worker.process)) {
      if (!step.label.startsWith("http") || !this.scheduler.chance(0.5)) continue;
      this.#tell(`…but it had sent: ${step.label}`);
      await step.performUnheard();
    }
    await this.bury(worker);
  }

  /** Takes a process that has ended out of the world. */
  async bury(worker: Worker): Promise<void> {
    if (worker.process.isAlive) this.scheduler.kill(worker.process);
    this.#gone.add(worker.process.name);
    this.workers.delete(worker);
    await worker.close();
  }

  /** Throws the kill switch for every worker. */
  async setBrake(isOn: boolean): Promise<void> {
    this.isBrakeOn = isOn;
    this.#tell(`operator: brake ${isOn ? "on" : "off"}`);
    const atMs = this.scheduler.now();
    this.brakeSinceMs = this.scheduler.spentMs();
    const audit = { atMs, actor: "operator", action: "brake.set", detail: { on: isOn } };
    await this.state.setBrake({ isOn, actor: "operator", atMs, why: null }, audit);
  }

  /** Operators let everything go on. */
  async releaseBrakes(): Promise<void> {
    if (this.isBrakeOn) await this.setBrake(false);
    for (const run of await this.state.runs(100)) {
      const audit = { atMs: this.scheduler.now(), actor: "operator", action: "run.order", detail: { run: run.id } };
      await this.state.setRunOrder(run.id, "run", audit);
    }
  }

  /** Readable copies that are there by now are told of, as the store's notifications do. */
  tellOfRestores(): void {
    for (const { key } of this.sandbox.snapshot(BUCKET)) {
      const { restore, versionId, lastModifiedMs } = this.sandbox.inspect(BUCKET, key);
      const id = `${key} ${versionId} ${lastModifiedMs} ${restore?.readyMs}`;
      if (!restore?.ready || this.#toldRestores.has(id)) continue;
      this.#toldRestores.add(id);
      this.stream.tell({ type: "restored", key, atMs: restore.readyMs, data: {} });
    }
  }

  calmDown(): void {
    this.#tell("the world calms down");
    this.hazards = CALM;
    for (const worker of this.workers) worker.skewMs = 0;
  }

  async close(): Promise<void> {
    for (const worker of this.workers) await this.bury(worker);
    for (const end of this.#endings) await end();
  }
}
