import { expect, it } from "vitest";
import { CHECKSUM_ALGORITHMS, type ChecksumAlgorithm, checksumOf } from "./checksums.ts";

/** Check values of the catalogue of parametrised CRC algorithms, and the hashes, of "123456789". */
const CHECK: Readonly<Record<ChecksumAlgorithm, string>> = {
  CRC32: "cbf43926",
  CRC32C: "e3069283",
  CRC64NVME: "ae8b14860a799888",
  SHA1: "f7c3bc1d808e04732adf679965ccc34ca7ae3441",
  SHA256: "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
};

it.each(CHECKSUM_ALGORITHMS)("%s gives its check value, in one chunk or several", (algorithm) => {
  const hex = (...chunks: string[]): string =>
    Buffer.from(
      checksumOf(
        algorithm,
        chunks.map((chunk) => Buffer.from(chunk)),
      ),
      "base64",
    ).toString("hex");
  expect(hex("123456789")).toBe(CHECK[algorithm]);
  expect(hex("12", "", "3456789")).toBe(CHECK[algorithm]);
});
