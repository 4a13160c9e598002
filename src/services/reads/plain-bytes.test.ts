import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { isAstraError } from "../../core/errors.ts";
import { plainBytes } from "./plain-bytes.ts";

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function plain(bytes: Uint8Array, size = 100): Promise<string> {
  const found: Uint8Array[] = [];
  for await (const piece of plainBytes("log", pieces(bytes, size))) found.push(piece.slice());
  return Buffer.concat(found).toString();
}

const TEXT = "a line of a log\n".repeat(100_000);

test("content comes out plain, whether gzipped or not, in one member or several", async () => {
  const half = TEXT.length / 2;
  const members = Buffer.concat([gzipSync(TEXT.slice(0, half)), gzipSync(TEXT.slice(half))]);
  for (const bytes of [Buffer.from(TEXT), gzipSync(TEXT), members])
    for (const size of [1000, 65_536]) expect((await plain(bytes, size)) === TEXT).toBe(true);
  expect(await plain(gzipSync("abc"), 1)).toBe("abc");
  expect(await plain(Buffer.from("a"))).toBe("a");
  expect(await plain(Buffer.alloc(0))).toBe("");
});

test("a cut or damaged gzip file is named", async () => {
  const packed = gzipSync(TEXT);
  const faultOf = (bytes: Uint8Array) => plain(bytes).then(String, (error: unknown) => error);
  for (const [bytes, reason] of [
    [packed.subarray(0, packed.length - 12), "ends too early"],
    [Buffer.concat([packed.subarray(0, 10), Buffer.alloc(50, 0xff)]), "is damaged"],
  ] as const) {
    const fault = await faultOf(bytes);
    expect(isAstraError(fault, "ASTRA_ACCESS_LOG_INVALID")).toBe(true);
    expect(fault).toMatchObject({ where: "log", message: expect.stringContaining(reason) as string });
  }
});

test("a fault of the source comes out as it is, and a reader who leaves ends the source", async () => {
  const broken = async function* () {
    yield gzipSync(TEXT).subarray(0, 200);
    throw new RangeError("the disk");
  };
  const read = async () => {
    for await (const piece of plainBytes("log", broken())) expect(piece.length).toBeGreaterThan(0);
  };
  await expect(read()).rejects.toThrow("the disk");
  let isEnded = false;
  const long = async function* () {
    try {
      for (;;) yield gzipSync(TEXT);
    } finally {
      isEnded = true;
    }
  };
  for await (const piece of plainBytes("log", long())) if (piece.length > 0) break;
  expect(isEnded).toBe(true);
});
