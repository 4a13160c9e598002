/** PutObject, and the making of a new version that copies and finished uploads share. */
import type { Answer, BucketCall } from "../call.ts";
import { currentVersion } from "../bucket.ts";
import { checksumAlgorithm, md5Of } from "../checksums.ts";
import { checkDestination } from "../conditions.ts";
import { checkContentMd5, verifiedChecksum } from "../content-checks.ts";
import { checksumHeaders, encryptionHeaders, versionHeader } from "../object-headers.ts";
import type { ObjectVersion } from "../object-version.ts";
import { S3Error, invalidArgument } from "../s3-error.ts";
import { type StoredBody, bodyChunks } from "../stored-body.ts";
import {
  requestedClass,
  requestedDescription,
  requestedEncryption,
  requestedExtras,
  requestedLock,
  requestedTags,
} from "../write-headers.ts";

const MAX_PUT_BYTES = 5 * 1024 ** 3;

export type NewVersion = Pick<
  ObjectVersion,
  "key" | "body" | "sizeBytes" | "etag" | "attributes" | "storageClass" | "tags" | "legalHold" | "retention" | "acl"
>;

/** Stores a new version and gives it its id. @param createdMs the account's present unless given */
export function storeVersion(
  call: Pick<BucketCall, "account" | "bucket">,
  content: NewVersion,
  createdMs: number = call.account.nowMs,
): ObjectVersion {
  const version: ObjectVersion = {
    ...content,
    versionId: call.account.versionIdFor(call.bucket),
    deleteMarker: false,
    lastModifiedMs: createdMs,
    classSinceMs: createdMs,
    restore: null,
    innerTier: 0,
    lastAccessMs: createdMs,
    noncurrentSinceMs: null,
    older: null,
    dueMs: Infinity,
    gone: false,
  };
  call.account.addVersion(call.bucket, version);
  return version;
}

/**
 * The content of a PUT: its bytes or, with `x-astra-synthetic: SEED:SIZE` and an empty body, a generated stream.
 * @throws S3Error MissingContentLength, InvalidArgument, EntityTooLarge
 */
export function sentBody(call: BucketCall): StoredBody {
  const synthetic = call.headers.get("x-astra-synthetic");
  if (synthetic !== undefined) return syntheticBody(call, synthetic);
  if (!call.headers.has("content-length") && !call.headers.has("x-amz-decoded-content-length")) {
    throw new S3Error("MissingContentLength", "You must provide the Content-Length HTTP header.");
  }
  return call.body;
}

function syntheticBody(call: BucketCall, header: string): StoredBody {
  const match = /^(.*):(\d{1,16})$/.exec(header);
  if (!match || call.body.length > 0) {
    throw invalidArgument("x-astra-synthetic", header, "Send SEED:SIZE and no body");
  }
  const length = Number(match[2]);
  if (length > MAX_PUT_BYTES) {
    throw new S3Error("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
  }
  return { seed: match[1] ?? "", fromByte: 0, length };
}

export function putObject(call: BucketCall): Answer {
  const storageClass = requestedClass(call);
  const body = sentBody(call);
  const { acl, websiteRedirect } = requestedExtras(call);
  const lock = requestedLock(call);
  const tags = requestedTags(call.headers);
  const encryption = requestedEncryption(call);
  const md5 = md5Of(bodyChunks(body));
  checkContentMd5(call.headers, md5);
  const fallback = checksumAlgorithm(call.headers.get("x-amz-sdk-checksum-algorithm") ?? "") ?? null;
  const checksum = verifiedChecksum(call.headers, body, fallback);
  checkDestination(call.headers, currentVersion(call.bucket, call.key));
  const version = storeVersion(call, {
    key: call.key,
    body,
    sizeBytes: body.length * call.account.byteScale,
    etag: md5.toString("hex"),
    attributes: { ...requestedDescription(call.headers), websiteRedirect, encryption, checksum, parts: null },
    storageClass,
    tags,
    acl,
    ...lock,
  });
  return {
    status: 200,
    headers: {
      etag: `"${version.etag}"`,
      ...versionHeader(call, version.versionId),
      ...encryptionHeaders(encryption),
      ...checksumHeaders(checksum),
    },
    charge: { item: "put", storageClass },
  };
}
