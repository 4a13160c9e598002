/** PUT: one request up to the threshold, parts above it; atomic either way. */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { AstraError } from "../../core/errors.ts";
import type { ObjectHead, PutInput, PutResult } from "../../ports/object-store.ts";
import { BodyReader } from "./body.ts";
import { findObject, unquote } from "./head.ts";
import {
  type Completion,
  type Part,
  type Upload,
  MAX_PARTS,
  completeUpload,
  integrityError,
  sendParts,
  withUpload,
} from "./multipart.ts";
import { metadataHeaders } from "./object-headers.ts";
import type { Answer, Requests, S3Request } from "./requests.ts";
import { tagText } from "./xml-scan.ts";

export async function putObject(requests: Requests, input: PutInput): Promise<PutResult> {
  const where = `s3://${requests.bucket}/${input.key}`;
  const { multipartThresholdBytes } = requests.settings;
  const reader = new BodyReader(input, where);
  try {
    input.signal?.throwIfAborted();
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
  };
}

const IF_ABSENT = { "if-none-match": "*" };

async function putWhole(requests: Requests, input: PutInput, body: Uint8Array): Promise<PutResult> {
  const checksumCrc32 = crc32Text(crc32(body));
  const request: S3Request = {
    operation: "PutObject",
    action: "s3:PutObject",
    method: "PUT",
    key: input.key,
    headers: {
      ...createHeaders(input),
      ...(input.condition === "absent" ? IF_ABSENT : {}),
      "x-amz-sdk-checksum-algorithm": "CRC32",
      "x-amz-checksum-crc32": checksumCrc32,
    },
    body,
    signal: input.signal,
  };
  const sent = { sizeBytes: body.length, checksumCrc32, etag: () => createHash("md5").update(body).digest("hex") };
  const own = ownObject(requests, input, sent);
  const outcome = await requests.send(input.condition === "absent" ? { ...request, alreadyDone: own.found } : request);
  if (outcome.kind === "done-before") return own.result();
  if (outcome.kind === "fault") {
    if (!isExistingFault(outcome.fault.code, input)) throw requests.failure(outcome.fault, request);
    if (outcome.uncertain && (await own.found())) return own.result();
    throw existsError(requests, input.key);
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
    signal: input.signal,
  } as const;
  return withUpload(requests, wanted, async (upload) => {
    const sum = { crc: 0 };
    const parts = await sendParts(bodyPieces(reader, requests.settings.partBytes, input.sizeBytes, sum), (piece, number) =>
      sendPart(requests, upload, piece, number),
    );
    const checksumCrc32 = crc32Text(sum.crc);
    const sizeBytes = reader.readBytes;
    const own = ownObject(requests, input, { sizeBytes, checksumCrc32, etag: () => compositeEtag(parts) });
    const completion: Completion = {
      parts,
      headers: {
        ...(input.condition === "absent" ? IF_ABSENT : {}),
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
    signal: upload.signal,
  });
  const sent = { checksumCrc32: checksum, etag: () => createHash("md5").update(piece).digest("hex") };
  checkReceived(requests, upload.key, answer, sent);
  return { number, etag: unquote(answer.headers.get("etag") ?? ""), checksum };
}

interface Sent {
  readonly checksumCrc32: string;
  /** ETag of these bytes where the store forms it from MD5. */
  readonly etag: () => string;
}

/** A HEAD that tells whether the object under the key is the one just sent, after an answer that was lost. */
function ownObject(requests: Requests, input: PutInput, sent: Sent & { readonly sizeBytes: number }) {
  let head: ObjectHead | null = null;
  return {
    found: async (): Promise<boolean> => {
      const found = await findObject(requests, input.key, input.signal);
      if (!found || found.sizeBytes !== sent.sizeBytes) return false;
      const { checksum } = found;
      const sameSum =
        checksum?.algorithm === "CRC32" && checksum.type === "FULL_OBJECT"
          ? checksum.value === sent.checksumCrc32
          : found.etag === sent.etag();
      if (sameSum) head = found;
      return sameSum;
    },
    result: (): PutResult => {
      if (!head) throw new TypeError("the object was not looked for");
      const { etag, versionId, sizeBytes } = head;
      return { etag, versionId, sizeBytes, checksumCrc32: sent.checksumCrc32 };
    },
  };
}

function checkReceived(requests: Requests, key: string, answer: Answer, sent: Sent): void {
  const returned = answer.headers.get("x-amz-checksum-crc32");
  if (returned !== undefined) {
    if (returned === sent.checksumCrc32) return;
    throw integrityError(requests, key, `sent CRC-32 ${sent.checksumCrc32}, the store has ${returned}`);
  }
  const etag = unquote(answer.headers.get("etag") ?? "");
  if (!/^[0-9a-f]{32}$/.test(etag) || (answer.headers.get("x-amz-server-side-encryption") ?? "AES256") !== "AES256") return;
  if (etag !== sent.etag()) throw integrityError(requests, key, `sent MD5 ${sent.etag()}, the store has ${etag}`);
}

function compositeEtag(parts: readonly Part[]): string {
  const digest = createHash("md5");
  for (const { etag } of parts) digest.update(Buffer.from(etag, "hex"));
  return `${digest.digest("hex")}-${parts.length}`;
}

function isExistingFault(code: string, input: PutInput): boolean {
  return code === "PreconditionFailed" && input.condition === "absent";
}

function existsError(requests: Requests, key: string): AstraError {
  const where = `s3://${requests.bucket}/${key}`;
  return new AstraError("ASTRA_OBJECT_EXISTS", `${where} exists already`, { where });
}

function completionRequest(key: string): S3Request {
  return { operation: "CompleteMultipartUpload", action: "s3:PutObject", method: "POST", key };
}

function versionOf(answer: Answer): string | null {
  return answer.headers.get("x-amz-version-id") ?? null;
}

/** CRC-32 as S3 writes it: four bytes, big-endian, base64. */
export function crc32Text(crc: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc);
  return bytes.toString("base64");
}
