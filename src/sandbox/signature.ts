/** Signature Version 4, the server's side: header and presigned requests, checked against one access key. */
import { type KeyObject, createHash, createHmac, createSecretKey, timingSafeEqual } from "node:crypto";
import { percentDecode, percentEncode } from "./percent.ts";
import { type RequestHead, queryPairs } from "./request.ts";
import { S3Error } from "./s3-error.ts";

const ALGORITHM = "AWS4-HMAC-SHA256";
const MAX_SKEW_MS = 15 * 60_000;
const MAX_PRESIGNED_SECONDS = 604_800;

export interface Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly region: string;
}

/** What a verified signature says about the body that follows. */
export interface VerifiedSignature {
  /** `x-amz-content-sha256`: a hash, UNSIGNED-PAYLOAD or a STREAMING- word. */
  readonly payload: string;
  readonly signature: string;
  readonly signingKey: KeyObject;
  /** Lines two and three of every string to sign: time and scope. */
  readonly context: string;
}

interface Claim {
  readonly credential: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly date: string;
  readonly payload: string;
  readonly presigned: boolean;
}

/**
 * Verifies a request.
 * @param nowMs the time signatures are judged by
 * @throws S3Error AccessDenied, InvalidAccessKeyId, SignatureDoesNotMatch, RequestTimeTooSkewed, …
 */
export function verifySignature(head: RequestHead, credentials: Credentials, nowMs: number): VerifiedSignature {
  const claim = head.query.has("X-Amz-Signature") ? presignedClaim(head, nowMs) : headerClaim(head);
  const [accessKey, ...scope] = splitCredential(claim.credential);
  if (accessKey !== credentials.accessKey) {
    throw new S3Error("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", {
      AWSAccessKeyId: accessKey ?? "",
    });
  }
  const [day = "", region = "", service, terminator] = scope;
  if (
    region !== credentials.region ||
    service !== "s3" ||
    terminator !== "aws4_request" ||
    !claim.date.startsWith(day)
  ) {
    throw new S3Error(
      "AuthorizationHeaderMalformed",
      `The authorization header is malformed; the scope must be <date>/${credentials.region}/s3/aws4_request.`,
      { Region: credentials.region },
    );
  }
  checkTime(claim, nowMs);
  checkSignedHeaders(head, claim);
  const signingKey = signingKeyFor(credentials.secretKey, day, region);
  const context = `${claim.date}\n${scope.join("/")}`;
  for (const path of canonicalPaths(head.rawPath)) {
    const canonical = canonicalRequest(head, claim, path);
    const toSign = `${ALGORITHM}\n${context}\n${sha256Hex(Buffer.from(canonical, "latin1"))}`;
    if (sameText(hmac(signingKey, toSign).toString("hex"), claim.signature)) {
      return { payload: claim.payload, signature: claim.signature, signingKey, context };
    }
  }
  throw new S3Error(
    "SignatureDoesNotMatch",
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    { AWSAccessKeyId: accessKey },
  );
}

function splitCredential(credential: string): string[] {
  const parts = credential.split("/");
  const scope = parts.splice(-4);
  if (scope.length < 4 || parts.length === 0) {
    throw new S3Error(
      "AuthorizationHeaderMalformed",
      "The authorization header is malformed; the Credential is mal-formed.",
    );
  }
  return [parts.join("/"), ...scope];
}

function headerClaim(head: RequestHead): Claim {
  const authorization = head.headers.get("authorization");
  if (authorization === undefined) throw new S3Error("AccessDenied", "Access Denied");
  if (!authorization.startsWith(ALGORITHM)) {
    throw new S3Error(
      "InvalidRequest",
      `The authorization mechanism you have provided is not supported. Please use ${ALGORITHM}.`,
    );
  }
  const field = (name: string): string => {
    const found = new RegExp(`${name}=([^,\\s]+)`).exec(authorization)?.[1];
    if (found !== undefined) return found;
    throw new S3Error("AuthorizationHeaderMalformed", `The authorization header is malformed; it lacks ${name}.`);
  };
  const payload = head.headers.get("x-amz-content-sha256");
  if (payload === undefined) {
    throw new S3Error("InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
  }
  return {
    credential: field("Credential"),
    signedHeaders: field("SignedHeaders").split(";"),
    signature: field("Signature"),
    date: head.headers.get("x-amz-date") ?? compactDate(head.headers.get("date")),
    payload,
    presigned: false,
  };
}

function presignedClaim(head: RequestHead, nowMs: number): Claim {
  const field = (name: string): string => {
    const found = head.query.get(name);
    if (found !== undefined && found !== "") return found;
    throw new S3Error(
      "AuthorizationQueryParametersError",
      `Query-string authentication requires the ${name} parameter.`,
    );
  };
  if (field("X-Amz-Algorithm") !== ALGORITHM) {
    throw new S3Error("AuthorizationQueryParametersError", `X-Amz-Algorithm only supports ${ALGORITHM}.`);
  }
  const date = field("X-Amz-Date");
  const seconds = Number(field("X-Amz-Expires"));
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_PRESIGNED_SECONDS) {
    throw new S3Error("AuthorizationQueryParametersError", "X-Amz-Expires must be between 1 and 604800 seconds.");
  }
  if (nowMs > parseDate(date) + seconds * 1000) throw new S3Error("AccessDenied", "Request has expired");
  return {
    credential: field("X-Amz-Credential"),
    signedHeaders: field("X-Amz-SignedHeaders").split(";"),
    signature: field("X-Amz-Signature"),
    date,
    payload: head.headers.get("x-amz-content-sha256") ?? head.query.get("X-Amz-Content-Sha256") ?? "UNSIGNED-PAYLOAD",
    presigned: true,
  };
}

