/** PUT: one request up to the threshold, parts above it; atomic either way. */
import { crc32 } from "node:zlib";
import { objectWhere } from "./errors.ts";
import { AstraError } from "../../core/errors.ts";
import type { PutInput, PutResult } from "../../ports/object-store.ts";
import { BodyReader } from "./body.ts";
import { unquote } from "./head.ts";
import {
  type Completion,
  type Part,
  type Upload,
  MAX_PARTS,
  completeUpload,
  sendParts,
  withUpload,
} from "./multipart.ts";
import { encryptionHeaders, metadataHeaders } from "./object-headers.ts";
import { checkReceived, compositeEtag, crc32Text, md5Hex, ownObject } from "./received.ts";
import type { Answer, Requests, S3Request } from "./request.ts";
import { tagText } from "./xml-scan.ts";

export async function putObject(requests: Requests, input: PutInput): Promise<PutResult> {
  const where = objectWhere(requests.bucket, input.key);
  const { multipartThresholdBytes } = requests.settings;
  const reader = new BodyReader(input, where);
  try {
    if (await reader.holdsMoreThan(multipartThresholdBytes)) return await putInParts(requests, input, reader);
    return await putWhole(requests, input, reader.take(multipartThresholdBytes));
  } finally {
    await reader.close();
  }
}

function createHeaders(input: PutInput): Record<string, string> {
  return {
    "x-amz-storage-class": input.storageClass,
    ...(input.contentType === undefined ? {} : { "content-type": input.contentType }),
    ...metadataHeaders(input.metadata ?? {}),
    ...encryptionHeaders(input.encryption),
  };
}

function conditionHeaders({ condition }: PutInput): Record<string, string> {
  if (condition === undefined) return {};
  return condition === "absent" ? { "if-none-match": "*" } : { "if-match": `"${condition.etag}"` };
}

async function putWhole(requests: Requests, input: PutInput, body: Uint8Array): Promise<PutResult> {
  const checksumCrc32 = crc32Text(crc32(body));
  const request: S3Request = {
    operation: "PutObject",
    action: "s3:PutObject",
    method: "PUT",
    key: input.key,
    headers: {
      ...createHeaders(input),
      ...conditionHeaders(input),
      "x-amz-sdk-checksum-algorithm": "CRC32",
      "x-amz-checksum-crc32": checksumCrc32,
    },
    body,
  };
  const sent = { sizeBytes: body.length, checksumCrc32, etag: () => md5Hex(body) };
  const own = ownObject(requests, input, sent);
  const outcome = await requests.send(input.condition ? { ...request, alreadyDone: own.found } : request);
  if (outcome.kind === "done-before") return own.result();
  if (outcome.kind === "fault") {
    if (outcome.uncertain && input.condition && (await own.found())) return own.result();
    if (isExistingFault(outcome.fault.code, input)) throw existsError(requests, input.key);
    throw requests.failure(outcome.fault, request);
  }
  const etag = unquote(outcome.answer.headers.get("etag") ?? "");
  checkReceived(requests, input.key, outcome.answer, sent);
  return { etag, versionId: versionOf(outcome.answer), sizeBytes: body.length, checksumCrc32 };
}

async function putInParts(requests: Requests, input: PutInput, reader: BodyReader): Promise<PutResult> {
  const wanted = {
    key: input.key,
    headers: createHeaders(input),
    checksum: { algorithm: "CRC32", type: "FULL_OBJECT" },
  } as const;
  return withUpload(requests, wanted, async (upload) => {
    const sum = { crc: 0 };
    const parts = await sendParts(
      bodyPieces(reader, requests.settings.partBytes, input.sizeBytes, sum),
      (piece, number) => sendPart(requests, upload, piece, number),
    );
    const checksumCrc32 = crc32Text(sum.crc);
    const sizeBytes = reader.readBytes;
    const own = ownObject(requests, input, { sizeBytes, checksumCrc32, etag: () => compositeEtag(parts) });
    const completion: Completion = {
      parts,
      headers: {
        ...conditionHeaders(input),
        "x-amz-checksum-crc32": checksumCrc32,
        "x-amz-checksum-type": "FULL_OBJECT",
        "x-amz-mp-object-size": String(sizeBytes),
      },
      alreadyDone: own.found,
    };
    const outcome = await completeUpload(requests, upload, completion);
    if (outcome.kind === "done-before") return own.result();
    if (outcome.kind === "fault") {
      if (outcome.uncertain && (await own.found())) return own.result();
      if (isExistingFault(outcome.fault.code, input)) throw existsError(requests, input.key);
      throw requests.failure(outcome.fault, completionRequest(input.key));
    }
    const etag = unquote(tagText(outcome.answer.text, "ETag") ?? "");
    return { etag, versionId: versionOf(outcome.answer), sizeBytes, checksumCrc32 };
  });
}

/** Pieces in order; adds each to the checksum of the whole as it goes out. */
async function* bodyPieces(
  reader: BodyReader,
  partBytes: number,
  sizeBytes: number | undefined,
  sum: { crc: number },
): AsyncGenerator<Uint8Array> {
  for (let index = 0; ; index++) {
    const bytes = pieceBytes(partBytes, sizeBytes, index);
    await reader.holdsMoreThan(bytes);
    const piece = reader.take(bytes);
    if (piece.length === 0) return;
    sum.crc = crc32(piece, sum.crc);
    yield piece;
  }
}

/** With an unknown size each 1,000 parts are twice the last 1,000: 10,000 parts from 16 MiB on hold 15 TiB. */
function pieceBytes(partBytes: number, sizeBytes: number | undefined, index: number): number {
  if (sizeBytes !== undefined) return Math.max(partBytes, Math.ceil(sizeBytes / MAX_PARTS));
  return partBytes * 2 ** Math.floor(index / 1000);
}

async function sendPart(requests: Requests, upload: Upload, piece: Uint8Array, number: number): Promise<Part> {
  const checksum = crc32Text(crc32(piece));
  const answer = await requests.sendOrFail({
    operation: "UploadPart",
    action: "s3:PutObject",
    method: "PUT",
    key: upload.key,
    query: [
      ["partNumber", String(number)],
      ["uploadId", upload.id],
    ],
    headers: { "x-amz-sdk-checksum-algorithm": "CRC32", "x-amz-checksum-crc32": checksum },
    body: piece,
  });
  const sent = { checksumCrc32: checksum, etag: () => md5Hex(piece) };
  checkReceived(requests, upload.key, answer, sent);
  return { number, etag: unquote(answer.headers.get("etag") ?? ""), checksum };
}

function isExistingFault(code: string, input: PutInput): boolean {
  return code === "PreconditionFailed" && input.condition === "absent";
}

function existsError(requests: Requests, key: string): AstraError {
  const where = objectWhere(requests.bucket, key);
  return new AstraError("ASTRA_OBJECT_EXISTS", `${where} exists already`, { where });
}

function completionRequest(key: string): S3Request {
  return { operation: "CompleteMultipartUpload", action: "s3:PutObject", method: "POST", key };
}

function versionOf(answer: Answer): string | null {
  return answer.headers.get("x-amz-version-id") ?? null;
}
