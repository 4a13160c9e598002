/**
 * A cloud in a process: an S3-compatible HTTP server with a clock that can be moved, archive states, lifecycle rules,
 * faults to order, and a bill of everything at the price book's prices.
 *
 * Objects are dated by the clock; signatures are judged by wall time (clients sign with it), unless `signatureClock` is
 * given. GET serves the bytes that were put; HEAD, listings and the bill state them times the byte scale.
 */
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { Socket } from "node:net";
import { AstraError } from "../core/errors.ts";
import type { Bill } from "../core/pricing/ledger.ts";
import type { PriceBook } from "../core/pricing/price-book.ts";
import type { Clock } from "../ports/clock.ts";
import { Account } from "./account.ts";
import { type Backdoor, openBackdoor } from "./backdoor.ts";
import { enterReads } from "./bulk-reads.ts";
import { type Ownership, currentVersion } from "./bucket.ts";
import { CONTROL_HEADER, CONTROL_PREFIX, control, json } from "./control.ts";
import { FaultInjector } from "./faults.ts";
import { discardBody, errorAnswer, errorDocument, readBody, sendAnswer } from "./http-io.ts";
import { parseHead } from "./request.ts";
import { type EndpointOptions, S3Endpoint } from "./s3-endpoint.ts";
import { S3Error } from "./s3-error.ts";
import { sameText } from "./signature.ts";

/** A clock that can be moved forward: virtual, or wall time with an offset. */
export interface MovableClock extends Clock {
  /** @throws RangeError when `ms` lies in the clock's past */
  advanceTo(ms: number): void;
}

export interface SandboxOptions {
  readonly clock: MovableClock;
  readonly prices: PriceBook;
  /** 0 or absent = any free port. */
  readonly port?: number;
  readonly host?: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** us-east-1 unless given. */
  readonly region?: string;
  /** Stores, lists and bills n bytes as n × this. A whole number ≥ 1. */
  readonly byteScale?: number;
  /** Created at the start. */
  readonly buckets?: readonly string[];
  /** For the randomness of faults and the ids of versions and uploads. */
  readonly seed?: number;
  /** The time signatures are judged by; wall time unless given. */
  readonly signatureClock?: Pick<Clock, "now">;
  /**
   * Called before an operation takes effect, its body being read and the ordered faults being over: what it does to the
   * sandbox, another party did a moment before. The key is empty for operations on a bucket.
   */
  readonly onRequest?: (operation: string, bucket: string, key: string, sandbox: Sandbox) => void;
}

/** A current object as it lies in the store. */
export interface StoredObject {
  readonly key: string;
  readonly sizeBytes: number;
  readonly storageClass: string;
  readonly etag: string;
  readonly versionId: string;
  readonly lastModifiedMs: number;
  readonly legalHold: boolean;
  /** Inner tier, where the class has any. */
  readonly innerTier: string | null;
}

export interface BucketOptions {
  /** Turns versioning on as well. */
  readonly objectLock?: boolean | undefined;
  readonly versioning?: boolean | undefined;
  /** `BucketOwnerEnforced` unless given, as S3 does it; `null` for a bucket without ownership controls. */
  readonly ownership?: Ownership | null | undefined;
}

export interface Sandbox extends AsyncDisposable, Backdoor {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  readonly faults: FaultInjector;
  now(): number;
  /** Moves the clock and carries out what falls due: lifecycle rules at 00:00 UTC, restores, inner tiers. */
  advanceTo(ms: number): void;
  /** The bill up to now. */
  bill(): Bill;
  /**
   * Bills `count` reads of the whole object. An archived one without a readable copy is restored once, at standard
   * speed, for one day, and read from the copy.
   * @throws S3Error NoSuchBucket, NoSuchKey
   */
  enterReads(bucket: string, key: string, count: number, atMs?: number): { readonly restored: boolean };
  /** Current objects in the order of their keys; not billed. */
  snapshot(bucket: string): Iterable<StoredObject>;
  createBucket(name: string, options?: BucketOptions): void;
  close(): Promise<void>;
}

const MAX_HEADER_BYTES = 32 * 1024;
const MAX_CONTROL_BYTES = 64 * 1024 ** 2;
const IDLE_CONNECTION_MS = 120_000;
/** The longest that one request may take to arrive. */
const MAX_REQUEST_MS = 300_000;

/** @throws AstraError ASTRA_SANDBOX_PORT when the port can't be had */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { clock, prices } = options;
  const byteScale = options.byteScale ?? 1;
  if (!Number.isSafeInteger(byteScale) || byteScale < 1)
    throw new RangeError(`byte scale ${byteScale} is no whole number ≥ 1`);
  const seed = options.seed ?? 1;
  const account = new Account({ prices, startMs: clock.now(), byteScale, seed });
  for (const name of options.buckets ?? []) account.createBucket(name);
  const running = new RunningSandbox(account, clock, new FaultInjector(seed), options, (...request) =>
    options.onRequest?.(...request, sandbox),
  );
  const sandbox: Sandbox = Object.assign(
    running,
    openBackdoor(account, () => account.catchUp(clock.now())),
  );
  await running.listen(options.port ?? 0, options.host ?? "127.0.0.1");
  return sandbox;
}

class RunningSandbox implements Omit<Sandbox, keyof Backdoor> {
  readonly faults: FaultInjector;
  readonly #account: Account;
  readonly #clock: MovableClock;
  readonly #secretKey: string;
  readonly #s3: S3Endpoint;
  readonly #server: Server;
  endpoint = "";

