/** Multipart uploads that were begun and not ended. */
import type { OpenUpload } from "../../ports/object-store.ts";
import { type Marked, listMarked, plainOrUrl } from "./list-marked.ts";
import type { Requests } from "./request.ts";
import { elements, tagText } from "./xml-scan.ts";

export function openUploads(
  requests: Requests,
  prefix: string,
): AsyncGenerator<readonly OpenUpload[], void, undefined> {
  return listMarked(requests, prefix, {
    operation: "ListMultipartUploads",
    action: "s3:ListBucketMultipartUploads",
    subresource: "uploads",
    idMarker: "upload-id-marker",
    pageSize: "max-uploads",
    read: readUploads,
  });
}

export function readUploads(xml: string): Marked<OpenUpload> | null {
  const decode = plainOrUrl(xml);
  const items: OpenUpload[] = [];
  for (const block of elements(xml, "Upload")) {
    const key = decode(tagText(block, "Key") ?? "");
    const uploadId = tagText(block, "UploadId") ?? "";
    const initiatedMs = Date.parse(tagText(block, "Initiated") ?? "");
    if (key === "" || uploadId === "" || Number.isNaN(initiatedMs)) return null;
    items.push({ key, uploadId, initiatedMs, storageClass: tagText(block, "StorageClass") || "STANDARD" });
  }
  return { items, nextKey: tagText(xml, "NextKeyMarker"), nextId: tagText(xml, "NextUploadIdMarker") };
}
