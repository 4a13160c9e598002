/** Copies above the limit of one request: ranges in parallel, everything an upload does not take over restated. */
import { GB_BYTES, MIB } from "../../core/units.ts";
import type { ChangeClassInput, Checksum, ObjectHead } from "../../ports/object-store.ts";
import { grantHeaders } from "./acl.ts";
import { compareKeys } from "../../core/key-range.ts";
import { findObject, unquote } from "./head.ts";
import {
  type Part,
  type Upload,
  MAX_PARTS,
  completeUpload,
  integrityError,
  sendParts,
  withUpload,
} from "./multipart.ts";
import { changedError, destinationHeaders, metadataHeaders, restatedHeaders, sourceHeaders } from "./object-headers.ts";
import type { Outcome, Requests } from "./request.ts";
import { readTags, sameTags, taggingHeader } from "./tags.ts";
import { tagText } from "./xml-scan.ts";

/** Large enough that a terabyte takes 2,048 requests, small enough that four in parallel help at once. */
const RANGE_BYTES = 512 * MIB;

interface CopiedPart extends Part {
  /** Version of the source it was copied from; `null` where the store doesn't say. */
  readonly sourceVersion: string | null;
}

export interface CopyInParts {
  readonly outcome: Exclude<Outcome, { kind: "fault" }>;
  /** Of all parts alike. */
  readonly sourceVersion: string | null;
}

/** @param alreadyDone asked where the answer to the completion is lost */
export async function copyInParts(
  requests: Requests,
  input: ChangeClassInput,
  alreadyDone: () => Promise<boolean>,
): Promise<CopyInParts> {
  const { head, storageClass, acl } = input;
  const tags = await readTags(requests, head.key);
  const wanted = {
    key: head.key,
    headers: {
      ...head.contentHeaders,
      ...metadataHeaders(head.metadata),
      ...restatedHeaders(requests, head),
      ...grantHeaders(acl),
      ...taggingHeader(tags),
      "x-amz-storage-class": storageClass,
    },
    checksum: uploadChecksum(head.checksum),
  };
  return withUpload(requests, wanted, async (upload) => {
    await input.onUpload?.(upload.id);
    const parts = await sendParts(
      announced(copyRanges(head.sizeBytes, requests.settings.maxCopyBytes), input.beforePart),
      (range, number) => copyRange(requests, upload, head, range, number),
    );
    const sourceVersion = agreedVersion(requests, head, parts);
    // Neither tags nor a rewrite of the same content change the ETag, so the completion has no condition on them.
    await requireAsBefore(requests, head);
    if (!sameTags(tags, await readTags(requests, head.key))) throw changedError(requests, head.key);
    const outcome = await completeUpload(requests, upload, {
      parts,
      headers: { ...destinationHeaders(requests, head), ...wholeChecksum(upload, head.checksum) },
      alreadyDone,
    });
    if (outcome.kind !== "fault") return { outcome, sourceVersion };
    if (outcome.uncertain && (await alreadyDone())) return { outcome: { kind: "done-before" }, sourceVersion };
    throw requests.failure(outcome.fault, {
      operation: "CompleteMultipartUpload",
      action: "s3:PutObject",
      method: "POST",
      key: head.key,
    });
  });
}

/** The ranges one by one; what `before` throws ends them. */
async function* announced<T>(ranges: Iterable<T>, before: ChangeClassInput["beforePart"]): AsyncGenerator<T> {
  for (const range of ranges) {
    await before?.();
    yield range;
  }
}

/** @throws ASTRA_OBJECT_CHANGED where the parts are of several versions, or of another than was looked at */
function agreedVersion(requests: Requests, head: ObjectHead, parts: readonly CopiedPart[]): string | null {
  const [version = null, ...others] = new Set(parts.map(({ sourceVersion }) => sourceVersion));
  const foreign = version !== null && head.versionId !== null && version !== head.versionId;
  if (others.length > 0 || foreign) throw changedError(requests, head.key);
  return version;
}

/** What was restated from the HEAD must still be so. @throws ASTRA_OBJECT_CHANGED, ASTRA_OBJECT_MISSING */
async function requireAsBefore(requests: Requests, head: ObjectHead): Promise<void> {
  const now = await findObject(requests, head.key);
  if (!now || identity(now) !== identity(head)) throw changedError(requests, head.key);
}

function identity(head: ObjectHead): string {
  const { etag, versionId, lastModifiedMs, storageClass, metadata, contentHeaders, legalHold, retention } = head;
  const described = [sortedText(metadata), sortedText(contentHeaders)];
  return JSON.stringify([etag, versionId, lastModifiedMs, storageClass, described, legalHold, retention]);
}

/** Headers come in no certain order. */
function sortedText(texts: Readonly<Partial<Record<string, string>>>): string {
  return JSON.stringify(
    Object.keys(texts)
      .toSorted(compareKeys)
      .map((name) => [name, texts[name]]),
  );
}

/** A checksum of the whole stays one, and the store then proves the copy by it; one made of parts is made anew. */
function uploadChecksum(checksum: Checksum | null): Upload["checksum"] {
  if (!checksum) return null;
  const partsOnly = checksum.algorithm === "SHA1" || checksum.algorithm === "SHA256";
  return { algorithm: checksum.algorithm, type: partsOnly ? "COMPOSITE" : "FULL_OBJECT" };
}

function wholeChecksum(upload: Upload, checksum: Checksum | null): Record<string, string> {
  if (!checksum || upload.checksum?.type !== "FULL_OBJECT") return {};
  return {
    "x-amz-checksum-type": "FULL_OBJECT",
    ...(checksum.type === "FULL_OBJECT"
      ? { [`x-amz-checksum-${checksum.algorithm.toLowerCase()}`]: checksum.value }
      : {}),
  };
}

interface Range {
  readonly first: number;
  readonly last: number;
}

export function* copyRanges(sizeBytes: number, maxCopyBytes: number): Generator<Range> {
  const wanted = Math.max(RANGE_BYTES, Math.ceil(sizeBytes / MAX_PARTS));
  const step = Math.min(wanted, maxCopyBytes, 5 * GB_BYTES);
  for (let first = 0; first < sizeBytes; first += step) yield { first, last: Math.min(first + step, sizeBytes) - 1 };
}

async function copyRange(
  requests: Requests,
  upload: Upload,
  head: ObjectHead,
  range: Range,
  number: number,
): Promise<CopiedPart> {
  const answer = await requests.sendOrFail({
    operation: "UploadPartCopy",
    action: "s3:PutObject",
    method: "PUT",
    key: head.key,
    query: [
      ["partNumber", String(number)],
      ["uploadId", upload.id],
    ],
    headers: {
      ...sourceHeaders(requests, head),
      "x-amz-copy-source-range": `bytes=${range.first}-${range.last}`,
    },
    slow: true,
  });
  const etag = unquote(tagText(answer.text, "ETag") ?? "");
  if (etag === "") throw integrityError(requests, head.key, "UploadPartCopy gave no ETag");
  const { checksum } = upload;
  return {
    number,
    etag,
    checksum: checksum ? tagText(answer.text, `Checksum${checksum.algorithm}`) : null,
    sourceVersion: answer.headers.get("x-amz-copy-source-version-id") ?? null,
  };
}
