/** How requests get to the store. Pools are shared by all buckets of an origin. */
import type { Pool } from "undici";
import { type PoolOptions, HttpPool } from "./http-pool.ts";

export interface Connections extends AsyncDisposable {
  pool(origin: string, options: PoolOptions): HttpPool;
  /** For answers whose body is handed on while it comes. */
  streams(origin: string, options: PoolOptions): Promise<Pool>;
}

const CONNECT_TIMEOUT_MS = 10_000;
const BODY_TIMEOUT_MS = 60_000;

export function openConnections(): Connections {
  const pools = new Map<string, HttpPool>();
  const streams = new Map<string, Promise<Pool>>();
  return {
    pool(origin, options) {
      const id = idOf(origin, options);
      const known = pools.get(id);
      if (known) return known;
      const pool = new HttpPool(origin, options);
      pools.set(id, pool);
      return pool;
    },
    streams(origin, options) {
      const id = idOf(origin, options);
      const known = streams.get(id);
      if (known) return known;
      const pool = openStreams(origin, options);
      streams.set(id, pool);
      return pool;
    },
    async [Symbol.asyncDispose]() {
      for (const pool of pools.values()) pool.destroy();
      pools.clear();
      await Promise.all([...streams.values()].map(async (pool) => (await pool).destroy()));
      streams.clear();
    },
  };
}

function idOf(origin: string, { connections, ca }: PoolOptions): string {
  return `${origin} ${connections} ${ca ?? ""}`;
}

/** Loaded where a body is read at all: moves and listings get by without it. */
async function openStreams(origin: string, { connections, ca }: PoolOptions): Promise<Pool> {
  const undici = await import("undici");
  return new undici.Pool(origin, {
    connections,
    allowH2: false,
    bodyTimeout: BODY_TIMEOUT_MS,
    connect: { timeout: CONNECT_TIMEOUT_MS, ...(ca === undefined ? {} : { ca }) },
  });
}

const NEVER_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "HTTP_CONNECT_TIMEOUT",
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
