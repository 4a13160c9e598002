/** Deleting as S3 does it: for good without versioning, behind a delete marker with it. */
import type { Account } from "./account.ts";
import { type Bucket, versionsOf } from "./bucket.ts";
import { EMPTY_BODY } from "./stored-body.ts";
import { type ObjectVersion, isLocked } from "./object-version.ts";
import { S3Error } from "./s3-error.ts";

export interface Deletion {
  /** Version that was deleted or, with `deleteMarker`, made or removed. */
  readonly versionId: string | null;
  readonly deleteMarker: boolean;
}

/** DELETE without a version id. Deleting what isn't there is no fault. */
export function deleteCurrent(account: Account, bucket: Bucket, key: string): Deletion {
  if (bucket.versioning === "off") {
    const version = bucket.newest.get(key);
    if (version) account.removeVersion(bucket, version);
    return { versionId: null, deleteMarker: false };
  }
  const marker = deleteMarker(account, bucket, key);
  account.addVersion(bucket, marker);
  return { versionId: marker.versionId, deleteMarker: true };
}

/** DELETE of one version. @throws S3Error AccessDenied when a lock protects it */
export function deleteVersion(
  account: Account,
  bucket: Bucket,
  key: string,
  versionId: string,
  bypassGovernance: boolean,
): Deletion {
  for (const version of versionsOf(bucket, key)) {
    if (version.versionId !== versionId) continue;
    if (isLocked(version, account.nowMs, bypassGovernance)) {
      throw new S3Error("AccessDenied", "Access Denied because object protected by object lock.");
    }
    account.removeVersion(bucket, version);
    return { versionId, deleteMarker: version.deleteMarker };
  }
  return { versionId, deleteMarker: false };
}

function deleteMarker(account: Account, bucket: Bucket, key: string): ObjectVersion {
  const now = account.nowMs;
  return {
    key,
    versionId: account.versionIdFor(bucket),
    deleteMarker: true,
    lastModifiedMs: now,
    sizeBytes: 0,
    body: EMPTY_BODY,
    etag: "",
    attributes: {
      contentHeaders: {},
      metadata: {},
      websiteRedirect: null,
      encryption: { algorithm: "AES256", kmsKeyId: null, bucketKey: false },
      checksum: null,
      parts: null,
    },
    storageClass: account.book.baseClass,
    classSinceMs: now,
    tags: [],
    legalHold: false,
    retention: null,
    acl: null,
    restore: null,
    innerTier: 0,
    lastAccessMs: now,
    noncurrentSinceMs: null,
    older: null,
    dueMs: Infinity,
    gone: false,
  };
}
