/** Change of class: a conditional copy of the object onto itself. */
import { AstraError } from "../../core/errors.ts";
import type { ChangeClassInput, ChangeClassResult, ObjectHead } from "../../ports/object-store.ts";
import { grantHeaders } from "./acl.ts";
import { copyInParts } from "./copy-parts.ts";
import { findObject, unquote } from "./head.ts";
import { integrityError } from "./multipart.ts";
import { changedError, destinationHeaders, restatedHeaders, sourceHeaders } from "./object-headers.ts";
import type { Answer, Requests, S3Request } from "./request.ts";
import { tagText } from "./xml-scan.ts";

export async function changeClass(requests: Requests, input: ChangeClassInput): Promise<ChangeClassResult> {
  const moved = movedObject(requests, input);
  const { head } = input;
  if (head.sizeBytes > requests.settings.maxCopyBytes) {
    const { outcome, sourceVersion } = await copyInParts(requests, input, moved.found);
    if (outcome.kind === "done-before") return moved.result();
    return copiedObject(requests, head.key, outcome.answer, sourceVersion);
  }
  const request: S3Request = {
    operation: "CopyObject",
    action: "s3:PutObject",
    method: "PUT",
    key: head.key,
    headers: {
      ...sourceHeaders(requests, head),
      ...destinationHeaders(requests, head),
      ...restatedHeaders(requests, head),
      ...grantHeaders(input.acl),
      "x-amz-metadata-directive": "COPY",
      "x-amz-tagging-directive": "COPY",
      "x-amz-storage-class": input.storageClass,
      ...(head.checksum ? { "x-amz-checksum-algorithm": head.checksum.algorithm } : {}),
    },
    slow: true,
    alreadyDone: moved.found,
  };
  const outcome = await requests.send(request);
  if (outcome.kind === "done-before") return moved.result();
  if (outcome.kind === "answer") {
    const { answer } = outcome;
    return copiedObject(requests, head.key, answer, answer.headers.get("x-amz-copy-source-version-id") ?? null);
  }
  // The first try's own effect may be what refuses the second: another ETag, or a source now archived.
  if (outcome.uncertain && (await moved.found())) return moved.result();
  const isChanged = outcome.fault.code === "PreconditionFailed";
  const error = isChanged ? changedError(requests, head.key) : requests.failure(outcome.fault, request);
  throw outcome.uncertain ? uncertainly(error) : error;
}

/** The first try may have copied, and be paid for, although somebody has replaced or deleted its copy since. */
function uncertainly(error: Error): Error {
  if (!(error instanceof AstraError)) return error;
  const { code, message, where, fix, cause, retryable } = error;
  return new AstraError(code, message, {
    ...(where !== undefined && { where }),
    fix,
    cause,
    retryable,
    mayHaveWorked: true,
  });
}

function copiedObject(
  requests: Requests,
  key: string,
  answer: Answer,
  sourceVersion: string | null,
): ChangeClassResult {
  const etag = unquote(tagText(answer.text, "ETag") ?? "");
  if (etag === "") throw integrityError(requests, key, "the copy was answered without an ETag");
  const versionId = answer.headers.get("x-amz-version-id") ?? null;
  // Where versions are suspended the copy takes the place of the version `null`, and has its name.
  const replaced = versionId !== null && sourceVersion !== versionId;
  return { etag, versionId, replacedVersionId: replaced ? sourceVersion : null };
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
      return { etag: moved.etag, versionId: moved.versionId, replacedVersionId: null };
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
