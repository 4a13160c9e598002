/** AWS Signature Version 4 for S3 in the Authorization header. Pure but for a cache of the day's derived key. */
import { hash } from "node:crypto";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface UnsignedRequest {
  readonly method: string;
  /** Percent-encoded, exactly as sent. S3 signs the path once-encoded and never normalised. */
  readonly path: string;
  /** From `canonicalQuery`, without the question mark. */
  readonly query: string;
  /** Lower-case names; `host` included. All of them are signed. */
  readonly headers: Readonly<Record<string, string>>;
  /** Lower-case hex SHA-256 of the body, or `UNSIGNED-PAYLOAD`. */
  readonly payloadHash: string;
}

export interface SigningScope {
  readonly region: string;
  readonly credentials: Credentials;
  /** Epoch milliseconds of the wall clock. */
  readonly timeMs: number;
}

const USER_AGENT = "astra/s3";

/** @returns the request's headers with `x-amz-date`, `x-amz-content-sha256`, the token, `authorization` and `user-agent` added. */
export type Signer = (request: UnsignedRequest, scope: SigningScope) => Record<string, string>;

/** SHA-256 of no bytes. */
export const EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

export function sha256Hex(data: string | Uint8Array): string {
  return hash("sha256", data, "hex");
}

export function createSigner(): Signer {
  const signingKey = createKeyCache();
  const dateOf = createDateCache();
  return (request, scope) => {
    const date = dateOf(scope.timeMs);
    const day = date.slice(0, 8);
    const headers: Record<string, string> = { ...request.headers };
    headers["x-amz-content-sha256"] = request.payloadHash;
    headers["x-amz-date"] = date;
    if (scope.credentials.sessionToken !== undefined) headers["x-amz-security-token"] = scope.credentials.sessionToken;
    const names = Object.keys(headers).toSorted();
    let canonicalHeaders = "";
    for (const name of names) canonicalHeaders += `${name}:${canonicalValue(headers[name] ?? "")}\n`;
    const signedNames = names.join(";");
    const canonical = `${request.method}\n${request.path}\n${request.query}\n${canonicalHeaders}\n${signedNames}\n${request.payloadHash}`;
    const credentialScope = `${day}/${scope.region}/s3/aws4_request`;
    const toSign = `AWS4-HMAC-SHA256\n${date}\n${credentialScope}\n${sha256Hex(canonical)}`;
    const signature = signingKey(scope, day)(toSign);
    headers["authorization"] =
      `AWS4-HMAC-SHA256 Credential=${scope.credentials.accessKeyId}/${credentialScope}, SignedHeaders=${signedNames}, Signature=${signature}`;
    // Not signed, as proxies may change it. Access logs show our own requests by it: those are no accesses.
    headers["user-agent"] = USER_AGENT;
    return headers;
  };
}

/** `20250314T092653Z` */
export function amzDate(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

/** Thousands of requests share a second. */
function createDateCache(): (timeMs: number) => string {
  let second = Number.NaN;
  let text = "";
  return (timeMs) => {
    const wanted = Math.floor(timeMs / 1000);
    if (wanted !== second) text = amzDate(timeMs);
    second = wanted;
    return text;
  };
}

/** Most values are in their canonical form. */
function canonicalValue(value: string): string {
  return /\s\s|[^\S ]|^ | $/.test(value) ? value.trim().replace(/\s+/g, " ") : value;
}

function createKeyCache(): (scope: SigningScope, day: string) => Mac {
  let held: { secret: string; region: string; day: string; mac: Mac } | null = null;
  return ({ credentials, region }, day) => {
    const secret = credentials.secretAccessKey;
    if (held?.secret === secret && held.region === region && held.day === day) return held.mac;
    let key = Buffer.from(`AWS4${secret}`);
    for (const part of [day, region, "s3", "aws4_request"]) key = Buffer.from(keyedHash(key)(part), "hex");
    const mac = keyedHash(key);
    held = { secret, region, day, mac };
    return mac;
  };
}

/** HMAC-SHA-256 of a text under one key, in hexadecimal digits. */
type Mac = (text: string) => string;

const BLOCK_BYTES = 64;
const HASH_BYTES = 32;

/**
 * RFC 2104 over the one-shot hash, with the key's two pads prepared: half of what an HMAC object per request costs, which
 * was a fifth of a request.
 */
function keyedHash(key: Buffer): Mac {
  const block = Buffer.alloc(BLOCK_BYTES);
  (key.length > BLOCK_BYTES ? hash("sha256", key, "buffer") : key).copy(block);
  const outer = Buffer.alloc(BLOCK_BYTES + HASH_BYTES);
  let inner = Buffer.alloc(BLOCK_BYTES + 256);
  for (const [index, byte] of block.entries()) {
    inner[index] = byte ^ 0x36;
    outer[index] = byte ^ 0x5c;
  }
  return (text) => {
    // A unit of UTF-16 takes three bytes at the most.
    const most = BLOCK_BYTES + text.length * 3;
    if (inner.length < most) inner = Buffer.concat([inner], most);
    const length = inner.write(text, BLOCK_BYTES, "utf8");
    outer.write(hash("sha256", inner.subarray(0, BLOCK_BYTES + length), "binary"), BLOCK_BYTES, "binary");
    return hash("sha256", outer, "hex");
  };
}
