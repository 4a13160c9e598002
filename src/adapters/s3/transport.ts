/** One exchange over HTTP by undici, whose `path` is sent byte for byte. Pools are shared by all buckets of an origin. */
import { type Dispatcher, Pool } from "undici";

export interface Exchange {
  readonly origin: string;
  readonly method: Dispatcher.HttpMethod;
  /** Path and query as signed. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  /** Until the answer's head has come. */
  readonly headersTimeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

export interface PoolOptions {
  readonly connections: number;
  readonly ca: string | undefined;
}

export interface Connections extends AsyncDisposable {
  pool(origin: string, options: PoolOptions): Pool;
}

const CONNECT_TIMEOUT_MS = 10_000;
const BODY_TIMEOUT_MS = 60_000;

export function openConnections(): Connections {
  const pools = new Map<string, Pool>();
  return {
    pool(origin, options) {
      const id = `${origin} ${options.connections} ${options.ca ?? ""}`;
      const known = pools.get(id);
      if (known) return known;
      const pool = new Pool(origin, {
        connections: options.connections,
        allowH2: false,
        bodyTimeout: BODY_TIMEOUT_MS,
        connect: { timeout: CONNECT_TIMEOUT_MS, ...(options.ca === undefined ? {} : { ca: options.ca }) },
      });
      pools.set(id, pool);
      return pool;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
      pools.clear();
    },
  };
}

export async function exchange(pool: Pool, wanted: Exchange): Promise<Dispatcher.ResponseData> {
  return pool.request({
    method: wanted.method,
    path: wanted.target,
    headers: wanted.headers,
    body: wanted.body,
    headersTimeout: wanted.headersTimeoutMs,
    // Left alone, undici closes the connection after each HEAD.
    reset: false,
    ...(wanted.signal ? { signal: wanted.signal } : {}),
  });
}

const NEVER_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);
const HOPELESS = new Set(["ENOTFOUND", "UND_ERR_INVALID_ARG"]);
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL|EPROTO/;

/** An exchange that brought no whole answer. */
export interface Break {
  readonly code: string;
  readonly message: string;
  readonly cause: unknown;
  /** The server may have carried the request out. */
  readonly uncertain: boolean;
  readonly retryable: boolean;
  readonly certificate: boolean;
}

export function readBreak(error: unknown): Break {
  const code = errorCode(error);
  const certificate = CERTIFICATE.test(code);
  return {
    code,
    message: errorText(error),
    cause: error,
    uncertain: !certificate && !NEVER_SENT.has(code),
    retryable: !certificate && !HOPELESS.has(code),
    certificate,
  };
}

function errorCode(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return errorCode(error.errors[0]);
  if (typeof error === "object" && error !== null && "code" in error) return String(error.code);
  return error instanceof Error && error.cause !== undefined ? errorCode(error.cause) : "";
}

function errorText(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return errorText(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
