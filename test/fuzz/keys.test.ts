/** Keys: encodings that give back what went in, an order that is the store's own, and ranges that leave nothing out. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import {
  canonicalQuery,
  decodeHeaderText,
  decodeListed,
  encodeHeaderText,
  encodeKey,
  encodeStrict,
  sentText,
} from "../../src/adapters/s3/encoding.ts";
import { compareKeys } from "../../src/core/key-range.ts";
import { splitRange } from "../../src/adapters/s3/key-ranges.ts";
import type { Page, PageInput } from "../../src/adapters/s3/list.ts";
import { keyFault, lastSegment, objectUri, parseObjectUri } from "../../src/core/object-ref.ts";
import { encodeListedKey, percentDecode, percentEncode } from "../../src/sandbox/percent.ts";
import { S3Error } from "../../src/sandbox/s3-error.ts";
import { RUNS, SEED, TIMEOUT_MS, acceptedOrRefused, expectHarmless, hostileText, mutated } from "./fuzzing.ts";

test("keys on the wire", { timeout: TIMEOUT_MS }, () => {
  expectHarmless({
    name: "keys, encodings",
    share: 0.6,
    input: fc.oneof(
      hostileText(),
      mutated(fc.constantFrom("a/b.txt", "../../etc/passwd", "ä/😀 +%.log", "x".repeat(1020))),
    ),
    leastAccepted: 0.5,
    check: (key) =>
      acceptedOrRefused(() => {
        const path = encodeKey(key);
        assert.match(path, /^[A-Za-z0-9\-._~/%]+$/);
        assert.equal(decodeURIComponent(path), key);
        assert.equal(percentDecode(path), key);
        assert.equal(percentEncode(key, true), path);
        assert.equal(decodeListed(encodeListedKey(key)), key);
        assert.equal(canonicalQuery([["prefix", key]]), `prefix=${encodeStrict(key)}`);
        assert.deepEqual(parseObjectUri(objectUri({ bucket: "data", key })), { bucket: "data", key });
        assert.ok(!lastSegment(key).includes("/"));
        assert.equal(keyFault(key), null);
      }),
  });
});

test("the order of keys is that of their bytes", { timeout: TIMEOUT_MS }, () => {
  const key = hostileText().filter((text) => text.isWellFormed());
  expectHarmless({
    name: "keys, order",
    share: 0.2,
    input: fc.tuple(key, key),
    leastAccepted: 1,
    check: ([a, b]) => {
      assert.equal(Math.sign(compareKeys(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)));
      return "accepted";
    },
  });
});

test("texts of headers and of broken escapes", { timeout: TIMEOUT_MS }, () => {
  expectHarmless({
    name: "keys, headers",
    share: 0.2,
    input: hostileText(),
    leastAccepted: 0.3,
    check: (text) =>
      acceptedOrRefused(() => {
        if (text.isWellFormed()) assert.equal(decodeHeaderText(encodeHeaderText(text)), text);
        assert.match(encodeHeaderText(text), /^[\x20-\x7e]*$/);
        try {
          percentDecode(text);
        } catch (error) {
          if (!(error instanceof S3Error)) throw error;
        }
        acceptedOrRefused(() => decodeListed(text));
        assert.doesNotMatch(sentText("x-amz-meta-a", text), /[\r\n\0]/);
      }),
  });
});

/** A bucket in memory, listed as S3 does, a few keys a page. */
function lister(keys: readonly string[], perPage: number): (input: PageInput) => Promise<Page> {
  return async ({ prefix, startAfter, delimiter, maxKeys }) => {
    const size = Math.min(maxKeys ?? perPage, perPage);
    const found = keys.filter((key) => key.startsWith(prefix) && compareKeys(key, startAfter) > 0);
    const folderOf = (key: string): string | null => {
      const slash = delimiter === undefined ? -1 : key.indexOf(delimiter, prefix.length);
      return slash < 0 ? null : key.slice(0, slash + 1);
    };
    const entries = [...new Set(found.map((key) => folderOf(key) ?? key))].slice(0, size);
    const own = new Set(found.filter((key) => folderOf(key) === null));
    const objects = entries
      .filter((entry) => own.has(entry))
      .map((key) => ({ key, sizeBytes: 1, etag: "e", lastModifiedMs: 0, storageClass: "STANDARD" }));
    const commonPrefixes = entries.filter((entry) => !own.has(entry));
    return { objects, commonPrefixes, token: found.length > entries.length ? "more" : null };
  };
}

test("ranges of keys are together the whole, in order", { timeout: TIMEOUT_MS }, async () => {
  const key = fc.oneof(
    hostileText().filter((text) => keyFault(text) === null),
    fc
      .array(fc.constantFrom("a", "b", "/", "\u{10FFFF}", "\uFFFF", "é"), { minLength: 1, maxLength: 8 })
      .map((all) => all.join("")),
  );
  const input = fc.record({
    keys: fc.uniqueArray(key, { maxLength: 12 }),
    after: fc.oneof(fc.constant(""), key),
    perPage: fc.integer({ min: 1, max: 5 }),
    most: fc.integer({ min: 2, max: 6 }),
  });
  let split = 0;
  await fc.assert(
    fc.asyncProperty(input, async ({ keys, after, perPage, most }) => {
      const range = { after, upTo: null };
      const parts = await Array.fromAsync(splitRange(lister(keys.toSorted(compareKeys), perPage), "", range, most));
      assert.equal(parts[0]?.after, after);
      assert.equal(parts.at(-1)?.upTo, null);
      for (const [index, part] of parts.slice(1).entries()) {
        assert.equal(part.after, parts[index]?.upTo);
        if (part.upTo !== null) assert.ok(compareKeys(part.after, part.upTo) < 0);
      }
      if (parts.length > 1) split += 1;
    }),
    { seed: SEED, numRuns: Math.ceil(RUNS / 20) },
  );
  assert.ok(split > RUNS / 100);
});
