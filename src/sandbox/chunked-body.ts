/** `aws-chunked` bodies: chunks with or without signatures, and the trailer after them. */
import { S3Error } from "./s3-error.ts";
import { type VerifiedSignature, hmac, sameText, sha256Hex } from "./signature.ts";

export interface DecodedBody {
  readonly body: Uint8Array;
  readonly trailers: ReadonlyMap<string, string>;
}

/** @returns whether a payload word announces an `aws-chunked` body. */
export function isChunkedPayload(payload: string): boolean {
  return payload.startsWith("STREAMING-");
}

const EMPTY_HASH = sha256Hex(new Uint8Array());
const MAX_LINE_BYTES = 4096;

/**
 * Takes the framing off.
 * @param statedLength `x-amz-decoded-content-length`
 * @throws S3Error IncompleteBody, SignatureDoesNotMatch, InvalidArgument
 */
export function decodeChunkedBody(
  raw: Buffer,
  verified: VerifiedSignature,
  statedLength: string | undefined,
): DecodedBody {
  const signed = verified.payload.startsWith("STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
  if (!signed && verified.payload !== "STREAMING-UNSIGNED-PAYLOAD-TRAILER") {
    throw new S3Error("InvalidArgument", "x-amz-content-sha256 names no streaming form that is known.");
  }
  const reader = new LineReader(raw);
  const chunks: Buffer[] = [];
  let previous = verified.signature;
  for (;;) {
    const { size, signature } = parseChunkHeader(reader.line());
    const data = reader.bytes(size);
    if (signed) {
      const expected = chunkSignature(verified, previous, data);
      if (signature === undefined || !sameText(signature, expected)) throw mismatch();
      previous = expected;
    }
    if (size === 0) break;
    chunks.push(data);
    if (reader.line() !== "") throw incomplete();
  }
  const trailers = readTrailers(reader);
  if (signed && verified.payload.endsWith("-TRAILER")) checkTrailer(verified, previous, trailers);
  const body = Buffer.concat(chunks);
  if (statedLength === undefined)
    throw new S3Error("MissingContentLength", "You must provide x-amz-decoded-content-length.");
  if (Number(statedLength) !== body.length) throw incomplete();
  return { body, trailers };
}

class LineReader {
  readonly #raw: Buffer;
  #at = 0;

  constructor(raw: Buffer) {
    this.#raw = raw;
  }

  get atEnd(): boolean {
    return this.#at >= this.#raw.length;
  }

  line(): string {
    const end = this.#raw.indexOf("\n", this.#at);
    if (end === -1 || end - this.#at > MAX_LINE_BYTES) throw incomplete();
    const line = this.#raw.toString("latin1", this.#at, end);
    this.#at = end + 1;
    return line.endsWith("\r") ? line.slice(0, -1) : line;
  }

  bytes(count: number): Buffer {
    if (this.#at + count > this.#raw.length) throw incomplete();
    this.#at += count;
    return this.#raw.subarray(this.#at - count, this.#at);
  }
}

function parseChunkHeader(line: string): { size: number; signature: string | undefined } {
  const match = /^([0-9a-f]{1,10})(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(line);
  if (!match) throw incomplete();
  return { size: Number.parseInt(match[1] ?? "", 16), signature: match[2] };
}

function readTrailers(reader: LineReader): Map<string, string> {
  const trailers = new Map<string, string>();
  while (!reader.atEnd) {
    const line = reader.line();
    if (line === "") continue;
    const colon = line.indexOf(":");
    if (colon < 1) throw incomplete();
    trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return trailers;
}

function chunkSignature(verified: VerifiedSignature, previous: string, data: Buffer): string {
  const toSign = `AWS4-HMAC-SHA256-PAYLOAD\n${verified.context}\n${previous}\n${EMPTY_HASH}\n${sha256Hex(data)}`;
  return hmac(verified.signingKey, toSign).toString("hex");
}

function checkTrailer(verified: VerifiedSignature, previous: string, trailers: Map<string, string>): void {
  const signature = trailers.get("x-amz-trailer-signature");
  trailers.delete("x-amz-trailer-signature");
  const lines = [...trailers].map(([name, value]) => `${name}:${value}\n`).join("");
  const toSign = `AWS4-HMAC-SHA256-TRAILER\n${verified.context}\n${previous}\n${sha256Hex(Buffer.from(lines, "latin1"))}`;
  if (signature === undefined || !sameText(signature, hmac(verified.signingKey, toSign).toString("hex")))
    throw mismatch();
}

function mismatch(): S3Error {
  return new S3Error("SignatureDoesNotMatch", "A chunk signature does not match the one calculated from the chunk.");
}

function incomplete(): S3Error {
  return new S3Error("IncompleteBody", "The request body is not a whole aws-chunked stream of the stated length.");
}
