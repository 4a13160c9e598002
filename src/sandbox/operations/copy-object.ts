/** CopyObject, onto another key or onto itself with another class. */
import { currentVersion } from "../bucket.ts";
import type { Answer, BucketCall } from "../call.ts";
import { type ChecksumAlgorithm, checksumAlgorithm, checksumOf, md5Of } from "../checksums.ts";
import { checkDestination } from "../conditions.ts";
import { type CopySource, copySource } from "../copy-source.ts";
import { type Headers, encryptionHeaders, versionHeader } from "../object-headers.ts";
import { NULL_VERSION, type ObjectVersion, type StoredChecksum } from "../object-version.ts";
import { billReading } from "../reading.ts";
import { S3Error, invalidArgument } from "../s3-error.ts";
import { bodyChunks } from "../stored-body.ts";
import {
  requestedClass,
  requestedDescription,
  requestedEncryption,
  requestedExtras,
  requestedLock,
  requestedTags,
} from "../write-headers.ts";
import { leaf, xmlDocument } from "../xml.ts";
import { isoSeconds } from "../listing.ts";
import { storeVersion } from "./put-object.ts";

const MAX_COPY_BYTES = 5 * 1024 ** 3;
/** Headers that make a copy of an object onto itself change something. */
const CHANGES = ["x-amz-storage-class", "x-amz-server-side-encryption", "x-amz-website-redirect-location"];

export function copyObject(call: BucketCall): Answer {
  const replacesMetadata = directive(call, "x-amz-metadata-directive");
  const replacesTags = directive(call, "x-amz-tagging-directive");
  const storageClass = requestedClass(call);
  const source = copySource(call);
  checkChanges(call, source, replacesMetadata);
  if (source.version.sizeBytes > MAX_COPY_BYTES) {
    throw new S3Error(
      "InvalidRequest",
      `The specified copy source is larger than the maximum allowable size for a copy source: ${MAX_COPY_BYTES}`,
    );
  }
  checkDestination(call.headers, currentVersion(call.bucket, call.key));
  const { version: from } = source;
  const encryption = requestedEncryption(call);
  const checksum = copiedChecksum(call, from);
  const content = {
    key: call.key,
    body: from.body,
    sizeBytes: from.sizeBytes,
    etag: from.attributes.parts ? md5Of(bodyChunks(from.body)).toString("hex") : from.etag,
    attributes: {
      ...(replacesMetadata ? requestedDescription(call.headers) : from.attributes),
      ...requestedExtras(call),
      encryption,
      checksum,
      parts: null,
    },
    storageClass,
    tags: replacesTags ? requestedTags(call.headers) : from.tags,
    acl: requestedExtras(call).acl,
    ...requestedLock(call),
  };
  billReading(call.account, source.bucket, from, from.sizeBytes);
  const version = storeVersion(call, content);
  return {
    status: 200,
    headers: {
      "content-type": "application/xml",
      ...versionHeader(call, version.versionId),
      ...sourceVersionHeader(source),
      ...encryptionHeaders(encryption),
    },
    body: xmlDocument(
      "CopyObjectResult",
      leaf("LastModified", isoSeconds(version.lastModifiedMs)),
      leaf("ETag", `"${version.etag}"`),
      checksumXml(checksum),
    ),
    charge: { item: "put", storageClass },
  };
}

/** Elements that show a checksum. */
export function checksumXml(checksum: StoredChecksum | null): string {
  return checksum ? leaf(`Checksum${checksum.algorithm}`, checksum.value) + leaf("ChecksumType", checksum.type) : "";
}

export function sourceVersionHeader(source: CopySource): Headers {
  const { versionId } = source.version;
  return source.bucket.versioning === "off" && versionId === NULL_VERSION
    ? {}
    : { "x-amz-copy-source-version-id": versionId };
}

/** @returns whether the directive says REPLACE. @throws S3Error InvalidArgument */
function directive(call: BucketCall, name: string): boolean {
  const value = call.headers.get(name) ?? "COPY";
  if (value !== "COPY" && value !== "REPLACE") throw invalidArgument(name, value, `Unknown ${name}.`);
  return value === "REPLACE";
}

function checkChanges(call: BucketCall, source: CopySource, replacesMetadata: boolean): void {
  const ontoItself = source.bucket === call.bucket && source.version.key === call.key && !source.namesVersion;
  if (!ontoItself || replacesMetadata || CHANGES.some((name) => call.headers.has(name))) return;
  throw new S3Error(
    "InvalidRequest",
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );
}

/** A copy is one piece: a checksum of parts is calculated anew over the whole. */
function copiedChecksum(call: BucketCall, from: ObjectVersion): StoredChecksum | null {
  const asked = call.headers.get("x-amz-checksum-algorithm");
  const before = from.attributes.checksum;
  const algorithm: ChecksumAlgorithm | undefined = asked === undefined ? before?.algorithm : checksumAlgorithm(asked);
  if (!algorithm) {
    if (asked !== undefined)
      throw invalidArgument("x-amz-checksum-algorithm", asked, "Checksum algorithm provided is unsupported.");
    return null;
  }
  if (before?.algorithm === algorithm && before.type === "FULL_OBJECT") return before;
  return { algorithm, value: checksumOf(algorithm, bodyChunks(from.body)), type: "FULL_OBJECT" };
}
