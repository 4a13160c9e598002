/**
 * A store at an endpoint of the user's. Where it is `astra sandbox`, its clock is moved and its ledger read; any other
 * store lives in the demo's time only by the dates of the events, and has no bill.
 */
import { setTimeout as pause } from "node:timers/promises";
import { request } from "undici";
import { z } from "zod";
import { AstraError } from "../../core/errors.ts";
import type { Bill } from "../../core/pricing/ledger.ts";
import type { AgeRule } from "./keeping.ts";
import { bucketOwner } from "./s3-setup.ts";
import type { DemoRead, DemoWorld } from "./world.ts";

/** Answers of the sandbox's control calls. */
const clockAnswer = z.object({ now: z.iso.datetime() });
const billAnswer = z.object({ totalMicros: z.number(), lines: z.record(z.string(), z.number()) });
const readsAnswer = z.object({ results: z.array(z.object({ restored: z.boolean() })) });

/** First day where the store's clock can't be moved. */
const FALLBACK_START_MS = Date.UTC(2025, 0, 1);

export interface RemoteWorldOptions {
  readonly endpoint: string;
  /** Makes the buckets of each life its own. */
  readonly name: string;
  readonly credentials: DemoWorld["credentials"];
  /** Whether the objects stay when the life is over. */
  readonly keep: boolean;
  readonly ageRules: readonly AgeRule[];
}

export async function remoteWorld(options: RemoteWorldOptions): Promise<DemoWorld> {
  const { endpoint, name, credentials, ageRules } = options;
  const control = new SandboxControl(endpoint, credentials.secret_access_key);
  const storeMs = await control.now();
  const startMs = storeMs === null ? FALLBACK_START_MS : nextNewYear(storeMs);
  const before = storeMs === null ? null : await control.bill();
  let nowMs = startMs;
  const names = { bucket: `${name}-data`, lockedBucket: `${name}-legal` };
  const owner = await bucketOwner({ endpoint, credentials, ...names, ageRules });
  await owner.createBuckets();
  return {
    endpoint,
    ...names,
    credentials,
    startMs,
    clock: { now: () => nowMs, sleep: (ms) => pause(Math.max(0, ms)) },
    async advanceTo(ms) {
      nowMs = ms;
      if (storeMs !== null) await control.advanceTo(ms);
    },
    hold: (bucket, key) => owner.hold(bucket, key),
    read: (reads) => (storeMs === null || reads.length === 0 ? Promise.resolve(0) : control.read(reads)),
    async bill() {
      return before && difference(await control.bill(), before);
    },
    async [Symbol.asyncDispose]() {
      if (!options.keep) await owner.removeObjects();
      owner.close();
    },
  };
}

/** All lives begin on the same day of the year, so that their months have the same lengths. */
function nextNewYear(ms: number): number {
  return Date.UTC(new Date(ms).getUTCFullYear() + 1, 0, 1);
}

/** The server may have had a bill before the demo began. */
function difference(now: Bill, before: Bill): Bill {
  const lines = Object.entries(now.lines).map(([line, micros]) => [line, micros - (before.lines[line] ?? 0)] as const);
  return {
    totalMicros: now.totalMicros - before.totalMicros,
    lines: Object.fromEntries(lines.filter(([, micros]) => micros !== 0)),
  };
}

class SandboxControl {
  readonly #base: string;
  readonly #secret: string;

  constructor(endpoint: string, secret: string) {
    this.#base = `${endpoint.replace(/\/$/, "")}/_astra`;
    this.#secret = secret;
  }

  /** @returns `null` where the store is no sandbox. */
  async now(): Promise<number | null> {
    const answer = await this.#send("GET", "/clock");
    if (answer.status !== 200) return null;
    return Date.parse(clockAnswer.parse(answer.json).now);
  }

  async advanceTo(ms: number): Promise<void> {
    await this.#expect("POST", "/clock", { to: new Date(ms).toISOString() });
  }

  async bill(): Promise<Bill> {
    return billAnswer.parse(await this.#expect("GET", "/bill"));
  }

  async read(reads: readonly DemoRead[]): Promise<number> {
    const { results } = readsAnswer.parse(await this.#expect("POST", "/reads", { reads }));
    return results.filter((result) => result.restored).length;
  }

  async #expect(method: "GET" | "POST", path: string, body?: unknown): Promise<unknown> {
    const { status, json } = await this.#send(method, path, body);
    if (status === 200) return json;
    throw new AstraError("ASTRA_STORE_REFUSED", `the sandbox answered ${status} to ${method} /_astra${path}`, {
      where: this.#base,
    });
  }

  async #send(method: "GET" | "POST", path: string, body?: unknown): Promise<{ status: number; json: unknown }> {
    try {
      const headers = { "x-astra-secret": this.#secret, "content-type": "application/json" };
      const answer = await request(`${this.#base}${path}`, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
      });
      const text = await answer.body.text();
      return { status: answer.statusCode, json: answer.statusCode === 200 ? JSON.parse(text) : null };
    } catch (error) {
      throw new AstraError("ASTRA_STORE_UNREACHABLE", "no store answers", { where: this.#base, cause: error });
    }
  }
}
