/** S3's XML: answers as our adapter scans them, and requests as the sandbox parses them. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { expect, test } from "vitest";
import { faultError, readFault } from "../../src/adapters/s3/errors.ts";
import { readPage } from "../../src/adapters/s3/list.ts";
import { decodeEntities, elements, encodeEntities, tagText } from "../../src/adapters/s3/xml-scan.ts";
import { S3Error } from "../../src/sandbox/s3-error.ts";
import { type XmlElement, element, escapeXml, leaf, parseXml, xmlDocument } from "../../src/sandbox/xml.ts";
import { TIMEOUT_MS, acceptedOrRefused, expectHarmless, expectPlain, hostileText, mutated } from "./fuzzing.ts";

const PIECES = [
  "&#x110000;",
  "&#x0;",
  "&#99999999999;",
  "&#xD800;",
  "&quot;",
  "&lol;",
  "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>",
  "<![CDATA[",
  "]]>",
  "<!--",
  "</Contents>",
  "<Contents>",
  "<Key/>",
  "</",
  "/>",
  "<IsTruncated>true</IsTruncated>",
  "<EncodingType>url</EncodingType>",
  "<Size>-1</Size>",
] as const;
const ASKED = {
  operation: "GetObject",
  action: "s3:GetObject",
  bucket: "data",
  key: "k\u001b[2J",
  endpoint: "http://127.0.0.1:1",
};

const page = fc
  .tuple(fc.array(hostileText(), { maxLength: 2 }), fc.boolean(), fc.constantFrom("STANDARD", "constructor", ""))
  .map(([keys, isUrl, storageClass]) => {
    const contents = keys.map((key) =>
      element(
        "Contents",
        leaf("Key", isUrl && key.isWellFormed() ? encodeURIComponent(key) : key),
        leaf("LastModified", "2026-03-01T10:30:00.000Z"),
        leaf("ETag", '"5d41402abc4b2a76b9719d911017c592"'),
        leaf("Size", 12),
        leaf("StorageClass", storageClass),
      ),
    );
    return xmlDocument(
      "ListBucketResult",
      leaf("EncodingType", isUrl ? "url" : null),
      leaf("IsTruncated", false),
      ...contents,
    );
  });

test(
  "pages of a listing: objects with a key, a size and a time, or an error of the store",
  { timeout: TIMEOUT_MS },
  () => {
    expectHarmless({
      name: "XML, listings",
      share: 0.4,
      input: mutated(page, PIECES),
      leastAccepted: 0.3,
      check: (xml) =>
        acceptedOrRefused(() => {
          for (const { key, sizeBytes, lastModifiedMs } of readPage("data", xml).objects) {
            assert.notEqual(key, "");
            assert.equal(Number.isSafeInteger(sizeBytes) && sizeBytes >= 0, true);
            assert.equal(Number.isFinite(lastModifiedMs), true);
          }
        }),
    });
  },
);

test("refusals of a store are one of our errors, whatever they say", { timeout: TIMEOUT_MS }, () => {
  const answer = fc
    .tuple(fc.oneof(hostileText(), fc.constantFrom("NoSuchKey", "toString", "AccessDenied", "valueOf")), hostileText())
    .map(([code, message]) => `<Error>${leaf("Code", code)}${leaf("Message", message)}</Error>`);
  expectHarmless({
    name: "XML, refusals",
    share: 0.2,
    input: fc.tuple(fc.constantFrom(400, 403, 404, 412, 500, 503, 999), mutated(answer, PIECES)),
    leastAccepted: 0.9,
    check: ([status, xml]) =>
      acceptedOrRefused(() => {
        const { message, fix, where } = faultError(readFault(status, xml), ASKED);
        for (const text of [message, fix, where ?? ""]) assert.equal(typeof text, "string");
      }),
  });
});

test("entities and elements", { timeout: TIMEOUT_MS }, () => {
  expectHarmless({
    name: "XML, entities",
    share: 0.2,
    input: hostileText(),
    leastAccepted: 0.5,
    check: (text) => {
      assert.equal(decodeEntities(encodeEntities(text)), text);
      assert.equal(decodeEntities(escapeXml(text)), text);
      assert.deepEqual([...elements(`<a>${encodeEntities(text)}</a><a>`, "a")].map(decodeEntities), [text]);
      assert.equal(tagText(`<Key>${encodeEntities(text)}</Key>`, "Key"), text);
      return "accepted";
    },
  });
});

function expectTree(tree: XmlElement, depth = 0): void {
  assert.ok(depth < 40);
  expectPlain(tree.attributes);
  for (const child of tree.children) expectTree(child, depth + 1);
}

test("requests as the sandbox parses them", { timeout: TIMEOUT_MS }, () => {
  const request = fc
    .tuple(fc.array(hostileText(), { maxLength: 2 }), fc.constantFrom("x", "__proto__", "a:b", "constructor"))
    .map(
      ([keys, name]) =>
        `<?xml version="1.0"?><Delete xmlns="http://s3/" ${name}="1">${keys.map((key) => element("Object", leaf("Key", key), "<!-- x --><![CDATA[y]]>")).join("")}</Delete>`,
    );
  expectHarmless({
    name: "XML, requests",
    share: 0.2,
    input: mutated(request, [...PIECES, ' __proto__="x"', " xmlns:a='b'"]),
    leastAccepted: 0.2,
    check: (xml) => {
      try {
        expectTree(parseXml(new TextEncoder().encode(xml)));
        return "accepted";
      } catch (error) {
        if (error instanceof S3Error) return "refused";
        throw error;
      }
    },
  });
});

test("large or deep XML takes time in proportion", () => {
  const pieces = ["<a>", "<a ", "<Contents>", "<Contents><Key>", "&", "&#", "<!--", "<![CDATA[", "<a b='", "</a>"];
  for (const piece of pieces) {
    const xml = piece.repeat(100_000);
    assert.match(
      acceptedOrRefused(() => readPage("data", xml).objects),
      /accepted|refused/,
    );
    expect(() => parseXml(new TextEncoder().encode(xml))).toThrow(S3Error);
    expect(() => parseXml(new TextEncoder().encode(`<r>${xml}</r>`))).toThrow(S3Error);
  }
  assert.equal(parseXml(new TextEncoder().encode(`<r ${" ".repeat(100_000)}>${" ".repeat(100_000)}</r>`)).name, "r");
});
