/** ListObjectsV2 and ListObjects. */
import { ownerXml } from "../acl.ts";
import { type Answer, type BucketCall, xmlAnswer } from "../call.ts";
import {
  type ListEntry,
  type ListPage,
  type ListScope,
  isoSeconds,
  keyEncoder,
  listPage,
  pageSize,
} from "../listing.ts";
import type { ObjectVersion } from "../object-version.ts";
import { invalidArgument } from "../s3-error.ts";
import { element, escapeXml, leaf, xmlDocument } from "../xml.ts";

interface Form {
  readonly encode: (key: string) => string;
  readonly owner: boolean;
  readonly restoreStatus: boolean;
}

export function listObjectsV2(call: BucketCall): Answer {
  const { query } = call;
  const token = query.get("continuation-token");
  const startAfter = query.get("start-after") ?? "";
  const from = token === undefined ? { after: startAfter, afterIsPrefix: false } : decodeToken(token);
  const { page, scope, form } = listed(call, from, query.get("fetch-owner") === "true");
  const last = page.truncated ? page.entries.at(-1) : undefined;
  return xmlAnswer(
    xmlDocument(
      "ListBucketResult",
      leaf("Name", call.bucket.name),
      leaf("Prefix", form.encode(scope.prefix)),
      query.has("start-after") ? leaf("StartAfter", form.encode(startAfter)) : "",
      leaf("ContinuationToken", token),
      last ? leaf("NextContinuationToken", encodeToken(last)) : "",
      leaf("KeyCount", page.entries.length),
      ...pageXml(call, page, scope.delimiter, form),
    ),
    { item: "list", storageClass: call.account.book.baseClass },
  );
}

export function listObjectsV1(call: BucketCall): Answer {
  const marker = call.query.get("marker") ?? "";
  const delimiter = call.query.get("delimiter") ?? "";
  const afterIsPrefix = delimiter !== "" && marker.endsWith(delimiter);
  const { page, scope, form } = listed(call, { after: marker, afterIsPrefix }, true);
  const last = page.truncated && scope.delimiter !== "" ? page.entries.at(-1) : undefined;
  return xmlAnswer(
    xmlDocument(
      "ListBucketResult",
      leaf("Name", call.bucket.name),
      leaf("Prefix", form.encode(scope.prefix)),
      leaf("Marker", form.encode(marker)),
      last ? leaf("NextMarker", form.encode(entryName(last))) : "",
      ...pageXml(call, page, scope.delimiter, form),
    ),
    { item: "list", storageClass: call.account.book.baseClass },
  );
}

type ListStart = Pick<ListScope, "after" | "afterIsPrefix">;

function listed(call: BucketCall, start: ListStart, owner: boolean) {
  const form: Form = {
    encode: keyEncoder(call),
    owner,
    restoreStatus: (call.headers.get("x-amz-optional-object-attributes") ?? "").includes("RestoreStatus"),
  };
  const scope = {
    prefix: call.query.get("prefix") ?? "",
    delimiter: call.query.get("delimiter") ?? "",
    ...start,
    pageSize: pageSize(call, "max-keys"),
  };
  const page = scope.pageSize === 0 ? { entries: [], truncated: false } : listPage(call.bucket, scope);
  return { form, scope, page };
}

function pageXml(call: BucketCall, page: ListPage, delimiter: string, form: Form): string[] {
  const contents: string[] = [];
  const prefixes: string[] = [];
  for (const entry of page.entries) {
    if ("version" in entry) contents.push(contentsXml(entry.version, form));
    else prefixes.push(element("CommonPrefixes", leaf("Prefix", form.encode(entry.prefix))));
  }
  return [
    leaf("MaxKeys", call.query.get("max-keys") || "1000"),
    delimiter === "" ? "" : leaf("Delimiter", form.encode(delimiter)),
    leaf("EncodingType", call.query.get("encoding-type")),
    leaf("IsTruncated", page.truncated),
    ...contents,
    ...prefixes,
  ];
}

/** One string per object and no helper calls: this is the line that a million keys go through. */
function contentsXml(version: ObjectVersion, form: Form): string {
  const { checksum } = version.attributes;
  const key = escapeXml(form.encode(version.key));
  const algorithm = checksum
    ? `<ChecksumAlgorithm>${checksum.algorithm}</ChecksumAlgorithm><ChecksumType>${checksum.type}</ChecksumType>`
    : "";
  const extras = (form.owner ? ownerXml() : "") + (form.restoreStatus ? restoreXml(version) : "");
  return `<Contents><Key>${key}</Key><LastModified>${isoSeconds(version.lastModifiedMs)}</LastModified><ETag>&quot;${version.etag}&quot;</ETag>${algorithm}<Size>${version.sizeBytes}</Size>${extras}<StorageClass>${version.storageClass}</StorageClass></Contents>`;
}

function restoreXml(version: ObjectVersion): string {
  if (!version.restore) return "";
  const { ready, expiresMs } = version.restore;
  return element(
    "RestoreStatus",
    leaf("IsRestoreInProgress", !ready),
    ready ? leaf("RestoreExpiryDate", isoSeconds(expiresMs)) : "",
  );
}

function entryName(entry: ListEntry): string {
  return "version" in entry ? entry.version.key : entry.prefix;
}

/** A token is the last entry of the page before, with a letter that says what it was. */
function encodeToken(last: ListEntry): string {
  return Buffer.from(`${"version" in last ? "k" : "p"}${entryName(last)}`).toString("base64url");
}

function decodeToken(token: string): ListStart {
  const text = Buffer.from(token, "base64url").toString();
  if (!/^[kp]./s.test(text))
    throw invalidArgument("continuation-token", token, "The continuation token provided is incorrect");
  return { after: text.slice(1), afterIsPrefix: text.startsWith("p") };
}
