/** UploadPart and UploadPartCopy. */
import type { Answer, BucketCall } from "../call.ts";
import { md5Of } from "../checksums.ts";
import { checkContentMd5, verifiedChecksum } from "../content-checks.ts";
import { copySource } from "../copy-source.ts";
import { checksumHeaders, encryptionHeaders } from "../object-headers.ts";
import type { ObjectVersion } from "../object-version.ts";
import { billReading } from "../reading.ts";
import { S3Error, invalidArgument } from "../s3-error.ts";
import { type StoredBody, bodyChunks, sliceBody } from "../stored-body.ts";
import type { Upload, UploadedPart } from "../multipart-upload.ts";
import { leaf, xmlDocument } from "../xml.ts";
import { isoSeconds } from "../listing.ts";
import { sourceVersionHeader } from "./copy-object.ts";
import { namedUpload } from "./multipart-upload.ts";
import { partChecksumXml } from "./object-attributes.ts";
import { sentBody } from "./put-object.ts";

const MAX_PARTS = 10_000;
const MAX_PART_BYTES = 5 * 1024 ** 3;

export function uploadPart(call: BucketCall): Answer {
  const upload = namedUpload(call);
  const number = partNumber(call);
  const body = sentBody(call);
  const md5 = md5Of(bodyChunks(body));
  checkContentMd5(call.headers, md5);
  const part = keepPart(call, upload, number, body, body.length * call.account.byteScale, md5);
  return {
    status: 200,
    headers: { etag: `"${part.etag}"`, ...checksumHeaders(part.checksum), ...encryptionHeaders(upload.encryption) },
    charge: { item: "put", storageClass: call.account.stagingClass(upload.storageClass) },
  };
}

export function uploadPartCopy(call: BucketCall): Answer {
  const upload = namedUpload(call);
  const number = partNumber(call);
  const source = copySource(call);
  const { from, to } = copyRange(call, source.version);
  if (to - from > MAX_PART_BYTES) {
    throw new S3Error(
      "InvalidRequest",
      `The specified copy source is larger than the maximum allowable size for a copy source: ${MAX_PART_BYTES}`,
    );
  }
  const { byteScale } = call.account;
  const body = sliceBody(source.version.body, Math.ceil(from / byteScale), Math.ceil(to / byteScale));
  billReading(call.account, source.bucket, source.version, to - from);
  const part = keepPart(call, upload, number, body, to - from, md5Of(bodyChunks(body)));
  return {
    status: 200,
    headers: {
      "content-type": "application/xml",
      ...sourceVersionHeader(source),
      ...encryptionHeaders(upload.encryption),
    },
    body: xmlDocument(
      "CopyPartResult",
      leaf("LastModified", isoSeconds(part.lastModifiedMs)),
      leaf("ETag", `"${part.etag}"`),
      partChecksumXml(part.checksum),
    ),
    charge: { item: "put", storageClass: call.account.stagingClass(upload.storageClass) },
  };
}

function partNumber(call: BucketCall): number {
  const text = call.query.get("partNumber") ?? "";
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= MAX_PARTS) return number;
  throw invalidArgument("partNumber", text, "Part number must be an integer between 1 and 10000, inclusive");
}

/** The range in stated bytes, the end exclusive. @throws S3Error InvalidArgument, InvalidRange */
function copyRange(call: BucketCall, version: ObjectVersion): { readonly from: number; readonly to: number } {
  const header = call.headers.get("x-amz-copy-source-range");
  if (header === undefined) return { from: 0, to: version.sizeBytes };
  const match = /^bytes=(\d+)-(\d+)$/.exec(header.trim());
  const from = Number(match?.[1]);
  const to = Number(match?.[2]) + 1;
  if (!match || from >= to) {
    throw invalidArgument(
      "x-amz-copy-source-range",
      header,
      "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
    );
  }
  if (to <= version.sizeBytes) return { from, to };
  throw new S3Error("InvalidRange", `Range specified is not valid for source object of size: ${version.sizeBytes}`);
}

function keepPart(
  call: BucketCall,
  upload: Upload,
  number: number,
  body: StoredBody,
  sizeBytes: number,
  md5: Buffer,
): UploadedPart {
  const checksum = verifiedChecksum(call.headers, body, upload.checksum?.algorithm ?? null);
  if (checksum && upload.checksum && checksum.algorithm !== upload.checksum.algorithm) {
    throw new S3Error(
      "InvalidRequest",
      `Checksum Type mismatch occurred, expected checksum Type: ${upload.checksum.algorithm}, actual checksum Type: ${checksum.algorithm}`,
    );
  }
  const part = { number, body, sizeBytes, etag: md5.toString("hex"), checksum, lastModifiedMs: call.account.nowMs };
  call.account.addPart(upload, part);
  return part;
}
