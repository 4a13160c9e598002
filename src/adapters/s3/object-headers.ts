/** Request headers that say what a new object is. */
import { AstraError } from "../../core/errors.ts";
import type { Encryption, ObjectHead } from "../../ports/object-store.ts";
import { encodeHeaderText, encodeKey } from "./encoding.ts";
import { objectWhere } from "./errors.ts";
import type { Requests } from "./request.ts";

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** @throws ASTRA_STORE_REFUSED for a name that cannot be a header's. */
export function metadataHeaders(metadata: Readonly<Record<string, string>>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(metadata)) {
    if (!TOKEN.test(name)) {
      throw new AstraError("ASTRA_STORE_REFUSED", `the metadata name ${JSON.stringify(name)} cannot be sent`, {
        fix: "Use letters, digits, - and _ in metadata names.",
      });
    }
    headers[`x-amz-meta-${name.toLowerCase()}`] = encodeHeaderText(value);
  }
  return headers;
}

/** What `metadata-directive: COPY` leaves behind, and encryption, which is never taken over from the source. */
export function restatedHeaders(requests: Requests, head: ObjectHead): Record<string, string> {
  const { retention } = head;
  // A lock that has run out locks nothing, and S3 refuses its date.
  const runs = retention !== null && retention.untilMs > requests.clock.now();
  return {
    ...encryptionHeaders(head.encryption),
    ...(head.websiteRedirect === null ? {} : { "x-amz-website-redirect-location": redirectText(head.websiteRedirect) }),
    ...(head.legalHold ? { "x-amz-object-lock-legal-hold": "ON" } : {}),
    ...(runs
      ? {
          "x-amz-object-lock-mode": retention.mode,
          "x-amz-object-lock-retain-until-date": new Date(retention.untilMs).toISOString(),
        }
      : {}),
  };
}

function redirectText(location: string): string {
  return /^[\x20-\x7e]*$/.test(location) ? location : encodeURI(location);
}

/** Stated in full, as the bucket's default would fill what is left open: also that no bucket key is used. */
export function encryptionHeaders(encryption: Encryption | null | undefined): Record<string, string> {
  if (!encryption) return {};
  // Bucket keys exist for aws:kms alone.
  const hasBucketKeys = encryption.algorithm === "aws:kms";
  return {
    "x-amz-server-side-encryption": encryption.algorithm,
    ...(encryption.kmsKeyId === null ? {} : { "x-amz-server-side-encryption-aws-kms-key-id": encryption.kmsKeyId }),
    ...(hasBucketKeys
      ? { "x-amz-server-side-encryption-bucket-key-enabled": encryption.bucketKey ? "true" : "false" }
      : {}),
  };
}

/**
 * The source is named without its version: pinned to one, the copy would bring back content that a newer version has
 * replaced. So the current version is copied, and only if it still has the ETag of `head`.
 */
export function sourceHeaders(requests: Requests, head: ObjectHead): Record<string, string> {
  return {
    "x-amz-copy-source": `/${requests.bucket}/${encodeKey(head.key)}`,
    "x-amz-copy-source-if-match": `"${head.etag}"`,
  };
}

export function changedError(requests: Requests, key: string): AstraError {
  const where = objectWhere(requests.bucket, key);
  return new AstraError("ASTRA_OBJECT_CHANGED", `${where} has changed since it was looked at`, { where });
}

/** Condition on what the copy replaces, where the server knows it. */
export function destinationHeaders(requests: Requests, head: ObjectHead): Record<string, string> {
  return requests.settings.conditionalCopyDestination ? { "if-match": `"${head.etag}"` } : {};
}
