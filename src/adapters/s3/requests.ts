/** Sends one S3 request until its outcome is final: signed, timed out, redirected, repeated. */
import { AstraError } from "../../core/errors.ts";
import { backoffMs } from "../../core/retry.ts";
import type { Clock } from "../../ports/clock.ts";
import type { StoreCounters } from "../../ports/object-store.ts";
import { type CredentialSource, credentialSource } from "./credentials.ts";
import { type BucketAddress, bucketAddress } from "./endpoint.ts";
import {
  type Asked,
  type StoreFault,
  breakError,
  faultError,
  isAuthenticationFault,
  isExpiredToken,
  isPassing,
  isThrottle,
  isUncertain,
  readFault,
} from "./errors.ts";
import type { HttpPool, PoolOptions } from "./http-pool.ts";
import type { S3Deps, S3Settings } from "./options.ts";
import type { Answer, Outcome, Requests, S3Request } from "./request.ts";
import { outgoing } from "./outgoing.ts";
import { type Credentials, createSigner } from "./signature.ts";
import { type Break, type Connections, readBreak } from "./transport.ts";
import { streamed } from "./streamed.ts";
import { tagText } from "./xml-scan.ts";

interface Tries {
  count: number;
  uncertain: boolean;
  redirected: boolean;
  renewed: boolean;
}

type Tried = { readonly kind: "answer"; readonly answer: Answer } | FaultTried | { kind: "break"; broken: Break };
interface FaultTried {
  readonly kind: "fault";
  readonly fault: StoreFault;
  readonly region: string | null;
  readonly retryAfterMs: number;
}

export function openRequests(bucket: string, settings: S3Settings, deps: S3Deps, connections: Connections): Requests {
  const signingClock = deps.signingClock ?? deps.clock;
  const sender = new RequestSender(bucket, settings, deps, signingClock, connections);
  return sender;
}

class RequestSender implements Requests {
  readonly bucket: string;
  readonly settings: S3Settings;
  readonly credentials: CredentialSource;
  readonly #deps: S3Deps;
  readonly #signingClock: Pick<Clock, "now">;
  readonly #connections: Connections;
  readonly #sign = createSigner();
  readonly #counts = { requests: 0, throttled: 0, retried: 0 };
  readonly #poolOptions: PoolOptions;
  #region: string;
  #address: BucketAddress;
  #pool: HttpPool;

  constructor(
    bucket: string,
    settings: S3Settings,
    deps: S3Deps,
    signingClock: Pick<Clock, "now">,
    connections: Connections,
  ) {
    this.bucket = bucket;
    this.settings = settings;
    this.credentials = credentialSource(settings, signingClock);
    this.#deps = deps;
    this.#signingClock = signingClock;
    this.#connections = connections;
    this.#region = settings.region;
    this.#poolOptions = { connections: settings.connections, ca: settings.ca };
    this.#address = bucketAddress(bucket, settings.region, settings);
    this.#pool = connections.pool(this.#address.origin, this.#poolOptions);
  }

  region(): string {
    return this.#region;
  }

  get clock(): Clock {
    return this.#deps.clock;
  }

