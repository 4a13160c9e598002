/** The network between the processes and the store: it loses what the seed wants lost, and notes what everybody did. */
import { type Wanted, type WriteEffect, effectOf, keyState, wantedBy } from "./effects.ts";
import type { SendAs, Weather, WireGate, WireRequest } from "./gated-http.ts";
import type { Sabotage } from "./sabotage.ts";
import { BUCKET } from "./setting.ts";
import type { World } from "./world.ts";

export interface NetworkOptions {
  readonly world: World;
  readonly tell: (line: string) => void;
  readonly sabotage: Sabotage | null;
  /** Headers that were changed, signed anew. */
  readonly sign: (request: WireRequest, headers: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
}

/** A move out of an archive takes days from its plan to its copy. */
const LONGEST_MOVE_MS = 7 * 86_400_000;
/** Clocks that are off by less do not make a lock one that runs. */
const MINUTE_MS = 60_000;
/** A worker sees the kill switch within a second. */
const SEEN_WITHIN_MS = 1000;

/** Retries are over within so many steps of all processes. */
const LONGEST_COPY_STEPS = 200;

/** A copy under way: when it was first sent, and when its object had last been looked at by then. */
interface Begun {
  readonly spentMs: number;
  readonly step: number;
  readonly seenStep: number;
  readonly isAnswered: boolean;
}

export class Network implements WireGate {
  /** What the processes wrote, in its order. */
  readonly effects: WriteEffect[] = [];
  /** What the store charged for the engines' writes, by day. */
  readonly billedMicros = new Map<string, number>();
  readonly #options: NetworkOptions;
  readonly #world: World;
  /** Step of the last HEAD of each key by each process. */
  readonly #lastHeads = new Map<string, number>();
  readonly #copiesBegun = new Map<string, Begun>();
  readonly #partMicros = new Map<string, number>();
  readonly #billed = new Set<string>();
  readonly #checkedTags = new Set<string>();

  constructor(options: NetworkOptions) {
    this.#options = options;
    this.#world = options.world;
  }

  step<T>(request: WireRequest, sendAs: SendAs<T>): Promise<T> {
    const wanted = wantedBy(request);
    const { sabotage, sign } = this.#options;
    const changed = sabotage?.wire?.(request, wanted);
    const send = (weather: Weather): Promise<T> =>
      changed ? sendAs(weather, sign(request, changed)) : sendAs(weather);
    const label = `http ${request.method} ${wanted.key}?${wanted.query.toString()}${wanted.isCopy ? " (copy)" : ""}`;
    const key = wanted.key === "" ? null : wanted.key;
    return this.#world.scheduler.step(label, () => this.#carryOut(request, wanted, send), key);
  }

  /** Whether the owner may change the tags of an object now. */
  mayChangeTags(key: string): boolean {
    return !this.#checkedTags.has(key);
  }

  /** The weather is chosen, the request is sent, and what it changed is noted. */
  async #carryOut<T>(request: WireRequest, wanted: Wanted, send: (weather: Weather) => Promise<T>): Promise<T> {
    const { sandbox } = this.#world;
    const weather = this.#weather();
    if (weather !== "fair") this.#options.tell(`…weather: ${weather}`);
    if (weather === "slowdown" || weather === "internal-error") sandbox.faults.add({ kind: weather, count: 1 });
    this.#begin(request, wanted, weather);
    if (request.method === "HEAD") this.#looked(request, wanted.key);
    this.#noteTagCheck(request, wanted);
    if (request.method === "GET" || request.method === "HEAD" || wanted.key === "") return send(weather);
    const before = keyState(sandbox, wanted.key);
    const billedBefore = sandbox.bill().totalMicros;
    try {
      return await send(weather);
    } finally {
      const effect = effectOf(request, wanted, { before, after: keyState(sandbox, wanted.key) });
      this.#bill(request, wanted, sandbox.bill().totalMicros - billedBefore, effect !== null);
      if (effect) this.#note(effect, request);
    }
  }

