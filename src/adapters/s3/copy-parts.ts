/** Copies above the limit of one request: ranges in parallel, everything an upload does not take over restated. */
import { GB_BYTES, MIB } from "../../core/units.ts";
import type { ChangeClassInput, Checksum, ObjectHead } from "../../ports/object-store.ts";
import { unquote } from "./head.ts";
import {
  type Part,
  type Upload,
  MAX_PARTS,
  completeUpload,
  integrityError,
  sendParts,
  withUpload,
} from "./multipart.ts";
import {
  destinationHeaders,
  metadataHeaders,
  restatedHeaders,
  sourceHeaders,
  taggingHeader,
} from "./object-headers.ts";
import type { Outcome, Requests } from "./request.ts";
import { elements, tagText } from "./xml-scan.ts";

/** Large enough that a terabyte takes 2,048 requests, small enough that four in parallel help at once. */
const RANGE_BYTES = 512 * MIB;

export async function copyInParts(
  requests: Requests,
  { head, storageClass }: ChangeClassInput,
  alreadyDone: () => Promise<boolean>,
): Promise<Outcome> {
  const wanted = {
    key: head.key,
    headers: {
      ...head.contentHeaders,
      ...metadataHeaders(head.metadata),
      ...restatedHeaders(head),
      ...(head.tagCount > 0 ? { "x-amz-tagging": await readTagging(requests, head.key) } : {}),
      "x-amz-storage-class": storageClass,
    },
    checksum: uploadChecksum(head.checksum),
  };
  return withUpload(requests, wanted, async (upload) => {
    const parts = await sendParts(copyRanges(head.sizeBytes, requests.settings.maxCopyBytes), (range, number) =>
      copyRange(requests, upload, head, range, number),
    );
    const outcome = await completeUpload(requests, upload, {
      parts,
      headers: { ...destinationHeaders(requests, head), ...wholeChecksum(upload, head.checksum) },
      alreadyDone,
    });
    if (outcome.kind === "fault" && !outcome.uncertain) {
      throw requests.failure(outcome.fault, {
        operation: "CompleteMultipartUpload",
        action: "s3:PutObject",
        method: "POST",
        key: head.key,
      });
    }
    return outcome;
  });
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
): Promise<Part> {
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
  return { number, etag, checksum: checksum ? tagText(answer.text, `Checksum${checksum.algorithm}`) : null };
}

async function readTagging(requests: Requests, key: string): Promise<string> {
  const answer = await requests.sendOrFail({
    operation: "GetObjectTagging",
    action: "s3:GetObjectTagging",
    method: "GET",
    key,
    query: [["tagging", ""]],
  });
  const tags = [...elements(answer.text, "Tag")].map(
    (tag) => [tagText(tag, "Key") ?? "", tagText(tag, "Value") ?? ""] as const,
  );
  return taggingHeader(tags);
}
