/** HEAD: everything a copy has to carry. */
import { AstraError } from "../../core/errors.ts";
import { type Checksum, type ContentHeader, CONTENT_HEADERS } from "../../ports/object-store.ts";
import type { Encryption, ObjectHead } from "../../ports/object-store.ts";
import { decodeHeaderText } from "./encoding.ts";
import { type StoreFault, objectWhere } from "./errors.ts";
import type { Requests, S3Request } from "./request.ts";

type Headers = ReadonlyMap<string, string>;

/** @throws ASTRA_OBJECT_MISSING, or ASTRA_STORE_BUCKET_MISSING where it is the bucket that is not there. */
export async function headObject(requests: Requests, key: string, versionId?: string): Promise<ObjectHead> {
  const head = await findObject(requests, key, versionId);
  if (head) return head;
  const where = objectWhere(requests.bucket, key);
  const what = versionId === undefined ? where : `version ${versionId} of ${where}`;
  throw new AstraError("ASTRA_OBJECT_MISSING", `${what} does not exist`, { where });
}

/** As {@link headObject}; `null` where the bucket has no such object. */
export async function findObject(requests: Requests, key: string, versionId?: string): Promise<ObjectHead | null> {
  const request: S3Request = {
    operation: "HeadObject",
    action: versionId === undefined ? "s3:GetObject" : "s3:GetObjectVersion",
    method: "HEAD",
    key,
    ...(versionId === undefined ? {} : { query: [["versionId", versionId]] }),
    headers: { "x-amz-checksum-mode": "ENABLED" },
  };
  const outcome = await requests.send(request);
  if (outcome.kind === "answer") return readHead(key, outcome.answer.headers);
  if (outcome.kind === "done-before") return null;
  // A delete marker that is named has no HEAD.
  const absent = outcome.fault.status === 404 || (versionId !== undefined && outcome.fault.status === 405);
  if (!absent || outcome.fault.code === "NoSuchBucket") {
    throw requests.failure(outcome.fault, request);
  }
  await requireBucket(requests);
  return null;
}

/** @throws ASTRA_STORE_BUCKET_MISSING. Being refused entry proves that the bucket is there. */
async function requireBucket(requests: Requests): Promise<void> {
  const request: S3Request = { operation: "HeadBucket", action: "s3:ListBucket", method: "HEAD" };
  const outcome = await requests.send(request);
  if (outcome.kind === "fault" && outcome.fault.status === 404)
    throw requests.failure(asNoBucket(outcome.fault), request);
}

function asNoBucket(fault: StoreFault): StoreFault {
  return { ...fault, code: "NoSuchBucket" };
}

export function readHead(key: string, headers: Headers): ObjectHead {
  return {
    key,
    sizeBytes: Number(headers.get("content-length") ?? "0"),
    etag: unquote(headers.get("etag") ?? ""),
    versionId: headers.get("x-amz-version-id") ?? null,
    lastModifiedMs: Date.parse(headers.get("last-modified") ?? ""),
    storageClass: headers.get("x-amz-storage-class") ?? "STANDARD",
    contentHeaders: readContentHeaders(headers),
    metadata: readMetadata(headers),
    websiteRedirect: headers.get("x-amz-website-redirect-location") ?? null,
    tagCount: Number(headers.get("x-amz-tagging-count") ?? "0"),
    encryption: readEncryption(headers),
    checksum: readChecksum(headers),
    legalHold: headers.get("x-amz-object-lock-legal-hold") === "ON",
    retention: readRetention(key, headers),
    restore: readRestore(headers.get("x-amz-restore")),
    replicationStatus: headers.get("x-amz-replication-status") ?? null,
  };
}

/** ETags stand without their quotes everywhere in Astra, as in events and inventories. */
export function unquote(etag: string): string {
  return etag.startsWith('"') && etag.endsWith('"') && etag.length > 1 ? etag.slice(1, -1) : etag;
}

function readContentHeaders(headers: Headers): Partial<Record<ContentHeader, string>> {
  const found: Partial<Record<ContentHeader, string>> = {};
  for (const name of CONTENT_HEADERS) {
    const value = headers.get(name);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

const METADATA = "x-amz-meta-";

function readMetadata(headers: Headers): Record<string, string> {
  const metadata: [string, string][] = [];
  for (const name of headers.keys()) {
    if (!name.startsWith(METADATA)) continue;
    metadata.push([name.slice(METADATA.length), decodeHeaderText(headers.get(name) ?? "")]);
  }
  // From entries, because a name such as __proto__ would not stick to a plain object.
  return metadata.length === 0 ? {} : Object.fromEntries(metadata);
}

function readEncryption(headers: Headers): Encryption | null {
  const algorithm = headers.get("x-amz-server-side-encryption");
  if (algorithm === undefined) return null;
  return {
    algorithm,
    kmsKeyId: headers.get("x-amz-server-side-encryption-aws-kms-key-id") ?? null,
    bucketKey: headers.get("x-amz-server-side-encryption-bucket-key-enabled") === "true",
  };
}

export const CHECKSUM_ALGORITHMS = [
  "CRC64NVME",
  "CRC32",
  "CRC32C",
  "SHA256",
  "SHA1",
] as const satisfies readonly Checksum["algorithm"][];

const CHECKSUM_HEADERS = CHECKSUM_ALGORITHMS.map(
  (algorithm) => [algorithm, `x-amz-checksum-${algorithm.toLowerCase()}`] as const,
);

function readChecksum(headers: Headers): Checksum | null {
  for (const [algorithm, name] of CHECKSUM_HEADERS) {
    const value = headers.get(name);
    if (value === undefined) continue;
    const composite = headers.get("x-amz-checksum-type") === "COMPOSITE" || value.includes("-");
    return { algorithm, value, type: composite ? "COMPOSITE" : "FULL_OBJECT" };
  }
  return null;
}

/** @throws ASTRA_STORE_INTEGRITY for a lock without a date: it would be left out of a copy */
function readRetention(key: string, headers: Headers): ObjectHead["retention"] {
  const mode = headers.get("x-amz-object-lock-mode");
  const until = headers.get("x-amz-object-lock-retain-until-date");
  if (mode === undefined || until === undefined) return null;
  const untilMs = Date.parse(until);
  if (!Number.isNaN(untilMs)) return { mode, untilMs };
  throw new AstraError("ASTRA_STORE_INTEGRITY", `the lock of ${JSON.stringify(key)} is until ${JSON.stringify(until)}`);
}

/** `ongoing-request="false", expiry-date="Fri, 21 Dec 2012 00:00:00 GMT"` */
function readRestore(value: string | undefined): ObjectHead["restore"] {
  if (value === undefined) return null;
  const expiry = /expiry-date="([^"]+)"/.exec(value)?.[1];
  return {
    ongoing: value.includes('ongoing-request="true"'),
    expiresMs: expiry === undefined ? null : Date.parse(expiry),
  };
}
