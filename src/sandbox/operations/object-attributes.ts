/** GetObjectAttributes. */
import { findVersion } from "../bucket.ts";
import { type Answer, type BucketCall, xmlAnswer } from "../call.ts";
import { versionHeader } from "../object-headers.ts";
import type { ObjectVersion, StoredChecksum } from "../object-version.ts";
import { S3Error, invalidArgument } from "../s3-error.ts";
import { element, leaf, xmlDocument } from "../xml.ts";
import { checksumXml } from "./copy-object.ts";

const ATTRIBUTES = new Set(["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"]);
const MAX_PARTS = 1000;

export function getObjectAttributes(call: BucketCall): Answer {
  const version = findVersion(call.bucket, call.key, call.query.get("versionId"));
  const header = call.headers.get("x-amz-object-attributes") ?? "";
  const asked = new Set(header.split(",").map((name) => name.trim()));
  if (header === "")
    throw new S3Error(
      "InvalidRequest",
      "The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty",
    );
  for (const name of asked) {
    if (!ATTRIBUTES.has(name))
      throw invalidArgument("x-amz-object-attributes", name, "Invalid attribute name specified.");
  }
  const { checksum } = version.attributes;
  const answer = xmlAnswer(
    xmlDocument(
      "GetObjectAttributesResponse",
      asked.has("ETag") ? leaf("ETag", version.etag) : "",
      asked.has("Checksum") && checksum ? element("Checksum", checksumXml(checksum)) : "",
      asked.has("ObjectParts") ? partsXml(call, version) : "",
      asked.has("StorageClass") ? leaf("StorageClass", version.storageClass) : "",
      asked.has("ObjectSize") ? leaf("ObjectSize", version.sizeBytes) : "",
    ),
    { item: "get", storageClass: version.storageClass },
  );
  const headers = {
    ...answer.headers,
    ...versionHeader(call, version.versionId),
    "last-modified": new Date(version.lastModifiedMs).toUTCString(),
  };
  return { ...answer, headers };
}

/** Single parts are shown only where their checksums were kept, as in S3. */
function partsXml(call: BucketCall, version: ObjectVersion): string {
  const { parts } = version.attributes;
  if (!parts) return "";
  const count = leaf("PartsCount", parts.length);
  if (!parts.every((part) => part.checksum)) return element("ObjectParts", count);
  const most = Math.min(MAX_PARTS, Number(call.headers.get("x-amz-max-parts") ?? MAX_PARTS) || MAX_PARTS);
  const marker = Number(call.headers.get("x-amz-part-number-marker") ?? 0) || 0;
  const rest = parts.filter((part) => part.number > marker);
  const page = rest.slice(0, most);
  return element(
    "ObjectParts",
    count,
    leaf("PartNumberMarker", marker),
    leaf("NextPartNumberMarker", page.at(-1)?.number ?? marker),
    leaf("MaxParts", most),
    leaf("IsTruncated", rest.length > page.length),
    ...page.map((part) =>
      element("Part", leaf("PartNumber", part.number), leaf("Size", part.sizeBytes), partChecksumXml(part.checksum)),
    ),
  );
}

/** The checksum of one part; its type is that of the whole and isn't repeated. */
export function partChecksumXml(checksum: StoredChecksum | null): string {
  return checksum ? leaf(`Checksum${checksum.algorithm}`, checksum.value) : "";
}
