/** Versions that are not current: listed, and removed one by one. */
import { AstraError } from "../../core/errors.ts";
import type { NoncurrentVersion } from "../../ports/object-store.ts";
import { objectWhere } from "./errors.ts";
import { findObject } from "./head.ts";
import { type Marked, listMarked, plainOrUrl } from "./list-marked.ts";
import type { Requests, S3Request } from "./request.ts";
import { elements, tagText } from "./xml-scan.ts";

export function noncurrentVersions(
  requests: Requests,
  prefix: string,
): AsyncGenerator<readonly NoncurrentVersion[], void, undefined> {
  return listMarked(requests, prefix, {
    operation: "ListObjectVersions",
    action: "s3:ListBucketVersions",
    subresource: "versions",
    idMarker: "version-id-marker",
    pageSize: "max-keys",
    read: readVersions,
  });
}

export function readVersions(xml: string): Marked<NoncurrentVersion> | null {
  const decode = plainOrUrl(xml);
  const items: NoncurrentVersion[] = [];
  for (const block of elements(xml, "Version")) {
    if (tagText(block, "IsLatest") === "true") continue;
    const key = decode(tagText(block, "Key") ?? "");
    const versionId = tagText(block, "VersionId") ?? "";
    const size = tagText(block, "Size") ?? "";
    const lastModifiedMs = Date.parse(tagText(block, "LastModified") ?? "");
    if (key === "" || versionId === "" || !/^\d{1,15}$/.test(size) || Number.isNaN(lastModifiedMs)) return null;
    const storageClass = tagText(block, "StorageClass") || "STANDARD";
    items.push({ key, versionId, sizeBytes: Number(size), storageClass, lastModifiedMs });
  }
  return { items, nextKey: tagText(xml, "NextKeyMarker"), nextId: tagText(xml, "NextVersionIdMarker") };
}

/** @throws ASTRA_STORE_REFUSED where the version is the current one: what users see is never deleted */
export async function removeVersion(requests: Requests, key: string, versionId: string): Promise<void> {
  const current = await findObject(requests, key);
  // Without versions a DELETE of the version `null` would delete the object.
  if (current && (current.versionId === null || current.versionId === versionId)) {
    const where = objectWhere(requests.bucket, key);
    throw new AstraError("ASTRA_STORE_REFUSED", `version ${versionId} of ${where} is the current one and stays`, {
      where,
    });
  }
  const request: S3Request = {
    operation: "DeleteObject",
    action: "s3:DeleteObjectVersion",
    method: "DELETE",
    key,
    query: [["versionId", versionId]],
  };
  const outcome = await requests.send(request);
  if (outcome.kind !== "fault" || outcome.fault.code === "NoSuchVersion" || outcome.fault.code === "NoSuchKey") return;
  throw requests.failure(outcome.fault, request);
}