  counters(): StoreCounters {
    return { ...this.#counts };
  }

  async send(request: S3Request): Promise<Outcome> {
    const first = await this.#tryOnce(request);
    return first.kind === "answer" ? first : this.#sendOn(request, first);
  }

  /** What becomes of a request whose first try has not worked. */
  async #sendOn(request: S3Request, first: Exclude<Tried, { kind: "answer" }>): Promise<Outcome> {
    const tries: Tries = { count: 1, uncertain: false, redirected: false, renewed: false };
    let tried: Tried = first;
    for (;;) {
      if (tried.kind === "answer") return tried;
      if (tried.kind === "fault" && isThrottle(tried.fault)) this.#counts.throttled += 1;
      const isMended = tried.kind === "fault" && (await this.#mended(tried, tries));
      if (!isMended) {
        const passing = tried.kind === "break" ? tried.broken.retryable : isPassing(tried.fault);
        if (!passing && tried.kind === "fault" && !isAuthenticationFault(tried.fault.code)) {
          return { kind: "fault", fault: tried.fault, uncertain: tries.uncertain };
        }
        tries.uncertain ||= tried.kind === "break" ? tried.broken.uncertain : isUncertain(tried.fault);
        if (!passing || tries.count >= this.settings.retry.attempts) {
          if (tries.uncertain && passing && (await request.alreadyDone?.())) return { kind: "done-before" };
          throw this.#finalError(tried, request);
        }
        await this.#wait(tries.count, tried.kind === "fault" ? tried.retryAfterMs : 0, request.signal);
        if (tries.uncertain && (await request.alreadyDone?.())) return { kind: "done-before" };
      }
      tries.count += 1;
      this.#counts.retried += 1;
      tried = await this.#tryOnce(request);
    }
  }

  async sendOrFail(request: S3Request): Promise<Answer> {
    const outcome = await this.send(request);
    if (outcome.kind === "answer") return outcome.answer;
    if (outcome.kind === "done-before") throw new TypeError(`${request.operation} has no answer to give back`);
    throw this.failure(outcome.fault, request);
  }

  async sendOnce(request: S3Request): Promise<Pick<Answer, "status" | "headers">> {
    try {
      return await this.#exchange(request);
    } catch (error) {
      throw error instanceof AstraError ? error : breakError(readBreak(error), this.#asked(request));
    }
  }

  failure(fault: StoreFault, request: S3Request): Error {
    return faultError(fault, this.#asked(request));
  }

  async #tryOnce(request: S3Request): Promise<Tried> {
    let answer: Answer;
    try {
      answer = await this.#exchange(request);
    } catch (error) {
      return { kind: "break", broken: brokenBy(error, request) };
    }
    if (answer.status < 200 || answer.status >= 300) return this.#refusal(request, answer);
    // CopyObject and CompleteMultipartUpload send their 200 before they know whether they succeed.
    if (!request.slow || !answer.text.includes("<Error>")) return { kind: "answer", answer };
    return { kind: "fault", fault: readFault(answer.status, answer.text), region: null, retryAfterMs: 0 };
  }

  async #refusal(request: S3Request, answer: Answer): Promise<FaultTried> {
    const fault = readFault(answer.status, answer.text);
    const region = answer.headers.get("x-amz-bucket-region") ?? tagText(answer.text, "Region");
    const retryAfterMs = readRetryAfter(answer.headers.get("retry-after"), this.#signingClock.now());
    if (request.method === "HEAD" && (answer.status === 403 || answer.status === 400)) {
      return { kind: "fault", fault: await this.#explainHead(fault, request), region, retryAfterMs };
    }
    return { kind: "fault", fault, region, retryAfterMs };
  }

  #exchange(request: S3Request): Promise<Answer> {
    const held = this.credentials.held();
    return held ? this.#carry(request, held) : this.credentials.get().then((got) => this.#carry(request, got));
  }

  #carry(request: S3Request, credentials: Credentials): Promise<Answer> {
    this.#counts.requests += 1;
    const scope = { region: this.#region, credentials, timeMs: this.#signingClock.now() };
    const sent = outgoing(request, this.#address, (unsigned) => this.#sign(unsigned, scope));
    if (!request.stream) return this.#pool.request(sent);
    const { origin } = this.#address;
    return this.#connections.streams(origin, this.#poolOptions).then((pool) => streamed(pool, sent));
  }

  /** A HEAD's refusal has no body, so a free request on the bucket is asked for the reason. */
  async #explainHead(fault: StoreFault, request: S3Request): Promise<StoreFault> {
    const probe = await this.#tryOnce({
      operation: "ListObjectsV2",
      action: "s3:ListBucket",
      method: "GET",
      query: [
        ["list-type", "2"],
        ["max-keys", "0"],
      ],
      signal: request.signal,
    });
    if (probe.kind !== "fault") return fault;
    const reason = probe.fault;
    return isAuthenticationFault(reason.code) || reason.code === "NoSuchBucket" ? reason : fault;
  }

  /** @returns whether the cause is gone, so that the request may be sent again at once. Each cause is mended once. */
  async #mended(tried: FaultTried, tries: Tries): Promise<boolean> {
    const { fault, region } = tried;
    if (region !== null && region !== this.#region && !tries.redirected && fault.status < 500) {
      tries.redirected = true;
      this.#region = region;
      this.#address = bucketAddress(this.bucket, region, this.settings);
      this.#pool = this.#connections.pool(this.#address.origin, this.#poolOptions);
      return true;
    }
    if (!isExpiredToken(fault.code) || tries.renewed) return false;
    tries.renewed = true;
    return this.credentials.renew();
  }

  async #wait(count: number, retryAfterMs: number, signal: AbortSignal | undefined): Promise<void> {
    const ms = backoffMs(this.settings.retry, count, this.#deps.random.next(), retryAfterMs);
    await this.#deps.clock.sleep(ms, signal);
    signal?.throwIfAborted();
  }

  #finalError(tried: Exclude<Tried, { kind: "answer" }>, request: S3Request): Error {
    const asked = this.#asked(request);
    return tried.kind === "break" ? breakError(tried.broken, asked) : faultError(tried.fault, asked);
  }

  #asked(request: S3Request): Asked {
    return {
      operation: request.operation,
      action: request.action,
      bucket: this.bucket,
      key: request.key,
      endpoint: this.#address.origin,
    };
  }
}

/** @throws AstraError of our own making, and the signal's reason */
function brokenBy(error: unknown, request: S3Request): Break {
  request.signal?.throwIfAborted();
  if (error instanceof AstraError) throw error;
  return readBreak(error);
}

/** Seconds or an HTTP date; a minute at the most, so that a wrong date does not stop a run. */
function readRetryAfter(value: string | undefined, nowMs: number): number {
  if (value === undefined) return 0;
  const seconds = Number(value);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - nowMs;
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), 60_000) : 0;
}
