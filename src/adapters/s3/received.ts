/** Whether the store holds what was sent. */
import { createHash } from "node:crypto";
import type { ObjectHead, PutInput, PutResult } from "../../ports/object-store.ts";
import { findObject, unquote } from "./head.ts";
import { type Part, integrityError } from "./multipart.ts";
import type { Answer, Requests } from "./request.ts";

export interface Sent {
  readonly checksumCrc32: string;
  /** ETag of these bytes where the store forms it from MD5. */
  readonly etag: () => string;
}

/** CRC-32 as S3 writes it: four bytes, big-endian, base64. */
export function crc32Text(crc: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc);
  return bytes.toString("base64");
}

export function md5Hex(body: Uint8Array): string {
  return createHash("md5").update(body).digest("hex");
}

/** S3's ETag of an upload in parts: MD5 over the parts' MD5s. */
export function compositeEtag(parts: readonly Part[]): string {
  const digest = createHash("md5");
  for (const { etag } of parts) digest.update(Buffer.from(etag, "hex"));
  return `${digest.digest("hex")}-${parts.length}`;
}

/** @throws ASTRA_STORE_INTEGRITY where the answer names other bytes than those sent. */
export function checkReceived(requests: Requests, key: string, answer: Answer, sent: Sent): void {
  const returned = answer.headers.get("x-amz-checksum-crc32");
  if (returned !== undefined) {
    if (returned === sent.checksumCrc32) return;
    throw integrityError(requests, key, `sent CRC-32 ${sent.checksumCrc32}, the store has ${returned}`);
  }
  const etag = unquote(answer.headers.get("etag") ?? "");
  const encryption = answer.headers.get("x-amz-server-side-encryption") ?? "AES256";
  // Under KMS the ETag is not the MD5.
  if (!/^[0-9a-f]{32}$/.test(etag) || encryption !== "AES256" || etag === sent.etag()) return;
  throw integrityError(requests, key, `sent MD5 ${sent.etag()}, the store has ${etag}`);
}

export interface OwnObject {
  /** Looks whether the object under the key is the one just sent. */
  readonly found: () => Promise<boolean>;
  /** Only after `found` said so. */
  readonly result: () => PutResult;
}

/** For an upload whose answer was lost: tells its own object from another's. */
export function ownObject(requests: Requests, input: PutInput, sent: Sent & { readonly sizeBytes: number }): OwnObject {
  let head: ObjectHead | null = null;
  return {
    found: async () => {
      const found = await findObject(requests, input.key);
      const own = found !== null && found.sizeBytes === sent.sizeBytes && hasSameBytes(found, sent);
      if (own) head = found;
      return own;
    },
    result: () => {
      if (!head) throw new TypeError("the object was not looked for");
      const { etag, versionId, sizeBytes } = head;
      return { etag, versionId, sizeBytes, checksumCrc32: sent.checksumCrc32 };
    },
  };
}

function hasSameBytes({ checksum, etag }: ObjectHead, sent: Sent): boolean {
  const comparable = checksum?.algorithm === "CRC32" && checksum.type === "FULL_OBJECT";
  return comparable ? checksum.value === sent.checksumCrc32 : etag === sent.etag();
}
