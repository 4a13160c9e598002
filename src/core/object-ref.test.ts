import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_KEY_BYTES, keyFault, lastSegment, objectUri, parseObjectUri } from "./object-ref.ts";

const anyKey = fc.string({ unit: "binary", minLength: 1, maxLength: 300 });

describe("an object's URI", () => {
  it("leads back to the very bucket and key, whatever the key", () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        expect(parseObjectUri(objectUri({ bucket: "my-bucket", key }))).toEqual({ bucket: "my-bucket", key });
      }),
    );
  });

  it.each(["a b", "a+b", "a%2Fb", "a//b", "../../etc/passwd", "/leading", "trailing/", "line\nbreak", "ключ", "🗝"])(
    "keeps the key as it is: %j",
    (key) => {
      expect(parseObjectUri(`s3://b/${key}`)).toEqual({ bucket: "b", key });
    },
  );

  it.each([
    "",
    "bucket/key",
    "s3://",
    "s3://bucket",
    "s3://bucket/",
    "s3:///key",
    "http://bucket/key",
    "S3://bucket/key",
  ])("is not: %j", (text) => {
    expect(parseObjectUri(text)).toBeNull();
  });

  it.each(["s3", "azure", "gs"])("may begin with %s://", (scheme) => {
    expect(parseObjectUri(`${scheme}://b/k`)).toEqual({ bucket: "b", key: "k" });
  });
});

describe("the last segment", () => {
  it.each([
    { key: "a", segment: "a" },
    { key: "a/b/c.txt", segment: "c.txt" },
    { key: "a/", segment: "" },
    { key: "a//b", segment: "b" },
    { key: "a\\b", segment: "a\\b" },
  ])("of $key is $segment", ({ key, segment }) => {
    expect(lastSegment(key)).toBe(segment);
  });
});

describe("a key", () => {
  it("is measured in UTF-8 bytes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 300, maxLength: 700 }), (key) => {
        expect(keyFault(key) === null).toBe(Buffer.byteLength(key) <= MAX_KEY_BYTES);
      }),
    );
  });

  it.each(["x".repeat(1024), "ü".repeat(512), "€".repeat(341), "🗝".repeat(256)])("fits up to the limit", (key) => {
    expect(keyFault(key)).toBeNull();
    expect(keyFault(`${key}xx`)).toContain("1024 bytes");
  });

  it("is not empty and has a UTF-8 form", () => {
    expect(keyFault("")).toContain("empty");
    expect(keyFault("a\udc00b")).toContain("Unicode");
  });
});
