/** DeleteObject and DeleteObjects. */
import { currentVersion } from "../bucket.ts";
import { type Answer, type BucketCall, xmlAnswer } from "../call.ts";
import { checkDestination } from "../conditions.ts";
import { checkDigests } from "../content-checks.ts";
import { type Deletion, deleteCurrent, deleteVersion } from "../deletion.ts";
import { checkKeyLength } from "../request.ts";
import { S3Error } from "../s3-error.ts";
import {
  type XmlElement,
  childText,
  childrenNamed,
  element,
  leaf,
  malformed,
  parseXmlRoot,
  xmlDocument,
} from "../xml.ts";

const MAX_KEYS = 1000;

export function deleteObject(call: BucketCall): Answer {
  if (call.headers.has("if-match")) checkDestination(call.headers, currentVersion(call.bucket, call.key));
  const deletion = deleteOne(call, call.key, call.query.get("versionId"));
  const headers: Record<string, string> = {};
  if (deletion.versionId !== null) headers["x-amz-version-id"] = deletion.versionId;
  if (deletion.deleteMarker) headers["x-amz-delete-marker"] = "true";
  return { status: 204, headers, charge: null };
}

export function deleteObjects(call: BucketCall): Answer {
  checkDigests(call.headers, call.body);
  const request = parseXmlRoot(call.body, "Delete");
  const objects = childrenNamed(request, "Object");
  if (objects.length === 0 || objects.length > MAX_KEYS) throw malformed();
  const quiet = childText(request, "Quiet")?.trim() === "true";
  const results = objects.map((object) => deletedXml(call, object, quiet));
  return xmlAnswer(xmlDocument("DeleteResult", ...results), null);
}

function deletedXml(call: BucketCall, object: XmlElement, quiet: boolean): string {
  const key = childText(object, "Key");
  if (key === undefined || key === "") throw malformed();
  const asked = childText(object, "VersionId");
  try {
    checkKeyLength(key);
    const deletion = deleteOne(call, key, asked);
    if (quiet) return "";
    const marker = deletion.deleteMarker
      ? leaf("DeleteMarker", true) + leaf("DeleteMarkerVersionId", deletion.versionId)
      : "";
    return element("Deleted", leaf("Key", key), leaf("VersionId", asked), marker);
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    return element(
      "Error",
      leaf("Key", key),
      leaf("VersionId", asked),
      leaf("Code", error.code),
      leaf("Message", error.message),
    );
  }
}

function deleteOne(call: BucketCall, key: string, versionId: string | undefined): Deletion {
  if (versionId === undefined) return deleteCurrent(call.account, call.bucket, key);
  const bypass = call.headers.get("x-amz-bypass-governance-retention")?.toLowerCase() === "true";
  return deleteVersion(call.account, call.bucket, key, versionId, bypass);
}
