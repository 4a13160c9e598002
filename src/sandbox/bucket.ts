/** One bucket: its versions by key, their order, its uploads in progress and its configuration. */
import type { StoredAcl } from "./acl.ts";
import { KeyIndex } from "./key-index.ts";
import type { LifecycleRule } from "./lifecycle-rules.ts";
import type { Upload } from "./multipart-upload.ts";
import type { ObjectVersion, StoredEncryption, Tags } from "./object-version.ts";
import { S3Error } from "./s3-error.ts";

export type Versioning = "off" | "enabled" | "suspended";

export interface DefaultRetention {
  readonly mode: "GOVERNANCE" | "COMPLIANCE";
  readonly days: number;
}

const OWNERSHIPS = ["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"] as const;
/** Whether objects have access control lists, and whose they are; `BucketOwnerEnforced` means they have none. */
export type Ownership = (typeof OWNERSHIPS)[number];

export function isOwnership(text: string): text is Ownership {
  return OWNERSHIPS.some((known) => known === text);
}

export interface Bucket {
  readonly name: string;
  readonly createdMs: number;
  versioning: Versioning;
  objectLock: boolean;
  defaultRetention: DefaultRetention | null;
  defaultEncryption: StoredEncryption;
  /** Newest version of every key; older ones hang on it. */
  readonly newest: Map<string, ObjectVersion>;
  readonly index: KeyIndex;
  readonly uploads: Map<string, Upload>;
  /** Configuration documents as they were put, by subresource, or `subresource id` where they have ids. */
  readonly documents: Map<string, string>;
  lifecycle: readonly LifecycleRule[];
  tags: Tags | null;
  acl: StoredAcl | null;
  /** `null`: no controls were ever set, as in buckets older than 2021. */
  ownership: Ownership | null;
}

export function newBucket(name: string, createdMs: number): Bucket {
  return {
    name,
    createdMs,
    versioning: "off",
    objectLock: false,
    defaultRetention: null,
    defaultEncryption: { algorithm: "AES256", kmsKeyId: null, bucketKey: false },
    newest: new Map(),
    index: new KeyIndex(),
    uploads: new Map(),
    documents: new Map(),
    lifecycle: [],
    tags: null,
    acl: null,
    // What S3 gives every new bucket since April 2023.
    ownership: "BucketOwnerEnforced",
  };
}

/** @throws S3Error InvalidBucketName */
export function checkBucketName(name: string): void {
  const shaped = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes("..");
  if (!shaped || /^\d+\.\d+\.\d+\.\d+$/.test(name)) {
    throw new S3Error("InvalidBucketName", "The specified bucket is not valid.", { BucketName: name });
  }
}

/** The current object, or `undefined` where there is none or a delete marker hides it. */
export function currentVersion(bucket: Bucket, key: string): ObjectVersion | undefined {
  const newest = bucket.newest.get(key);
  return newest?.deleteMarker ? undefined : newest;
}

/** Versions of a key, newest first. */
export function* versionsOf(bucket: Bucket, key: string): Generator<ObjectVersion> {
  for (let version = bucket.newest.get(key) ?? null; version; version = version.older) yield version;
}

/**
 * The version a request names, or the current one.
 * @throws S3Error NoSuchKey, NoSuchVersion, MethodNotAllowed (a delete marker was named)
 */
export function findVersion(bucket: Bucket, key: string, versionId: string | undefined): ObjectVersion {
  if (versionId === undefined) {
    const newest = bucket.newest.get(key);
    if (newest && !newest.deleteMarker) return newest;
    const headers = newest ? { "x-amz-delete-marker": "true", "x-amz-version-id": newest.versionId } : {};
    throw new S3Error("NoSuchKey", "The specified key does not exist.", { Key: key }, headers);
  }
  for (const version of versionsOf(bucket, key)) {
    if (version.versionId !== versionId) continue;
    if (!version.deleteMarker) return version;
    throw new S3Error(
      "MethodNotAllowed",
      "The specified method is not allowed against this resource.",
      {},
      {
        "x-amz-delete-marker": "true",
        allow: "DELETE",
        "last-modified": new Date(version.lastModifiedMs).toUTCString(),
      },
    );
  }
  throw new S3Error("NoSuchVersion", "The specified version does not exist.", { Key: key, VersionId: versionId });
}
