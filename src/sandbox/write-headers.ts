/** What the headers of a write say about the object to be: class, metadata, tags, locks, encryption. */
import { type StoredAcl, aclFromHeaders, permittedAcl } from "./acl.ts";
import type { BucketCall } from "./call.ts";
import type { Retention, StoredEncryption, Tags, VersionAttributes } from "./object-version.ts";
import { queryPairs } from "./request.ts";
import { S3Error, invalidArgument } from "./s3-error.ts";
import { checkTags } from "./tags.ts";
import { MS_PER_DAY } from "../core/units.ts";

const CONTENT_HEADERS = [
  "content-type",
  "content-encoding",
  "content-language",
  "content-disposition",
  "cache-control",
  "expires",
] as const;
const DEFAULT_CONTENT_TYPE = "binary/octet-stream";
const METADATA_PREFIX = "x-amz-meta-";
const MAX_METADATA_BYTES = 2048;
const NO_METADATA: Readonly<Record<string, string>> = {};

/** @throws S3Error InvalidStorageClass */
export function requestedClass(call: BucketCall): string {
  const { book } = call.account;
  const name = call.headers.get("x-amz-storage-class") ?? book.baseClass;
  const known = Object.hasOwn(book.classes, name) && book.classes[name]?.managed;
  if (!known)
    throw new S3Error("InvalidStorageClass", "The storage class you specified is not valid", {
      StorageClassRequested: name,
    });
  return name;
}

type Described = Pick<VersionAttributes, "contentHeaders" | "metadata">;

/** Content headers and user metadata. @throws S3Error MetadataTooLarge */
export function requestedDescription(headers: ReadonlyMap<string, string>): Described {
  const contentHeaders: Record<string, string> = { "content-type": DEFAULT_CONTENT_TYPE };
  for (const name of CONTENT_HEADERS) {
    const value = name === "content-encoding" ? storedEncoding(headers.get(name)) : headers.get(name);
    if (value !== undefined && value !== "") contentHeaders[name] = value;
  }
  const metadata: [string, string][] = [];
  let bytes = 0;
  for (const [name, value] of headers) {
    if (!name.startsWith(METADATA_PREFIX)) continue;
    metadata.push([name.slice(METADATA_PREFIX.length), value]);
    bytes += name.length - METADATA_PREFIX.length + value.length;
  }
  if (bytes > MAX_METADATA_BYTES) {
    throw new S3Error("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size", {
      Size: String(bytes),
      MaxSizeAllowed: String(MAX_METADATA_BYTES),
    });
  }
  // Entries, because a name such as __proto__ would not stick to a plain object.
  return { contentHeaders, metadata: metadata.length === 0 ? NO_METADATA : Object.fromEntries(metadata) };
}

/** `aws-chunked` is the transport's word and no property of the object. */
function storedEncoding(value: string | undefined): string | undefined {
  return value
    ?.split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "aws-chunked" && part !== "")
    .join(",");
}

/** Encryption asked for, or the bucket's default. @throws S3Error InvalidArgument, InvalidRequest */
export function requestedEncryption(call: BucketCall): StoredEncryption {
  if (call.headers.has("x-amz-server-side-encryption-customer-algorithm")) {
    throw new S3Error("InvalidRequest", "Encryption with customer-provided keys is not supported by this server.");
  }
  const algorithm = call.headers.get("x-amz-server-side-encryption");
  if (algorithm === undefined) return call.bucket.defaultEncryption;
  if (algorithm === "AES256") return { algorithm, kmsKeyId: null, bucketKey: false };
  if (algorithm !== "aws:kms" && algorithm !== "aws:kms:dsse") {
    throw invalidArgument(
      "x-amz-server-side-encryption",
      algorithm,
      "The encryption method specified is not supported",
    );
  }
  return {
    algorithm,
    kmsKeyId:
      call.headers.get("x-amz-server-side-encryption-aws-kms-key-id") ??
      `arn:aws:kms:${call.region}:000000000000:alias/aws/s3`,
    bucketKey: requestedBucketKey(call, algorithm),
  };
}

/** Keys of the bucket are not for double encryption; for the other, the bucket says what the request leaves open. */
function requestedBucketKey(call: BucketCall, algorithm: string): boolean {
  if (algorithm === "aws:kms:dsse") return false;
  const stated = call.headers.get("x-amz-server-side-encryption-bucket-key-enabled");
  return stated === undefined ? call.bucket.defaultEncryption.bucketKey : stated.toLowerCase() === "true";
}

/** `x-amz-tagging`. @throws S3Error InvalidTag, InvalidArgument */
export function requestedTags(headers: ReadonlyMap<string, string>): Tags {
  const text = headers.get("x-amz-tagging");
  if (text === undefined || text === "") return [];
  return checkTags([...queryPairs(text)]);
}

export interface RequestedLock {
  readonly legalHold: boolean;
  readonly retention: Retention | null;
}

/** Lock headers, or the bucket's default retention. @throws S3Error InvalidRequest, InvalidArgument */
export function requestedLock(call: BucketCall): RequestedLock {
  const { headers, bucket, account } = call;
  const hold = headers.get("x-amz-object-lock-legal-hold");
  const mode = headers.get("x-amz-object-lock-mode");
  const until = headers.get("x-amz-object-lock-retain-until-date");
  if ((hold ?? mode ?? until) !== undefined && !bucket.objectLock) throw lockMissing();
  if (hold !== undefined && hold !== "ON" && hold !== "OFF") {
    throw invalidArgument("x-amz-object-lock-legal-hold", hold, "Legal Hold must be either of 'ON' or 'OFF'");
  }
  if ((mode === undefined) !== (until === undefined)) {
    throw new S3Error(
      "InvalidArgument",
      "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied",
    );
  }
  const byDefault = bucket.defaultRetention;
  let retention: Retention | null = null;
  if (mode !== undefined) retention = checkRetention(mode, until ?? "", account.nowMs);
  else if (byDefault) retention = { mode: byDefault.mode, untilMs: account.nowMs + byDefault.days * MS_PER_DAY };
  return { legalHold: hold === "ON", retention };
}

export function lockMissing(): S3Error {
  return new S3Error("InvalidRequest", "Bucket is missing Object Lock Configuration");
}

/** @throws S3Error InvalidArgument */
export function checkRetention(mode: string, until: string, nowMs: number): Retention {
  if (mode !== "GOVERNANCE" && mode !== "COMPLIANCE") {
    throw invalidArgument("x-amz-object-lock-mode", mode, "Unknown wormMode directive.");
  }
  const untilMs = Date.parse(until);
  if (!(untilMs > nowMs)) {
    throw invalidArgument("x-amz-object-lock-retain-until-date", until, "The retain until date must be in the future!");
  }
  return { mode, untilMs };
}

/** Website redirect and access control list of a write. */
export function requestedExtras(call: BucketCall): {
  readonly websiteRedirect: string | null;
  readonly acl: StoredAcl | null;
} {
  return {
    websiteRedirect: call.headers.get("x-amz-website-redirect-location") ?? null,
    acl: permittedAcl(call.bucket, aclFromHeaders(call.headers), call.headers.get("x-amz-acl")),
  };
}
