/** Change of class: a conditional copy of the object onto itself. */
import { AstraError } from "../../core/errors.ts";
import type { ChangeClassInput, ChangeClassResult, ObjectHead } from "../../ports/object-store.ts";
import { type StoreFault, objectWhere } from "./errors.ts";
import { copyInParts } from "./copy-parts.ts";
import { findObject, unquote } from "./head.ts";
import { integrityError } from "./multipart.ts";
import { destinationHeaders, restatedHeaders, sourceHeaders } from "./object-headers.ts";
import type { Outcome, Requests, S3Request } from "./request.ts";
import { tagText } from "./xml-scan.ts";

export async function changeClass(requests: Requests, input: ChangeClassInput): Promise<ChangeClassResult> {
  const moved = movedObject(requests, input);
  const { head } = input;
  if (head.sizeBytes > requests.settings.maxCopyBytes) {
    return settle(requests, input, await copyInParts(requests, input, moved.found), moved, "CompleteMultipartUpload");
  }
  const outcome = await requests.send({
    operation: "CopyObject",
    action: "s3:PutObject",
    method: "PUT",
    key: head.key,
    headers: {
      ...sourceHeaders(requests, head),
      ...destinationHeaders(requests, head),
      ...restatedHeaders(head),
      "x-amz-metadata-directive": "COPY",
      "x-amz-tagging-directive": "COPY",
      "x-amz-storage-class": input.storageClass,
      ...(head.checksum ? { "x-amz-checksum-algorithm": head.checksum.algorithm } : {}),
    },
    slow: true,
    alreadyDone: moved.found,
  });
  return settle(requests, input, outcome, moved, "CopyObject");
}

async function settle(
  requests: Requests,
  input: ChangeClassInput,
  outcome: Outcome,
  moved: ReturnType<typeof movedObject>,
  operation: string,
): Promise<ChangeClassResult> {
  if (outcome.kind === "done-before") return moved.result();
  const { key } = input.head;
  if (outcome.kind === "fault") {
    // The first try's own effect may be what refuses the second: another ETag, or a source now archived.
    if (outcome.uncertain && (await moved.found())) return moved.result();
    throw copyFailure(requests, outcome.fault, { operation, action: "s3:PutObject", method: "PUT", key });
  }
  const { answer } = outcome;
  const etag = unquote(tagText(answer.text, "ETag") ?? "");
  if (etag === "") throw integrityError(requests, key, `${operation} gave no ETag`);
  return { etag, versionId: answer.headers.get("x-amz-version-id") ?? null };
}

function copyFailure(requests: Requests, fault: StoreFault, request: S3Request): Error {
  if (fault.code !== "PreconditionFailed") return requests.failure(fault, request);
  const where = objectWhere(requests.bucket, request.key ?? "");
  return new AstraError("ASTRA_OBJECT_CHANGED", `${where} has changed since it was looked at`, { where });
}

/** A HEAD that tells whether the move has happened, after an answer that was lost. */
function movedObject(requests: Requests, { head, storageClass }: ChangeClassInput) {
  let moved: ObjectHead | null = null;
  return {
    found: async (): Promise<boolean> => {
      const now = await findObject(requests, head.key);
      if (!now || now.storageClass !== storageClass || now.sizeBytes !== head.sizeBytes) return false;
      if (storageClass === head.storageClass && now.lastModifiedMs === head.lastModifiedMs) return false;
      if (differs(head, now)) return false;
      moved = now;
      return true;
    },
    result: (): ChangeClassResult => {
      if (!moved) throw new TypeError("the object was not looked for");
      return { etag: moved.etag, versionId: moved.versionId };
    },
  };
}

const PLAIN_MD5 = /^[0-9a-f]{32}$/;

/** Proof that two HEADs show other content. A copy may change the form of the ETag, so that alone proves nothing. */
function differs(before: ObjectHead, after: ObjectHead): boolean {
  const [sumA, sumB] = [before.checksum, after.checksum];
  if (sumA && sumB && sumA.algorithm === sumB.algorithm && sumA.type === "FULL_OBJECT" && sumB.type === "FULL_OBJECT") {
    return sumA.value !== sumB.value;
  }
  const plain = [before, after].every(
    ({ etag, encryption }) => PLAIN_MD5.test(etag) && (encryption?.algorithm ?? "AES256") === "AES256",
  );
  return plain && before.etag !== after.etag;
}