  /**
   * Copies that took effect, with their parts, and restores, by day. What is sent again because its answer was lost counts
   * once; requests that the store refused cost next to nothing, and nobody reserves them.
   */
  #bill({ process, method }: WireRequest, { key, query, isCopy }: Wanted, micros: number, isEffect: boolean): void {
    if (!process.name.startsWith("engine") || method === "DELETE") return;
    const uploadId = query.get("uploadId");
    const isPart = isCopy && uploadId !== null;
    if (!isPart && !isEffect && !query.has("restore")) return;
    const { scheduler, sandbox, model } = this.#world;
    // Written anew under the same ETag after the plan was made: nobody could know that its minimum duration runs anew.
    if (scheduler.now() - model.object(key).rewrittenMs < LONGEST_MOVE_MS) return;
    const id = `${key} ${query.toString()} ${keyState(sandbox, key).current}`;
    if (this.#billed.has(id)) return;
    this.#billed.add(id);
    const parts = uploadId === null ? 0 : (this.#partMicros.get(uploadId) ?? 0);
    if (isPart) {
      this.#partMicros.set(uploadId, parts + micros);
      return;
    }
    const day = new Date(scheduler.now()).toISOString().slice(0, 10);
    this.billedMicros.set(day, (this.billedMicros.get(day) ?? 0) + micros + parts);
  }

  /** A copy that is sent again, because no answer to it came, was begun when it was first sent. */
  #begin({ process, method }: WireRequest, { key, isCopy, query }: Wanted, weather: Weather): void {
    const { scheduler } = this.#world;
    const id = `${process.name} ${key}`;
    if (method === "DELETE") this.#copiesBegun.delete(id);
    if (!isCopy && !(method === "POST" && query.has("uploadId"))) return;
    const known = this.#copiesBegun.get(id);
    const isNew = !known || known.isAnswered || known.step < scheduler.steps - LONGEST_COPY_STEPS;
    const begun = { spentMs: scheduler.spentMs(), step: scheduler.steps, seenStep: this.#lastHeads.get(id) ?? -1 };
    const isPart = isCopy && query.has("uploadId");
    const isAnswered = !isPart && weather === "fair";
    this.#copiesBegun.set(id, { ...(isNew ? begun : known), isAnswered });
  }

  #looked({ process }: WireRequest, key: string): void {
    this.#lastHeads.set(`${process.name} ${key}`, this.#world.scheduler.steps);
  }

  /** S3 offers no condition on tags and metadata: between the last look at them and the end of an upload they must not change. */
  #noteTagCheck({ method }: WireRequest, { key, query }: Wanted): void {
    const isLook = method === "HEAD" || (method === "GET" && query.has("tagging"));
    if (isLook && this.#isUploading(key)) this.#checkedTags.add(key);
    else if (!this.#isUploading(key)) this.#checkedTags.delete(key);
  }

  #isUploading(key: string): boolean {
    return this.#world.sandbox.openUploads(BUCKET).some((upload) => upload.key === key && upload.parts > 0);
  }

  #note(change: NonNullable<ReturnType<typeof effectOf>>, { process }: WireRequest): void {
    const { model, scheduler, setting } = this.#world;
    const atMs = scheduler.now();
    const effect = { ...change, ...this.#against(change.key, process.name), step: scheduler.steps, atMs };
    this.effects.push({ ...effect, process: process.name });
    this.#copiesBegun.delete(`${process.name} ${change.key}`);
    this.#options.tell(`…${effect.kind} of ${effect.key}: ${effect.from} → ${effect.to}`);
    const object = model.object(effect.key);
    if (effect.kind === "upload" && setting.kind.versioning) object.ownVersions.add(effect.versionAfter);
    if (effect.kind === "upload" && object.isIngested) {
      object.writtenStep = scheduler.steps;
      object.uploadedMs = atMs;
    }
    if (effect.kind !== "removal" && !object.isIngested) this.#notify(effect.key);
  }

  /** What would have forbidden a copy at this moment. */
  #against(key: string, process: string): Pick<WriteEffect, "isAgainstHold" | "isOfUnseen" | "isAgainstBrake"> {
    const { model, scheduler, isBrakeOn, brakeSinceMs } = this.#world;
    const atMs = scheduler.now();
    const nothing = { spentMs: scheduler.spentMs(), seenStep: -1 };
    const { spentMs, seenStep } = this.#copiesBegun.get(`${process} ${key}`) ?? nothing;
    const { heldSinceStep, writtenStep } = model.object(key);
    return {
      isAgainstHold: heldSinceStep < seenStep && model.isHeld(key, atMs + MINUTE_MS),
      isOfUnseen: seenStep >= 0 && writtenStep >= seenStep,
      isAgainstBrake: isBrakeOn && brakeSinceMs < spentMs - SEEN_WITHIN_MS,
    };
  }

  /** The store's own event of what we wrote, on its way at once: it may be there before the answer. */
  #notify(key: string): void {
    const { sandbox, stream, scheduler } = this.#world;
    const { etag, sizeBytes, versionId } = sandbox.inspect(BUCKET, key);
    const version = versionId === "null" ? {} : { versionId };
    const data = { etag, sizeBytes, sequencer: stream.nextSequencer(), ...version };
    stream.tell({ type: "overwritten", key, atMs: scheduler.now(), data });
  }

  #weather(): Weather {
    const { scheduler, hazards } = this.#world;
    const { cut, lost, slowdown, internalError } = hazards;
    if (scheduler.chance(cut)) return "cut";
    if (scheduler.chance(lost)) return "lost";
    if (scheduler.chance(slowdown)) return "slowdown";
    return scheduler.chance(internalError) ? "internal-error" : "fair";
  }
}