function checkTime(claim: Claim, nowMs: number): void {
  const sent = parseDate(claim.date);
  const tooFar = claim.presigned ? sent - nowMs > MAX_SKEW_MS : Math.abs(sent - nowMs) > MAX_SKEW_MS;
  if (!tooFar) return;
  throw new S3Error(
    "RequestTimeTooSkewed",
    "The difference between the request time and the current time is too large.",
    {
      RequestTime: claim.date,
      ServerTime: new Date(nowMs).toISOString(),
      MaxAllowedSkewMilliseconds: String(MAX_SKEW_MS),
    },
  );
}

function checkSignedHeaders(head: RequestHead, claim: Claim): void {
  const signed = new Set(claim.signedHeaders);
  for (const name of head.headers.keys()) {
    const needed =
      name === "host" || (name.startsWith("x-amz-") && !(claim.presigned && name === "x-amz-content-sha256"));
    if (needed && !signed.has(name)) {
      throw new S3Error("AccessDenied", "There were headers present in the request which were not signed", {
        HeadersNotSigned: name,
      });
    }
  }
  if (!signed.has("host"))
    throw new S3Error("AccessDenied", "The host header must be signed.", { HeadersNotSigned: "host" });
}

/** The path as the rules say (decoded, then encoded once) and as sent; signers differ in what they escape. */
function canonicalPaths(rawPath: string): string[] {
  const encoded = percentEncode(percentDecode(rawPath), true);
  return encoded === rawPath ? [encoded] : [encoded, rawPath];
}

function canonicalRequest(head: RequestHead, claim: Claim, path: string): string {
  const pairs: [string, string][] = [];
  for (const [name, value] of queryPairs(head.rawQuery)) {
    if (name !== "X-Amz-Signature") pairs.push([percentEncode(name), percentEncode(value)]);
  }
  pairs.sort((a, b) => compareAscii(a[0], b[0]) || compareAscii(a[1], b[1]));
  const query = pairs.map(([name, value]) => `${name}=${value}`).join("&");
  const headers = claim.signedHeaders
    .map((name) => `${name}:${(head.headers.get(name) ?? "").trim().replace(/\s+/g, " ")}\n`)
    .join("");
  return `${head.method}\n${path}\n${query}\n${headers}\n${claim.signedHeaders.join(";")}\n${claim.payload}`;
}

function compareAscii(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

let cachedKey: { readonly id: string; readonly key: KeyObject } | undefined;

/** The last derived key is kept: it changes once a day. */
function signingKeyFor(secret: string, day: string, region: string): KeyObject {
  const id = `${secret}\n${day}\n${region}`;
  if (cachedKey?.id !== id) {
    const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, day), region), "s3"), "aws4_request");
    // A key object: a buffer would be made one for every request.
    cachedKey = { id, key: createSecretKey(key) };
  }
  return cachedKey.key;
}

export function hmac(key: KeyObject | Buffer | string, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

export function sha256Hex(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Compares without telling by its time where two texts differ. */
export function sameText(a: string, b: string): boolean {
  const left = createHash("sha256").update(a).digest();
  return timingSafeEqual(left, createHash("sha256").update(b).digest());
}

function parseDate(text: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  const ms = match
    ? Date.UTC(
        +(match[1] ?? 0),
        +(match[2] ?? 0) - 1,
        +(match[3] ?? 0),
        +(match[4] ?? 0),
        +(match[5] ?? 0),
        +(match[6] ?? 0),
      )
    : NaN;
  if (Number.isNaN(ms))
    throw new S3Error("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header");
  return ms;
}

function compactDate(header: string | undefined): string {
  const ms = Date.parse(header ?? "");
  if (Number.isNaN(ms))
    throw new S3Error("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header");
  return new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, "");
}
