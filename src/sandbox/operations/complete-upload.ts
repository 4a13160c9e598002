/** CompleteMultipartUpload: the parts become an object. */
import { currentVersion } from "../bucket.ts";
import { type Answer, type BucketCall, xmlAnswer } from "../call.ts";
import { checksumHeader, checksumOf, md5Of } from "../checksums.ts";
import { checkDestination } from "../conditions.ts";
import type { Upload, UploadedPart } from "../multipart-upload.ts";
import { encryptionHeaders, versionHeader } from "../object-headers.ts";
import type { StoredChecksum } from "../object-version.ts";
import { S3Error } from "../s3-error.ts";
import { type StoredBody, bodyChunks, joinBodies } from "../stored-body.ts";
import { childInteger, childText, childrenNamed, leaf, malformed, parseXmlRoot, xmlDocument } from "../xml.ts";
import { checksumXml } from "./copy-object.ts";
import { namedUpload } from "./multipart-upload.ts";
import { storeVersion } from "./put-object.ts";

const LEAST_PART_BYTES = 5 * 1024 ** 2;
const MAX_OBJECT_BYTES = 5 * 1024 ** 4;

export function completeMultipartUpload(call: BucketCall): Answer {
  const { account, bucket } = call;
  const upload = namedUpload(call);
  const parts = chosenParts(upload, call.body);
  const body = joinBodies(parts.map((part) => part.body));
  const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
  checkSizes(call, parts, sizeBytes);
  const checksum = wholeChecksum(call, upload, parts, body);
  checkDestination(call.headers, currentVersion(bucket, call.key));
  account.dropParts(upload, [...upload.parts.keys()]);
  bucket.uploads.delete(upload.uploadId);
  const { key, storageClass, tags, legalHold, retention, acl } = upload;
  const { contentHeaders, metadata, websiteRedirect, encryption } = upload;
  const records = parts.map(({ number, sizeBytes: partBytes, checksum: kept }) => ({
    number,
    sizeBytes: partBytes,
    checksum: kept,
  }));
  const version = storeVersion(call, {
    key,
    body,
    sizeBytes,
    etag: `${md5Of(parts.map((part) => Buffer.from(part.etag, "hex"))).toString("hex")}-${parts.length}`,
    attributes: { contentHeaders, metadata, websiteRedirect, encryption, checksum, parts: records },
    storageClass,
    tags,
    legalHold,
    retention,
    acl,
  });
  const answer = xmlAnswer(
    xmlDocument(
      "CompleteMultipartUploadResult",
      leaf("Location", `/${bucket.name}/${key}`),
      leaf("Bucket", bucket.name),
      leaf("Key", key),
      leaf("ETag", `"${version.etag}"`),
      checksumXml(checksum),
    ),
    { item: "put", storageClass },
  );
  return {
    ...answer,
    headers: { ...answer.headers, ...versionHeader(call, version.versionId), ...encryptionHeaders(encryption) },
  };
}

/** The parts a request lists, in its order. @throws S3Error MalformedXML, InvalidPart, InvalidPartOrder */
function chosenParts(upload: Upload, body: Uint8Array): UploadedPart[] {
  const listed = childrenNamed(parseXmlRoot(body, "CompleteMultipartUpload"), "Part");
  if (listed.length === 0) throw malformed();
  let before = 0;
  return listed.map((entry) => {
    const number = childInteger(entry, "PartNumber");
    if (number === undefined) throw malformed();
    if (number <= before)
      throw new S3Error(
        "InvalidPartOrder",
        "The list of parts was not in ascending order. Parts must be ordered by part number.",
      );
    before = number;
    const part = upload.parts.get(number);
    const etag = childText(entry, "ETag")?.trim().replaceAll('"', "");
    const checksum = part?.checksum && childText(entry, `Checksum${part.checksum.algorithm}`);
    const sameChecksum = checksum === undefined || checksum === null || checksum === part?.checksum?.value;
    if (part && part.etag === etag && sameChecksum) return part;
    throw new S3Error(
      "InvalidPart",
      "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
      {
        UploadId: upload.uploadId,
        PartNumber: String(number),
        ETag: etag ?? "",
      },
    );
  });
}

function checkSizes(call: BucketCall, parts: readonly UploadedPart[], sizeBytes: number): void {
  const small = parts.slice(0, -1).find((part) => part.sizeBytes < LEAST_PART_BYTES);
  if (small) {
    throw new S3Error("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", {
      ProposedSize: String(small.sizeBytes),
      MinSizeAllowed: String(LEAST_PART_BYTES),
      PartNumber: String(small.number),
    });
  }
  if (sizeBytes > MAX_OBJECT_BYTES * call.account.byteScale) {
    throw new S3Error("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
  }
  const stated = call.headers.get("x-amz-mp-object-size");
  if (stated !== undefined && Number(stated) !== sizeBytes) {
    throw new S3Error(
      "InvalidRequest",
      "The provided 'x-amz-mp-object-size' header value does not match the size of the object.",
    );
  }
}

function wholeChecksum(
  call: BucketCall,
  upload: Upload,
  parts: readonly UploadedPart[],
  body: StoredBody,
): StoredChecksum | null {
  if (!upload.checksum) return null;
  const { algorithm, type } = upload.checksum;
  const value =
    type === "FULL_OBJECT"
      ? checksumOf(algorithm, bodyChunks(body))
      : `${checksumOf(
          algorithm,
          parts.map((part) => Buffer.from(part.checksum?.value ?? "", "base64")),
        )}-${parts.length}`;
  const sent = call.headers.get(checksumHeader(algorithm));
  if (sent !== undefined && sent !== value) {
    throw new S3Error("BadDigest", `The ${algorithm} you specified did not match the calculated checksum.`);
  }
  return { algorithm, value, type };
}
