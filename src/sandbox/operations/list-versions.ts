/** ListObjectVersions. */
import { ownerXml } from "../acl.ts";
import { type Bucket, versionsOf } from "../bucket.ts";
import { type Answer, type BucketCall, xmlAnswer } from "../call.ts";
import { compareUtf8 } from "../key-index.ts";
import { commonPrefix, isoSeconds, keyEncoder, pageSize } from "../listing.ts";
import type { ObjectVersion } from "../object-version.ts";
import { invalidArgument } from "../s3-error.ts";
import { element, leaf, xmlDocument } from "../xml.ts";

interface Scope {
  readonly prefix: string;
  readonly delimiter: string;
  readonly keyMarker: string;
  readonly versionMarker: string;
  readonly most: number;
}

type Entry = { readonly prefix: string } | { readonly version: ObjectVersion; readonly latest: boolean };

export function listObjectVersions(call: BucketCall): Answer {
  const encode = keyEncoder(call);
  const scope: Scope = {
    prefix: call.query.get("prefix") ?? "",
    delimiter: call.query.get("delimiter") ?? "",
    keyMarker: call.query.get("key-marker") ?? "",
    versionMarker: call.query.get("version-id-marker") ?? "",
    most: pageSize(call, "max-keys"),
  };
  if (scope.versionMarker !== "" && scope.keyMarker === "") {
    throw invalidArgument(
      "version-id-marker",
      scope.versionMarker,
      "A version-id marker cannot be specified without a key marker.",
    );
  }
  const { entries, truncated } = page(call.bucket, scope);
  const last = truncated ? entries.at(-1) : undefined;
  return xmlAnswer(
    xmlDocument(
      "ListVersionsResult",
      leaf("Name", call.bucket.name),
      leaf("Prefix", encode(scope.prefix)),
      leaf("KeyMarker", encode(scope.keyMarker)),
      leaf("VersionIdMarker", scope.versionMarker),
      last ? nextMarkers(last, encode) : "",
      leaf("MaxKeys", scope.most),
      scope.delimiter === "" ? "" : leaf("Delimiter", encode(scope.delimiter)),
      leaf("EncodingType", call.query.get("encoding-type")),
      leaf("IsTruncated", truncated),
      ...entries.map((entry) => entryXml(entry, encode)),
    ),
    { item: "list", storageClass: call.account.book.baseClass },
  );
}

function page(bucket: Bucket, scope: Scope): { entries: Entry[]; truncated: boolean } {
  const entries: Entry[] = [];
  if (scope.most === 0) return { entries, truncated: false };
  const { prefix, delimiter, keyMarker } = scope;
  const cursor = bucket.index.seek(compareUtf8(keyMarker, prefix) > 0 ? keyMarker : prefix);
  let listedPrefix = delimiter !== "" && keyMarker.endsWith(delimiter) ? keyMarker : undefined;
  for (let key = cursor.next(); key !== undefined; key = cursor.next()) {
    if (!key.startsWith(prefix)) break;
    if (listedPrefix !== undefined && key.startsWith(listedPrefix)) continue;
    const common = delimiter === "" ? undefined : commonPrefix(key, prefix, delimiter);
    if (common !== undefined) {
      if (entries.length === scope.most) return { entries, truncated: true };
      entries.push({ prefix: common });
      listedPrefix = common;
      continue;
    }
    for (const version of remaining(bucket, key, scope)) {
      if (entries.length === scope.most) return { entries, truncated: true };
      entries.push({ version, latest: version.noncurrentSinceMs === null });
    }
  }
  return { entries, truncated: false };
}

/** Versions of a key that come after the markers. */
function* remaining(bucket: Bucket, key: string, scope: Scope): Generator<ObjectVersion> {
  if (key !== scope.keyMarker) {
    yield* versionsOf(bucket, key);
    return;
  }
  if (scope.versionMarker === "") return;
  let past = false;
  for (const version of versionsOf(bucket, key)) {
    if (past) yield version;
    past ||= version.versionId === scope.versionMarker;
  }
}

function nextMarkers(last: Entry, encode: (key: string) => string): string {
  if ("prefix" in last) return leaf("NextKeyMarker", encode(last.prefix));
  return leaf("NextKeyMarker", encode(last.version.key)) + leaf("NextVersionIdMarker", last.version.versionId);
}

function entryXml(entry: Entry, encode: (key: string) => string): string {
  if ("prefix" in entry) return element("CommonPrefixes", leaf("Prefix", encode(entry.prefix)));
  const { version, latest } = entry;
  const common = [
    leaf("Key", encode(version.key)),
    leaf("VersionId", version.versionId),
    leaf("IsLatest", latest),
    leaf("LastModified", isoSeconds(version.lastModifiedMs)),
  ];
  if (version.deleteMarker) return element("DeleteMarker", ...common, ownerXml());
  return element(
    "Version",
    ...common,
    leaf("ETag", `"${version.etag}"`),
    leaf("Size", version.sizeBytes),
    leaf("StorageClass", version.storageClass),
    ownerXml(),
  );
}
