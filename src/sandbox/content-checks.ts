/** Digests a client sent along with a body: checked before anything is stored. */
import { CHECKSUM_ALGORITHMS, type ChecksumAlgorithm, checksumHeader, checksumOf, md5Of } from "./checksums.ts";
import type { StoredChecksum } from "./object-version.ts";
import { S3Error } from "./s3-error.ts";
import { type StoredBody, bodyChunks } from "./stored-body.ts";

/** @throws S3Error InvalidDigest, BadDigest */
export function checkContentMd5(headers: ReadonlyMap<string, string>, md5: Buffer): void {
  const sent = headers.get("content-md5");
  if (sent === undefined) return;
  if (!/^[A-Za-z0-9+/]{22}==$/.test(sent))
    throw new S3Error("InvalidDigest", "The Content-MD5 you specified was invalid.");
  if (sent !== md5.toString("base64")) throw badDigest("Content-MD5", sent, md5.toString("base64"));
}

/** The algorithm and value of the one checksum header, if any. @throws S3Error InvalidRequest */
export function sentChecksum(
  headers: ReadonlyMap<string, string>,
): { readonly algorithm: ChecksumAlgorithm; readonly value: string } | null {
  const sent = CHECKSUM_ALGORITHMS.filter((algorithm) => headers.has(checksumHeader(algorithm)));
  if (sent.length > 1)
    throw new S3Error(
      "InvalidRequest",
      "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
    );
  const [algorithm] = sent;
  const announced = headers.get("x-amz-trailer");
  if (!algorithm) {
    if (announced?.startsWith("x-amz-checksum-"))
      throw new S3Error("InvalidRequest", `The trailer ${announced} was announced but not sent.`);
    return null;
  }
  return { algorithm, value: headers.get(checksumHeader(algorithm)) ?? "" };
}

/**
 * Verifies the checksum a body came with.
 * @param fallback algorithm to calculate when none was sent
 * @throws S3Error BadDigest, InvalidRequest
 */
export function verifiedChecksum(
  headers: ReadonlyMap<string, string>,
  body: StoredBody,
  fallback: ChecksumAlgorithm | null = null,
): StoredChecksum | null {
  const sent = sentChecksum(headers);
  const algorithm = sent?.algorithm ?? fallback;
  if (!algorithm) return null;
  const value = checksumOf(algorithm, bodyChunks(body));
  if (sent && sent.value !== value) throw badDigest(algorithm, sent.value, value);
  return { algorithm, value, type: "FULL_OBJECT" };
}

/** Digests of a body that isn't an object: deletions, configurations. @throws S3Error InvalidDigest, BadDigest */
export function checkDigests(headers: ReadonlyMap<string, string>, body: Uint8Array): void {
  if (headers.has("content-md5")) checkContentMd5(headers, md5Of([body]));
  verifiedChecksum(headers, body);
}

function badDigest(name: string, sent: string, calculated: string): S3Error {
  return new S3Error("BadDigest", `The ${name} you specified did not match the calculated checksum.`, {
    ExpectedDigest: sent,
    CalculatedDigest: calculated,
  });
}