  constructor(
    account: Account,
    clock: MovableClock,
    faults: FaultInjector,
    options: SandboxOptions,
    onRequest: EndpointOptions["onRequest"],
  ) {
    const { accessKey, secretKey, region = "us-east-1", signatureClock } = options;
    this.faults = faults;
    this.#account = account;
    this.#clock = clock;
    this.#secretKey = secretKey;
    this.#s3 = new S3Endpoint({
      account,
      faults,
      credentials: { accessKey, secretKey, region },
      now: () => clock.now(),
      signatureNow: () => (signatureClock ?? Date).now(),
      onRequest,
    });
    this.#server = createServer({
      maxHeaderSize: MAX_HEADER_BYTES,
      noDelay: true,
      keepAliveTimeout: IDLE_CONNECTION_MS,
    });
    this.#server.requestTimeout = MAX_REQUEST_MS;
    this.#server.on("request", (message, response) => void this.#handle(message, response));
    this.#server.on("clientError", refuseUnparsed);
  }

  async listen(port: number, host: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", (cause) =>
        reject(
          new AstraError("ASTRA_SANDBOX_PORT", `can't listen: ${cause.message}`, { where: `${host}:${port}`, cause }),
        ),
      );
      this.#server.listen(port, host, resolve);
    });
    const address = this.#server.address();
    const actual = typeof address === "object" && address ? address.port : port;
    this.endpoint = `http://${host.includes(":") ? `[${host}]` : host}:${actual}`;
  }

  now(): number {
    return this.#clock.now();
  }

  advanceTo(ms: number): void {
    this.#clock.advanceTo(ms);
    this.#account.catchUp(ms);
  }

  bill(): Bill {
    this.#account.catchUp(this.#clock.now());
    return this.#account.meter.bill();
  }

  enterReads(bucket: string, key: string, count: number, atMs?: number): { readonly restored: boolean } {
    this.#account.catchUp(atMs ?? this.#clock.now());
    return enterReads(this.#account, this.#account.bucket(bucket), key, count);
  }

  *snapshot(bucketName: string): Generator<StoredObject> {
    this.#account.catchUp(this.#clock.now());
    const bucket = this.#account.bucket(bucketName);
    const cursor = bucket.index.seek("");
    for (let key = cursor.next(); key !== undefined; key = cursor.next()) {
      const version = currentVersion(bucket, key);
      if (!version) continue;
      const { sizeBytes, storageClass, etag, versionId, lastModifiedMs, legalHold } = version;
      const innerTier = this.#account.book.classes[storageClass]?.innerTiers?.[version.innerTier]?.name ?? null;
      yield { key, sizeBytes, storageClass, etag, versionId, lastModifiedMs, legalHold, innerTier };
    }
  }

  createBucket(name: string, options: BucketOptions = {}): void {
    this.#account.catchUp(this.#clock.now());
    const bucket = this.#account.createBucket(name);
    if (options.versioning) bucket.versioning = "enabled";
    if (options.objectLock) this.#account.enableLock(bucket, null);
    if (options.ownership !== undefined) bucket.ownership = options.ownership;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (message.url?.startsWith(CONTROL_PREFIX)) await this.#handleControl(message, response);
      else await this.#s3.handle(parseHead(message), message, response);
    } catch (error) {
      if (response.headersSent || response.destroyed) {
        response.destroy();
        return;
      }
      const known =
        error instanceof S3Error ? error : new S3Error("InternalError", `A bug in the sandbox: ${String(error)}`);
      if (!(await discardBody(message))) response.setHeader("connection", "close");
      await sendAnswer(response, errorAnswer(known, message.method ?? "GET", message.url ?? "/", "0"), "0");
    }
  }

  async #handleControl(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const secret = message.headers[CONTROL_HEADER];
    if (typeof secret !== "string" || !sameText(secret, this.#secretKey)) {
      response.setHeader("connection", "close");
      await sendAnswer(response, json(403, { error: `header ${CONTROL_HEADER} must carry the secret key` }), "0");
      return;
    }
    const body = await readBody(message, MAX_CONTROL_BYTES);
    await sendAnswer(response, this.#controlAnswer(message.method ?? "GET", message.url ?? "", body), "0");
  }

  #controlAnswer(method: string, path: string, body: Buffer) {
    try {
      return control(this, method, path, body);
    } catch (error) {
      if (error instanceof S3Error) return json(error.status, { error: `${error.code}: ${error.message}` });
      if (error instanceof RangeError) return json(400, { error: error.message });
      throw error;
    }
  }
}

/** Answers what is no HTTP that the parser takes: broken requests and headers that are too large. */
function refuseUnparsed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const refusal = unparsed(error.code);
  const text = errorDocument(refusal, "/", "0");
  socket.end(
    `HTTP/1.1 ${refusal.status} Bad Request\r\ncontent-type: application/xml\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
  );
}

function unparsed(code: string | undefined): S3Error {
  if (code === "HPE_HEADER_OVERFLOW") {
    return new S3Error("RequestHeaderSectionTooLarge", "Your request header section exceeds the maximum allowed size");
  }
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
    return new S3Error(
      "RequestTimeout",
      "Your socket connection to the server was not read from or written to in time.",
    );
  }
  return new S3Error("InvalidRequest", "The request is not well-formed HTTP.");
}
