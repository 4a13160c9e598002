import { createHmac, createSecretKey } from "node:crypto";
import { describe, expect, it } from "vitest";
import { decodeChunkedBody } from "./chunked-body.ts";
import { S3Error } from "./s3-error.ts";
import type { VerifiedSignature } from "./signature.ts";

/** The example of "Signature Calculations … Transferring Payload in Multiple Chunks" in the S3 API reference. */
const mac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
const signingKey = mac(
  mac(mac(mac("AWS4wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "20130524"), "us-east-1"), "s3"),
  "aws4_request",
);
const VERIFIED: VerifiedSignature = {
  payload: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
  signature: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
  signingKey: createSecretKey(signingKey),
  context: "20130524T000000Z\n20130524/us-east-1/s3/aws4_request",
};
const SIGNATURES = [
  "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
  "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
  "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
];
const SIZES = [65_536, 1024, 0];

function stream(signatures: readonly string[]): Buffer {
  return Buffer.from(
    SIZES.map((size, i) => `${size.toString(16)};chunk-signature=${signatures[i]}\r\n${"a".repeat(size)}\r\n`).join(""),
  );
}

function code(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof S3Error) return error.code;
    throw error;
  }
  return "no error";
}

describe("chunked bodies", () => {
  it("are taken when every chunk is signed on top of the one before", () => {
    const { body } = decodeChunkedBody(stream(SIGNATURES), VERIFIED, "66560");
    expect(Buffer.from(body).equals(Buffer.alloc(66_560, "a"))).toBe(true);
  });

  it("are refused when a signature, the length or the framing is wrong", () => {
    const [first = "", second = "", last = ""] = SIGNATURES;
    const decode = (raw: Buffer, length: string) => (): unknown => decodeChunkedBody(raw, VERIFIED, length);
    expect(code(decode(stream([first, last, second]), "66560"))).toBe("SignatureDoesNotMatch");
    expect(code(decode(stream([first, second, "0".repeat(64)]), "66560"))).toBe("SignatureDoesNotMatch");
    expect(code(decode(stream(SIGNATURES), "66561"))).toBe("IncompleteBody");
    expect(code(decode(stream(SIGNATURES).subarray(0, 65_700), "66560"))).toBe("IncompleteBody");
    expect(code(decode(Buffer.from("zz\r\n"), "0"))).toBe("IncompleteBody");
    expect(code(decode(Buffer.alloc(0), "0"))).toBe("IncompleteBody");
  });
});
