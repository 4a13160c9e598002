/** A request as it came in: target and headers taken apart by hand, because keys must not be normalised. */
import type { IncomingMessage } from "node:http";
import { percentDecode } from "./percent.ts";
import { S3Error } from "./s3-error.ts";

export interface RequestHead {
  readonly method: string;
  /** Path as sent, without the query. */
  readonly rawPath: string;
  readonly rawQuery: string;
  /** Empty for requests to the service. */
  readonly bucket: string;
  /** Empty for requests to a bucket. */
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  /** Names in lower case; repeated headers joined with commas; values are latin-1 strings of raw bytes. */
  readonly headers: ReadonlyMap<string, string>;
}

const MAX_KEY_BYTES = 1024;

/** @throws S3Error InvalidURI, KeyTooLongError */
export function parseHead(message: Pick<IncomingMessage, "method" | "url" | "rawHeaders">): RequestHead {
  const target = (message.url ?? "/").replace(/^https?:\/\/[^/?]*/i, "");
  const mark = target.indexOf("?");
  const rawPath = mark === -1 ? target : target.slice(0, mark);
  const rawQuery = mark === -1 ? "" : target.slice(mark + 1);
  const slash = rawPath.indexOf("/", 1);
  const bucket = percentDecode(rawPath.slice(1, slash === -1 ? undefined : slash));
  const key = slash === -1 ? "" : percentDecode(rawPath.slice(slash + 1));
  if (key.length > MAX_KEY_BYTES / 4 && Buffer.byteLength(key) > MAX_KEY_BYTES) throw keyTooLong(key);
  return {
    method: message.method ?? "GET",
    rawPath,
    rawQuery,
    bucket,
    key,
    query: parseQuery(rawQuery),
    headers: joinHeaders(message.rawHeaders),
  };
}

/** @throws S3Error KeyTooLongError */
export function checkKeyLength(key: string): void {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw keyTooLong(key);
}

function keyTooLong(key: string): S3Error {
  return new S3Error("KeyTooLongError", "Your key is too long", {
    Size: String(Buffer.byteLength(key)),
    MaxSizeAllowed: String(MAX_KEY_BYTES),
  });
}

/** Pairs of a query or a form, decoded, in the order sent. `+` is a space, as in forms. */
export function* queryPairs(raw: string): Generator<[string, string]> {
  if (raw === "") return;
  for (const part of raw.split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const name = equals === -1 ? part : part.slice(0, equals);
    const value = equals === -1 ? "" : part.slice(equals + 1);
    yield [percentDecode(name.replaceAll("+", " ")), percentDecode(value.replaceAll("+", " "))];
  }
}

function parseQuery(raw: string): Map<string, string> {
  const query = new Map<string, string>();
  for (const [name, value] of queryPairs(raw)) if (!query.has(name)) query.set(name, value);
  return query;
}

function joinHeaders(raw: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] ?? "").toLowerCase();
    const value = raw[i + 1] ?? "";
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  return headers;
}
