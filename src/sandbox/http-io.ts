/** Bytes in and out: collecting a body, sending an answer. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Answer } from "./call.ts";
import { S3Error } from "./s3-error.ts";
import { leaf } from "./xml.ts";

/** Bytes of content one request may bring. */
export const MAX_BODY_BYTES = 1024 ** 3;

const NOTHING = Buffer.alloc(0);

/**
 * The whole body.
 * @throws S3Error EntityTooLarge, MaxMessageLengthExceeded, IncompleteBody (the client went away)
 */
export async function readBody(message: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const stated = Number(message.headers["content-length"] ?? 0);
  if (stated > mostBytes) throw tooLarge(mostBytes);
  // Most requests bring nothing, and waiting for nothing costs as much as the rest of the request.
  if (stated === 0 && message.headers["transfer-encoding"] === undefined) return NOTHING;
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > mostBytes) throw tooLarge(mostBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof S3Error) throw error;
    throw new S3Error(
      "IncompleteBody",
      "You did not provide the number of bytes specified by the Content-Length header.",
    );
  }
  const [only] = chunks;
  return only && chunks.length === 1 ? Buffer.from(only) : Buffer.concat(chunks, length);
}

/** Bytes of a refused body that are read for the sake of a connection that can be used again. */
const MAX_DISCARDED_BYTES = 64 * 1024 ** 2;

/**
 * Reads away what a client still sends: an answer given before that would be lost when the connection breaks.
 * @returns whether the connection can go on
 */
export async function discardBody(message: IncomingMessage): Promise<boolean> {
  if (message.complete || message.destroyed) return message.complete;
  let length = 0;
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > MAX_DISCARDED_BYTES) return false;
    }
    return true;
  } catch {
    // The client went away: there is nobody left to tell.
    return false;
  }
}

function tooLarge(mostBytes: number): S3Error {
  if (mostBytes < MAX_BODY_BYTES) return new S3Error("MaxMessageLengthExceeded", "Your request was too big.");
  return new S3Error("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", {
    MaxSizeAllowed: String(mostBytes),
  });
}

/** Sends an answer; a generated body goes out as fast as the client takes it. */
export async function sendAnswer(response: ServerResponse, answer: Answer, requestId: string): Promise<void> {
  const { body } = answer;
  const headers: Record<string, string> = { "x-amz-request-id": requestId, ...answer.headers };
  const whole = body === undefined || typeof body === "string" || body instanceof Uint8Array;
  const hasNoBody = answer.status === 204 || answer.status === 304;
  if (whole && !hasNoBody) headers["content-length"] ??= String(body === undefined ? 0 : Buffer.byteLength(body));
  response.writeHead(answer.status, headers);
  if (!whole) {
    await pipeline(Readable.from(body), response);
    return;
  }
  response.end(body);
}

/** S3's error document; HEAD and 304 answers carry none. */
export function errorAnswer(error: S3Error, method: string, resource: string, requestId: string): Answer {
  const headers = { ...error.headers };
  if (method === "HEAD" || error.status === 304) return { status: error.status, headers };
  return {
    status: error.status,
    headers: { ...headers, "content-type": "application/xml" },
    body: errorDocument(error, resource, requestId),
  };
}

export function errorDocument(error: S3Error, resource: string, requestId: string): string {
  const details = Object.entries(error.details).map(([name, value]) => leaf(name, value));
  const text = `${leaf("Code", error.code)}${leaf("Message", error.message)}${details.join("")}`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${text}${leaf("Resource", resource)}${leaf("RequestId", requestId)}</Error>`;
}
