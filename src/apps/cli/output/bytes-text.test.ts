import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesText, utf8 } from "./bytes-text.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("bytes from outside", () => {
  test("that are text are shown as text, with every control character but line ends written out", () => {
    expect(bytesText(bytesOf('{"a":"\u001b[2J\u202e"}\nnext\r'))).toBe(
      `{"a":"${String.raw`\u{1b}[2J\u{202e}`}"}\nnext${String.raw`\r`}`,
    );
    expect(bytesText(bytesOf("\ufefftext"))).toBe(String.raw`\u{feff}text`);
    expect(bytesText(new Uint8Array())).toBe("");
  });

  test("that are no text are shown in hexadecimal", () => {
    expect(bytesText(Uint8Array.of(0xff, 0x41, 0x1b))).toBe(`00000000  ff 41 1b${" ".repeat(39)}  .A.`);
    const rows = bytesText(new Uint8Array(17).fill(0xfe)).split("\n");
    expect(rows).toHaveLength(2);
    expect(rows[1]).toMatch(/^00000010 {2}fe +\.$/);
  });

  test("of any length are cut at what is of use on a screen, and the rest is counted", () => {
    expect(bytesText(bytesOf("x".repeat(10_000)))).toMatch(/^x{8192}\n… and 1808 more characters$/);
    expect(bytesText(new Uint8Array(2000).fill(0xff))).toMatch(/\n… and 976 more bytes$/);
  });

  test("never act on a terminal", () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.string({ unit: "binary" }).map(bytesOf)), (bytes) => {
        const text = bytesText(bytes);
        // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
        expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
        expect(utf8(bytes) === null || Buffer.from(utf8(bytes) ?? "").equals(bytes)).toBe(true);
      }),
    );
  });
});
