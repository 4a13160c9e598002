/** Multipart uploads: begin, abort, list what is there. */
import { ownerXml } from "../acl.ts";
import { type Answer, type BucketCall, xmlAnswer } from "../call.ts";
import { type ChecksumAlgorithm, checksumAlgorithm } from "../checksums.ts";
import { compareUtf8 } from "../key-index.ts";
import { isoSeconds, keyEncoder, pageSize } from "../listing.ts";
import type { Upload } from "../multipart-upload.ts";
import { encryptionHeaders } from "../object-headers.ts";
import { S3Error, invalidArgument } from "../s3-error.ts";
import {
  requestedClass,
  requestedDescription,
  requestedEncryption,
  requestedExtras,
  requestedLock,
  requestedTags,
} from "../write-headers.ts";
import { element, leaf, xmlDocument } from "../xml.ts";
import { partChecksumXml } from "./object-attributes.ts";

export function createMultipartUpload(call: BucketCall): Answer {
  const { account, bucket, key } = call;
  const upload: Upload = {
    uploadId: account.newId(),
    key,
    initiatedMs: account.nowMs,
    storageClass: requestedClass(call),
    ...requestedDescription(call.headers),
    ...requestedExtras(call),
    ...requestedLock(call),
    encryption: requestedEncryption(call),
    tags: requestedTags(call.headers),
    checksum: requestedChecksum(call),
    parts: new Map(),
  };
  bucket.uploads.set(upload.uploadId, upload);
  account.scheduleUpload(bucket, upload);
  const answer = xmlAnswer(
    xmlDocument(
      "InitiateMultipartUploadResult",
      leaf("Bucket", bucket.name),
      leaf("Key", key),
      leaf("UploadId", upload.uploadId),
    ),
    { item: "put", storageClass: account.stagingClass(upload.storageClass) },
  );
  const headers: Record<string, string> = { ...answer.headers, ...encryptionHeaders(upload.encryption) };
  if (upload.checksum) {
    headers["x-amz-checksum-algorithm"] = upload.checksum.algorithm;
    headers["x-amz-checksum-type"] = upload.checksum.type;
  }
  return { ...answer, headers };
}

function requestedChecksum(call: BucketCall): Upload["checksum"] {
  const name = call.headers.get("x-amz-checksum-algorithm");
  if (name === undefined) return null;
  const algorithm: ChecksumAlgorithm | undefined = checksumAlgorithm(name);
  if (!algorithm)
    throw invalidArgument("x-amz-checksum-algorithm", name, "Checksum algorithm provided is unsupported.");
  const whole = algorithm === "CRC64NVME";
  const type = call.headers.get("x-amz-checksum-type") ?? (whole ? "FULL_OBJECT" : "COMPOSITE");
  const linear = algorithm.startsWith("CRC");
  if (
    (type !== "FULL_OBJECT" && type !== "COMPOSITE") ||
    (type === "COMPOSITE" && whole) ||
    (type === "FULL_OBJECT" && !linear)
  ) {
    throw new S3Error(
      "InvalidRequest",
      `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    );
  }
  return { algorithm, type };
}

/** The upload a request names. @throws S3Error NoSuchUpload */
export function namedUpload(call: BucketCall): Upload {
  const upload = call.bucket.uploads.get(call.query.get("uploadId") ?? "");
  if (upload?.key === call.key) return upload;
  throw new S3Error(
    "NoSuchUpload",
    "The specified multipart upload does not exist. The upload ID might be invalid, or the multipart upload might have been aborted or completed.",
    {
      UploadId: call.query.get("uploadId") ?? "",
    },
  );
}

export function abortMultipartUpload(call: BucketCall): Answer {
  const upload = namedUpload(call);
  call.account.dropParts(upload, [...upload.parts.keys()]);
  call.bucket.uploads.delete(upload.uploadId);
  return { status: 204, charge: null };
}

export function listParts(call: BucketCall): Answer {
  const upload = namedUpload(call);
  const most = pageSize(call, "max-parts");
  const marker = Number(call.query.get("part-number-marker") ?? 0) || 0;
  const rest = [...upload.parts.values()]
    .filter((part) => part.number > marker)
    .toSorted((a, b) => a.number - b.number);
  const page = rest.slice(0, most);
  const parts = page.map((part) =>
    element(
      "Part",
      leaf("PartNumber", part.number),
      leaf("LastModified", isoSeconds(part.lastModifiedMs)),
      leaf("ETag", `"${part.etag}"`),
      leaf("Size", part.sizeBytes),
      partChecksumXml(part.checksum),
    ),
  );
  return xmlAnswer(
    xmlDocument(
      "ListPartsResult",
      leaf("Bucket", call.bucket.name),
      leaf("Key", keyEncoder(call)(call.key)),
      leaf("UploadId", upload.uploadId),
      ownerXml("Initiator"),
      ownerXml(),
      leaf("StorageClass", upload.storageClass),
      leaf("PartNumberMarker", marker),
      leaf("NextPartNumberMarker", page.at(-1)?.number ?? marker),
      leaf("MaxParts", most),
      leaf("IsTruncated", rest.length > page.length),
      upload.checksum
        ? leaf("ChecksumAlgorithm", upload.checksum.algorithm) + leaf("ChecksumType", upload.checksum.type)
        : "",
      ...parts,
    ),
  );
}

export function listMultipartUploads(call: BucketCall): Answer {
  const encode = keyEncoder(call);
  const prefix = call.query.get("prefix") ?? "";
  const keyMarker = call.query.get("key-marker") ?? "";
  const idMarker = call.query.get("upload-id-marker") ?? "";
  const most = pageSize(call, "max-uploads");
  const rest = [...call.bucket.uploads.values()]
    .filter((upload) => upload.key.startsWith(prefix) && isAfter(upload, keyMarker, idMarker))
    .toSorted((a, b) => compareUtf8(a.key, b.key) || compareUtf8(a.uploadId, b.uploadId));
  const page = rest.slice(0, most);
  const truncated = rest.length > page.length;
  const last = truncated ? page.at(-1) : undefined;
  return xmlAnswer(
    xmlDocument(
      "ListMultipartUploadsResult",
      leaf("Bucket", call.bucket.name),
      leaf("KeyMarker", encode(keyMarker)),
      leaf("UploadIdMarker", idMarker),
      last ? leaf("NextKeyMarker", encode(last.key)) + leaf("NextUploadIdMarker", last.uploadId) : "",
      leaf("Prefix", encode(prefix)),
      leaf("EncodingType", call.query.get("encoding-type")),
      leaf("MaxUploads", most),
      leaf("IsTruncated", truncated),
      ...page.map((upload) =>
        element(
          "Upload",
          leaf("Key", encode(upload.key)),
          leaf("UploadId", upload.uploadId),
          ownerXml("Initiator"),
          ownerXml(),
          leaf("StorageClass", upload.storageClass),
          leaf("Initiated", isoSeconds(upload.initiatedMs)),
        ),
      ),
    ),
    { item: "list", storageClass: call.account.book.baseClass },
  );
}

function isAfter(upload: Upload, keyMarker: string, idMarker: string): boolean {
  const order = compareUtf8(upload.key, keyMarker);
  return order > 0 || (order === 0 && idMarker !== "" && upload.uploadId > idMarker);
}
