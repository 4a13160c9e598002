/** Headers that show an object. */
import type { BucketCall } from "./call.ts";
import { checksumHeader } from "./checksums.ts";
import type { ObjectVersion, StoredChecksum, StoredEncryption } from "./object-version.ts";

export type Headers = Record<string, string>;

export function encryptionHeaders(encryption: StoredEncryption): Headers {
  const headers: Headers = { "x-amz-server-side-encryption": encryption.algorithm };
  if (encryption.kmsKeyId !== null) headers["x-amz-server-side-encryption-aws-kms-key-id"] = encryption.kmsKeyId;
  if (encryption.bucketKey) headers["x-amz-server-side-encryption-bucket-key-enabled"] = "true";
  return headers;
}

export function checksumHeaders(checksum: StoredChecksum | null): Headers {
  return checksum ? { [checksumHeader(checksum.algorithm)]: checksum.value, "x-amz-checksum-type": checksum.type } : {};
}

/** The version id, where the bucket has ever kept versions. */
export function versionHeader(call: BucketCall, versionId: string): Headers {
  return call.bucket.versioning === "off" ? {} : { "x-amz-version-id": versionId };
}

/** The checksum of the whole, where the request asks for it. */
export function askedChecksum(call: BucketCall, version: ObjectVersion): Headers {
  const asked = call.headers.get("x-amz-checksum-mode")?.toUpperCase() === "ENABLED";
  return asked ? checksumHeaders(version.attributes.checksum) : {};
}

/** Everything HEAD tells, but for length and checksum. */
export function objectHeaders(call: BucketCall, version: ObjectVersion): Headers {
  const { attributes } = version;
  const headers: Headers = {
    etag: `"${version.etag}"`,
    "last-modified": new Date(version.lastModifiedMs).toUTCString(),
    "accept-ranges": "bytes",
    ...attributes.contentHeaders,
    ...encryptionHeaders(attributes.encryption),
    ...versionHeader(call, version.versionId),
  };
  for (const [name, value] of Object.entries(attributes.metadata)) headers[`x-amz-meta-${name}`] = value;
  if (version.storageClass !== call.account.book.baseClass) headers["x-amz-storage-class"] = version.storageClass;
  if (attributes.websiteRedirect !== null) headers["x-amz-website-redirect-location"] = attributes.websiteRedirect;
  if (version.tags.length > 0) headers["x-amz-tagging-count"] = String(version.tags.length);
  if (version.legalHold) headers["x-amz-object-lock-legal-hold"] = "ON";
  if (version.retention) {
    headers["x-amz-object-lock-mode"] = version.retention.mode;
    headers["x-amz-object-lock-retain-until-date"] = new Date(version.retention.untilMs).toISOString();
  }
  const restore = restoreHeader(version);
  if (restore !== null) headers["x-amz-restore"] = restore;
  return headers;
}

function restoreHeader(version: ObjectVersion): string | null {
  if (!version.restore) return null;
  if (!version.restore.ready) return 'ongoing-request="true"';
  return `ongoing-request="false", expiry-date="${new Date(version.restore.expiresMs).toUTCString()}"`;
}
