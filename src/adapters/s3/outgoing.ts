/** A request as it goes out: path and query encoded, signed, fit for the wire. */
import { canonicalQuery, encodeKey, sentText } from "./encoding.ts";
import type { BucketAddress } from "./endpoint.ts";
import type { HttpExchange } from "./http-pool.ts";
import type { S3Request } from "./request.ts";
import { type UnsignedRequest, EMPTY_SHA256, sha256Hex } from "./signature.ts";

const HEADERS_TIMEOUT_MS = 30_000;
const SLOW_HEADERS_TIMEOUT_MS = 15 * 60_000;

/** @throws ASTRA_STORE_REFUSED for a key or a header text that can't be sent */
export function outgoing(
  request: S3Request,
  { host, basePath }: BucketAddress,
  sign: (unsigned: UnsignedRequest) => Record<string, string>,
): HttpExchange {
  const { method, key, signal } = request;
  const path = key === undefined ? basePath || "/" : `${basePath}/${encodeKey(key)}`;
  const query = request.query ? canonicalQuery(request.query) : "";
  const body = typeof request.body === "string" ? Buffer.from(request.body) : (request.body ?? null);
  const payloadHash = body ? sha256Hex(body) : EMPTY_SHA256;
  const headers = sign({ method, path, query, headers: { host, ...request.headers }, payloadHash });
  for (const name in headers) headers[name] = sentText(name, headers[name] ?? "");
  const target = query === "" ? path : `${path}?${query}`;
  return {
    method,
    target,
    headers,
    body,
    headersTimeoutMs: request.slow ? SLOW_HEADERS_TIMEOUT_MS : HEADERS_TIMEOUT_MS,
    signal,
  };
}
