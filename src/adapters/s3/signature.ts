/** AWS Signature Version 4 for S3 in the Authorization header. Pure but for a cache of the day's derived key. */
import { type KeyObject, createHmac, createSecretKey, hash } from "node:crypto";

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

/** @returns the request's headers with `x-amz-date`, `x-amz-content-sha256`, the token and `authorization` added. */
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
    const headers: Record<string, string> = {
      ...request.headers,
      "x-amz-content-sha256": request.payloadHash,
      "x-amz-date": date,
    };
    if (scope.credentials.sessionToken !== undefined) headers["x-amz-security-token"] = scope.credentials.sessionToken;
    const names = Object.keys(headers).toSorted();
    let canonicalHeaders = "";
    for (const name of names) canonicalHeaders += `${name}:${(headers[name] ?? "").trim().replace(/\s+/g, " ")}\n`;
    const signedNames = names.join(";");
    const canonical = `${request.method}\n${request.path}\n${request.query}\n${canonicalHeaders}\n${signedNames}\n${request.payloadHash}`;
    const credentialScope = `${day}/${scope.region}/s3/aws4_request`;
    const toSign = `AWS4-HMAC-SHA256\n${date}\n${credentialScope}\n${sha256Hex(canonical)}`;
    const signature = hmac(signingKey(scope, day), toSign).toString("hex");
    headers["authorization"] =
      `AWS4-HMAC-SHA256 Credential=${scope.credentials.accessKeyId}/${credentialScope}, SignedHeaders=${signedNames}, Signature=${signature}`;
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

/** The key is kept as a key object: from bytes, each HMAC would import it anew at four times the cost. */
function createKeyCache(): (scope: SigningScope, day: string) => KeyObject {
  let held: { secret: string; region: string; day: string; key: KeyObject } | null = null;
  return ({ credentials, region }, day) => {
    const secret = credentials.secretAccessKey;
    if (held?.secret === secret && held.region === region && held.day === day) return held.key;
    const key = createSecretKey(hmac(hmac(hmac(hmac(`AWS4${secret}`, day), region), "s3"), "aws4_request"));
    held = { secret, region, day, key };
    return key;
  };
}

function hmac(key: string | Buffer | KeyObject, data: string): Buffer {
  return createHmac("sha256", key).update(data).digest();
}
