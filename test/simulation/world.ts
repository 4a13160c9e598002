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
import { type Wanted, type WriteEffect, effectOf, keyState, wantedBy } from "./effects.ts";
import { type Weather, type WireRequest, installWireGate } from "./gated-http.ts";
import { CALM, type Hazards, chooseHazards } from "./hazards.ts";
import { Model } from "./model.ts";
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
const MINUTE_MS = 60_000;
/** A worker sees the kill switch within a second. */
const SEEN_WITHIN_MS = 1000;
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
  readonly effects: WriteEffect[] = [];
  /** The last HEAD of each key by each process. */
  readonly lastHeads = new Map<string, { readonly step: number; readonly atMs: number }>();
  /** What the store charged for the engines' writes, by day. */
  readonly billedMicros = new Map<string, number>();
  readonly #billed = new Set<string>();
  readonly #tell: (line: string) => void;
  readonly #sabotage: Sabotage | null;
  readonly #endings: (() => void | Promise<void>)[] = [];
  readonly #checkedTags = new Set<string>();
  readonly #toldRestores = new Set<string>();
  readonly #gone = new Set<string>();
  readonly workers = new Set<Worker>();
  hazards: Hazards;
  isBrakeOn = false;
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
      isInParts: (key) => this.#checkedTags.has(key),
      mostBytes: setting.mostBytes,
      isScaled: setting.byteScale > 1,
    });
    this.#endings.push(
      installWireGate(scheduler, { step: (request, send) => this.#overTheWire(request, send) }),
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
    this.brakeSinceMs = atMs;
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

  /** One request: the weather is chosen, it is sent, and what it changed is noted. */
  #overTheWire<T>(
    request: WireRequest,
    sendAs: (weather: Weather, headers?: Readonly<Record<string, string>>) => Promise<T>,
  ): Promise<T> {
    const wanted = wantedBy(request);
    const changed = this.#sabotage?.wire?.(request, wanted);
    const send = (weather: Weather): Promise<T> =>
      changed ? sendAs(weather, signedAnew(request, changed, KEYS, START_MS)) : sendAs(weather);
    const label = `http ${request.method} ${wanted.key}?${wanted.query}${wanted.isCopy ? " (copy)" : ""}`;
    const carryOut = async (): Promise<T> => {
      const weather = this.#weather();
      if (weather !== "fair") this.#tell(`…weather: ${weather}`);
      if (weather === "slowdown" || weather === "internal-error") this.sandbox.faults.add({ kind: weather, count: 1 });
      if (request.method === "HEAD") this.#looked(request, wanted.key);
      this.#noteTagCheck(request, wanted.key, wanted.query);
      if (request.method === "GET" || request.method === "HEAD" || wanted.key === "") return send(weather);
      const before = keyState(this.sandbox, wanted.key);
      const billBefore = this.sandbox.bill().totalMicros;
      try {
        return await send(weather);
      } finally {
        const effect = effectOf(request, wanted, { before, after: keyState(this.sandbox, wanted.key) });
        this.#bill(request, wanted, this.sandbox.bill().totalMicros - billBefore);
        if (effect) this.#note(effect, request);
      }
    };
    return this.scheduler.step(label, carryOut, wanted.key === "" ? null : wanted.key);
  }

  /** Writes of the engines by day; one that was sent again, because its answer was lost, counts once. */
  #bill(request: WireRequest, { key, query }: Wanted, micros: number): void {
    if (!request.process.name.startsWith("engine") || request.method === "DELETE") return;
    const id = `${key} ${query} ${keyState(this.sandbox, key).current}`;
    if (this.#billed.has(id)) return;
    this.#billed.add(id);
    const day = new Date(this.scheduler.now()).toISOString().slice(0, 10);
    this.billedMicros.set(day, (this.billedMicros.get(day) ?? 0) + micros);
  }

  #looked(request: WireRequest, key: string): void {
    this.lastHeads.set(`${request.process.name} ${key}`, { step: this.scheduler.steps, atMs: this.scheduler.now() });
  }

  /** S3 offers no condition on tags: between the last look at them and the end of an upload they must not change. */
  #noteTagCheck(request: WireRequest, key: string, query: URLSearchParams): void {
    if (request.method === "GET" && query.has("tagging") && this.#isUploading(key)) this.#checkedTags.add(key);
    else if (!this.#isUploading(key)) this.#checkedTags.delete(key);
  }

  #isUploading(key: string): boolean {
    return this.sandbox.openUploads(BUCKET).some((upload) => upload.key === key && upload.parts > 0);
  }

  #note(effect: NonNullable<ReturnType<typeof effectOf>>, request: WireRequest): void {
    const atMs = this.scheduler.now();
    const seen = this.lastHeads.get(`${request.process.name} ${effect.key}`);
    const { heldSinceStep, writtenStep } = this.model.object(effect.key);
    const noted = {
      ...effect,
      step: this.scheduler.steps,
      atMs,
      process: request.process.name,
      isAgainstHold: seen !== undefined && heldSinceStep < seen.step && this.model.isHeld(effect.key, atMs + MINUTE_MS),
      isOfUnseen: seen !== undefined && writtenStep >= seen.step,
      isAgainstBrake: seen !== undefined && this.isBrakeOn && this.brakeSinceMs < seen.atMs - SEEN_WITHIN_MS,
    };
    this.effects.push(noted);
    this.#tell(`…${noted.kind} of ${noted.key}: ${noted.from} → ${noted.to}`);
    const object = this.model.object(noted.key);
    if (noted.kind === "upload" && object.isIngested) object.writtenStep = this.scheduler.steps;
    if (noted.kind === "upload" && this.setting.kind.versioning) object.ownVersions.add(noted.versionAfter);
    if (noted.kind === "removal" || object.isIngested) return;
    const found = this.sandbox.inspect(BUCKET, noted.key);
    this.stream.tell({
      type: "overwritten",
      key: noted.key,
      atMs: this.scheduler.now(),
      data: {
        etag: found.etag,
        sizeBytes: found.sizeBytes,
        sequencer: this.stream.nextSequencer(),
        ...(found.versionId === "null" ? {} : { versionId: found.versionId }),
      },
    });
  }

  #weather(): Weather {
    const { cut, lost, slowdown, internalError } = this.hazards;
    const { scheduler } = this;
    if (scheduler.chance(cut)) return "cut";
    if (scheduler.chance(lost)) return "lost";
    if (scheduler.chance(slowdown)) return "slowdown";
    return scheduler.chance(internalError) ? "internal-error" : "fair";
  }
}
