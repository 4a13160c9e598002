/** GET as a stream that goes on where a connection broke, and is checked against the store's CRC-32 at its end. */
import { crc32 } from "node:zlib";
import { objectWhere } from "./errors.ts";
import type { Dispatcher } from "undici";
import { AstraError } from "../../core/errors.ts";
import { unquote } from "./head.ts";
import { integrityError } from "./multipart.ts";
import type { Answer, Requests, S3Request } from "./request.ts";
import { crc32Text } from "./received.ts";

/** @throws ASTRA_OBJECT_MISSING, ASTRA_OBJECT_ARCHIVED; the stream itself throws ASTRA_STORE_UNREACHABLE, ASTRA_OBJECT_CHANGED. */
export async function getObject(requests: Requests, key: string): Promise<AsyncIterable<Uint8Array>> {
  const answer = await requests.sendOrFail({ ...getRequest(key), headers: { "x-amz-checksum-mode": "ENABLED" } });
  return readOn(requests, key, answer);
}

function getRequest(key: string): S3Request {
  return { operation: "GetObject", action: "s3:GetObject", method: "GET", key, stream: true };
}

async function* readOn(requests: Requests, key: string, first: Answer): AsyncGenerator<Uint8Array, void, undefined> {
  const etag = unquote(first.headers.get("etag") ?? "");
  let stream = bodyOf(first);
  let offset = 0;
  let crc = 0;
  for (let breaks = 0; ;) {
    try {
      for await (const chunk of stream) {
        offset += chunk.length;
        crc = crc32(chunk, crc);
        breaks = 0;
        yield chunk;
      }
      checkWhole(requests, key, first, crc);
      return;
    } catch (error) {
      if (error instanceof AstraError) throw error;
      breaks += 1;
      if (breaks >= requests.settings.retry.attempts) throw brokenOff(requests, key, offset, error);
      const headers = { range: `bytes=${offset}-`, "if-match": `"${etag}"` };
      stream = bodyOf(await requests.sendOrFail({ ...getRequest(key), headers }));
    }
  }
}

function bodyOf(answer: Answer): Dispatcher.ResponseData["body"] {
  if (!answer.stream) throw new TypeError("the answer is no stream");
  return answer.stream;
}

function checkWhole(requests: Requests, key: string, first: Answer, crc: number): void {
  const expected = first.headers.get("x-amz-checksum-crc32");
  if (expected === undefined || expected.includes("-")) return;
  if (first.headers.get("x-amz-checksum-type") === "COMPOSITE" || expected === crc32Text(crc)) return;
  throw integrityError(requests, key, `read CRC-32 ${crc32Text(crc)}, the store has ${expected}`);
}

function brokenOff(requests: Requests, key: string, offset: number, cause: unknown): AstraError {
  const where = objectWhere(requests.bucket, key);
  return new AstraError("ASTRA_STORE_UNREACHABLE", `${where}: the body broke off again and again at byte ${offset}`, {
    where,
    cause,
    retryable: true,
  });
}
