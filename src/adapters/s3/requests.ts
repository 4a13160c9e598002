/** Sends one S3 request until its outcome is final: signed, timed out, redirected, repeated. */
import type { Dispatcher } from "undici";
import { AstraError } from "../../core/errors.ts";
import { backoffMs } from "../../core/retry.ts";
import type { Clock } from "../../ports/clock.ts";
import type { StoreCounters } from "../../ports/object-store.ts";
import { type CredentialSource, credentialSource } from "./credentials.ts";
import { canonicalQuery, encodeKey, readHeaders, sentText } from "./encoding.ts";
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
import type { S3Deps, S3Settings } from "./options.ts";
import type { Answer, Outcome, Requests, S3Request } from "./request.ts";
import { EMPTY_SHA256, createSigner, sha256Hex } from "./signature.ts";
import { type Break, type Connections, exchange, readBreak } from "./transport.ts";
import { tagText } from "./xml-scan.ts";

const HEADERS_TIMEOUT_MS = 30_000;
const SLOW_HEADERS_TIMEOUT_MS = 15 * 60_000;

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
  #region: string;
  #address: BucketAddress;

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
    this.#address = bucketAddress(bucket, settings.region, settings);
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
    const tries: Tries = { count: 0, uncertain: false, redirected: false, renewed: false };
    for (;;) {
      tries.count += 1;
      if (tries.count > 1) this.#counts.retried += 1;
      const tried = await this.#tryOnce(request);
      if (tried.kind === "fault" && isThrottle(tried.fault)) this.#counts.throttled += 1;
      if (tried.kind === "answer") return tried;
      if (tried.kind === "fault" && (await this.#mended(tried, tries))) continue;
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
  }

  async sendOrFail(request: S3Request): Promise<Answer> {
    const outcome = await this.send(request);
    if (outcome.kind === "answer") return outcome.answer;
    if (outcome.kind === "done-before") throw new TypeError(`${request.operation} has no answer to give back`);
    throw this.failure(outcome.fault, request);
  }

  async sendOnce(request: S3Request): Promise<Pick<Answer, "status" | "headers">> {
    try {
      const response = await this.#exchange(request);
      await response.body.dump();
      return { status: response.statusCode, headers: readHeaders(response.headers) };
    } catch (error) {
      throw error instanceof AstraError ? error : breakError(readBreak(error), this.#asked(request));
    }
  }

  failure(fault: StoreFault, request: S3Request): Error {
    return faultError(fault, this.#asked(request));
  }

  async #tryOnce(request: S3Request): Promise<Tried> {
    const response = await this.#attempt(request);
    if ("broken" in response) return { kind: "break", broken: response.broken };
    const { answer } = response;
    if (answer.status >= 200 && answer.status < 300) {
      // CopyObject and CompleteMultipartUpload send their 200 before they know whether they succeed.
      if (!request.slow || !answer.text.includes("<Error>")) return { kind: "answer", answer };
      const fault = readFault(answer.status, answer.text);
      return { kind: "fault", fault, region: null, retryAfterMs: 0 };
    }
    const fault = readFault(answer.status, answer.text);
    const region = answer.headers.get("x-amz-bucket-region") ?? tagText(answer.text, "Region");
    const retryAfterMs = readRetryAfter(answer.headers.get("retry-after"), this.#signingClock.now());
    if (request.method === "HEAD" && (answer.status === 403 || answer.status === 400)) {
      return { kind: "fault", fault: await this.#explainHead(fault, request), region, retryAfterMs };
    }
    return { kind: "fault", fault, region, retryAfterMs };
  }

  async #attempt(request: S3Request): Promise<{ answer: Answer } | { broken: Break }> {
    try {
      const response = await this.#exchange(request);
      const good = response.statusCode >= 200 && response.statusCode < 300;
      const stream = request.stream === true && good ? response.body : null;
      const text = stream ? "" : await response.body.text();
      return { answer: { status: response.statusCode, headers: readHeaders(response.headers), text, stream } };
    } catch (error) {
      request.signal?.throwIfAborted();
      if (error instanceof AstraError) throw error;
      return { broken: readBreak(error) };
    }
  }

  async #exchange(request: S3Request): Promise<Dispatcher.ResponseData> {
    const credentials = await this.credentials.get();
    const { origin, host, basePath } = this.#address;
    this.#counts.requests += 1;
    const path = request.key === undefined ? basePath || "/" : `${basePath}/${encodeKey(request.key)}`;
    const query = request.query ? canonicalQuery(request.query) : "";
    const body = typeof request.body === "string" ? Buffer.from(request.body) : (request.body ?? null);
    const headers = this.#sign(
      {
        method: request.method,
        path,
        query,
        headers: { ...request.headers, host },
        payloadHash: body ? sha256Hex(body) : EMPTY_SHA256,
      },
      { region: this.#region, credentials, timeMs: this.#signingClock.now() },
    );
    for (const name in headers) headers[name] = sentText(name, headers[name] ?? "");
    const pool = this.#connections.pool(origin, { connections: this.settings.connections, ca: this.settings.ca });
    return exchange(pool, {
      origin,
      method: request.method,
      target: query === "" ? path : `${path}?${query}`,
      headers,
      body,
      headersTimeoutMs: request.slow ? SLOW_HEADERS_TIMEOUT_MS : HEADERS_TIMEOUT_MS,
      signal: request.signal,
    });
  }

  /** A HEAD's refusal has no body, so a free request on the bucket is asked for the reason. */
  async #explainHead(fault: StoreFault, request: S3Request): Promise<StoreFault> {
    const probe = await this.#attempt({
      operation: "ListObjectsV2",
      action: "s3:ListBucket",
      method: "GET",
      query: [
        ["list-type", "2"],
        ["max-keys", "0"],
      ],
      signal: request.signal,
    });
    if ("broken" in probe || probe.answer.status < 400) return fault;
    const reason = readFault(probe.answer.status, probe.answer.text);
    return isAuthenticationFault(reason.code) || reason.code === "NoSuchBucket" ? reason : fault;
  }

  /** @returns whether the cause is gone, so that the request may be sent again at once. Each cause is mended once. */
  async #mended(tried: FaultTried, tries: Tries): Promise<boolean> {
    const { fault, region } = tried;
    if (region !== null && region !== this.#region && !tries.redirected && fault.status < 500) {
      tries.redirected = true;
      this.#region = region;
      this.#address = bucketAddress(this.bucket, region, this.settings);
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

/** Seconds or an HTTP date; a minute at the most, so that a wrong date does not stop a run. */
function readRetryAfter(value: string | undefined, nowMs: number): number {
  if (value === undefined) return 0;
  const seconds = Number(value);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - nowMs;
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), 60_000) : 0;
}
