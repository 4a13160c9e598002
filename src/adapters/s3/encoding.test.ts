import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareKeys } from "../../core/key-range.ts";
import {
  decodeHeaderText,
  decodeListed,
  encodeHeaderText,
  encodeKey,
  encodeStrict,
  receivedText,
  wireText,
} from "./encoding.ts";

const anyText = fc.string({ unit: "binary", maxLength: 100 });
const anyKey = fc.string({ unit: "binary", minLength: 1, maxLength: 100 });

describe("keys on the wire", () => {
  it("come back as they went, and never as another path", () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        const encoded = encodeKey(key);
        expect(encoded).toMatch(/^[A-Za-z0-9\-._~/%]*$/);
        expect(decodeURIComponent(encoded)).toBe(key);
        expect(encoded.split("/")).toHaveLength(key.split("/").length);
      }),
    );
  });

  it("keep dots and double slashes", () => {
    expect(encodeKey("../a//./b")).toBe("../a//./b");
    expect(encodeKey("a b+c%2F'(é)*!")).toBe("a%20b%2Bc%252F%27%28%C3%A9%29%2A%21");
  });

  it("are refused where no store can hold them", () => {
    for (const key of ["", "\ud800", "é".repeat(513)]) {
      expect(() => encodeKey(key)).toThrow(expect.objectContaining({ code: "ASTRA_STORE_REFUSED" }));
    }
    expect(encodeKey("é".repeat(512))).toHaveLength(512 * 6);
  });

  it("are decoded from a listing, where a plus is a space", () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        expect(decodeListed(encodeStrict(key))).toBe(key);
      }),
    );
    expect(decodeListed("a+b%2Bc")).toBe("a b+c");
    expect(() => decodeListed("%zz")).toThrow(expect.objectContaining({ code: "ASTRA_STORE_INTEGRITY" }));
  });

  it("are ordered by their UTF-8 bytes", () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
      }),
      { examples: [["\uff5e", "😀"]] },
    );
  });
});

describe("metadata on the wire", () => {
  it("is ASCII, in words of 75 characters at most, and comes back", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const encoded = encodeHeaderText(text);
        expect(encoded).toMatch(/^[\x20-\x7e]*$/);
        if (encoded !== text)
          expect(Math.max(...encoded.split(" ").map((word) => word.length))).toBeLessThanOrEqual(75);
        expect(decodeHeaderText(encoded)).toBe(text);
      }),
    );
  });

  it("is read in the form S3 itself writes", () => {
    expect(decodeHeaderText("=?UTF-8?Q?Gr=C3=BC=C3=9Fe_an?= all")).toBe("Grüße an all");
    expect(decodeHeaderText("=?UTF-8?B?R3LDvA==?= =?utf-8?b?w59l?=")).toBe("Grüße");
    expect(decodeHeaderText("plain text")).toBe("plain text");
  });

  it("keeps headers' UTF-8 bytes both ways", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(receivedText(wireText(text))).toBe(text);
      }),
    );
    expect(receivedText("caf\xe9")).toBe("caf\xe9");
  });
});
