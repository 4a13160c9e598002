/** The checksums S3 knows, as incremental sums over chunks. */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

export const CHECKSUM_ALGORITHMS = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const;
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

/** Header that carries the checksum of an algorithm. */
export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

export function checksumAlgorithm(name: string): ChecksumAlgorithm | undefined {
  return CHECKSUM_ALGORITHMS.find((algorithm) => algorithm === name.toUpperCase());
}

/** @returns the checksum of the chunks in base64, as S3 writes it. */
export function checksumOf(algorithm: ChecksumAlgorithm, chunks: Iterable<Uint8Array>): string {
  switch (algorithm) {
    case "SHA1":
    case "SHA256":
      return hashOf(algorithm.toLowerCase(), chunks).toString("base64");
    case "CRC32":
      return wordBase64(crcOver(chunks, (chunk, sum) => crc32(chunk, sum)));
    case "CRC32C":
      return wordBase64(crcOver(chunks, crc32c));
    case "CRC64NVME":
      return crc64(chunks);
  }
}

/** @returns the MD5 of the chunks. */
export function md5Of(chunks: Iterable<Uint8Array>): Buffer {
  return hashOf("md5", chunks);
}

function hashOf(name: string, chunks: Iterable<Uint8Array>): Buffer {
  const hash = createHash(name);
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest();
}

function crcOver(chunks: Iterable<Uint8Array>, step: (chunk: Uint8Array, sum: number) => number): number {
  let sum = 0;
  for (const chunk of chunks) sum = step(chunk, sum);
  return sum;
}

function wordBase64(sum: number): string {
  const word = Buffer.alloc(4);
  word.writeUInt32BE(sum >>> 0);
  return word.toString("base64");
}

/** Castagnoli's polynomial, reflected. */
const CRC32C_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0x82f63b78 : sum >>> 1;
  return sum;
});

function crc32c(chunk: Uint8Array, before: number): number {
  let sum = ~before;
  for (const byte of chunk) sum = (CRC32C_TABLE[(sum ^ byte) & 0xff] ?? 0) ^ (sum >>> 8);
  return ~sum;
}

/** The NVM Express 64-bit polynomial 0x9a6c9329ac4bc9b5 (reflected), kept as two words. */
const CRC64_HIGH = new Uint32Array(256);
const CRC64_LOW = new Uint32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let high = 0;
  let low = byte;
  for (let bit = 0; bit < 8; bit++) {
    const odd = low & 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (odd) {
      high ^= 0x9a6c9329;
      low ^= 0xac4bc9b5;
    }
  }
  CRC64_HIGH[byte] = high;
  CRC64_LOW[byte] = low;
}

function crc64(chunks: Iterable<Uint8Array>): string {
  let high = 0xffffffff;
  let low = 0xffffffff;
  for (const chunk of chunks) {
    for (const byte of chunk) {
      const index = (low ^ byte) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ (CRC64_LOW[index] ?? 0);
      high = (high >>> 8) ^ (CRC64_HIGH[index] ?? 0);
    }
  }
  const sum = Buffer.alloc(8);
  sum.writeUInt32BE(~high >>> 0, 0);
  sum.writeUInt32BE(~low >>> 0, 4);
  return sum.toString("base64");
}
