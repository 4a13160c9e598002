/** Bytes of the log, and envelopes as values: an event or one of our own errors, and an event that can be worked with. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import {
  type DataEvent,
  EVENT_TYPES,
  decodeEvent,
  encodeEvent,
  eventKey,
  eventObject,
  eventTimeMs,
  parseEvent,
  sequencerAfter,
} from "../../src/core/event.ts";
import { keyFault } from "../../src/core/object-ref.ts";
import { observeEvent } from "../../src/core/object-state.ts";
import { partitionOfKey } from "../../src/core/partition.ts";
import { TIMEOUT_MS, acceptedOrRefused, expectHarmless, expectPlain, hostileText, mutated } from "./fuzzing.ts";

const OPTIONS = { keepDays: 90, excludedPrincipals: new Set(["crawler"]) };

/** What the consumer does with an event must work for all that were accepted. */
function expectUsable(event: DataEvent): void {
  const ref = eventObject(event);
  assert.notEqual(ref.bucket, "");
  assert.equal(keyFault(ref.key), null);
  assert.match(new Date(eventTimeMs(event)).toISOString(), /Z$/);
  assert.deepEqual(decodeEvent(encodeEvent(event)), event);
  assert.ok(partitionOfKey(eventKey(event), 12) < 12);
  expectPlain(event);
  const state = observeEvent(undefined, event, ref, null, OPTIONS);
  assert.equal(Number.isSafeInteger(state.access.lifetimeReads), true);
  assert.equal(state.createdMs === null || Number.isFinite(state.createdMs), true);
}

const encoder = new TextEncoder();
/** Mostly what is valid: of ten fields that are each right by half, nearly no event would pass. */
function mostly<T>(good: fc.Arbitrary<T>, ...others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof({ weight: 20, arbitrary: good }, { weight: 1, arbitrary: fc.constantFrom(...others) });
}

const time = fc
  .tuple(fc.integer({ min: 1950, max: 2090 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 31 }))
  .map(([year, month, day]) => `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}T10:30:00Z`);

const data = fc.record(
  {
    sizeBytes: mostly<number>(fc.nat(), -1, 1.5, 2 ** 53, 1e308),
    etag: hostileText(),
    sequencer: mostly(fc.constantFrom("0a", "00", "f".repeat(64)), "g", ""),
    storageClass: fc.constantFrom("STANDARD", "constructor", "__proto__"),
    principal: fc.constantFrom("crawler", "web", "__proto__"),
    reads: mostly<number>(fc.constantFrom(1, 3, 1_000_000_000), 0, 2e9, 0.5),
    bytesRead: mostly<number>(fc.nat(), -1, 1e308),
    body: mostly<unknown>(fc.constantFrom({ uri: "file:///etc/passwd" }, { base64: "AAAA" }), { base64: "A" }, 7, {}),
  },
  { requiredKeys: [], noNullPrototype: true },
);

const envelope = fc
  .record(
    {
      specversion: mostly(fc.constant("1.0"), "0.3"),
      id: hostileText(),
      source: mostly(fc.constantFrom("s3://data", "gs://x1", "azure://a-b"), "s3://", "s3://a/b", "s3://../x"),
      type: fc.constantFrom(...EVENT_TYPES),
      subject: hostileText(),
      time: mostly(time, "", "2026-13-01T00:00:00Z", "2026-01-01", "+275760-09-13T00:00:00Z"),
      data,
    },
    { noNullPrototype: true },
  )
  .map((value): Record<string, unknown> => value);

test("bytes of the log", { timeout: TIMEOUT_MS }, () => {
  const valid = fc
    .tuple(fc.constantFrom(...EVENT_TYPES), fc.constantFrom("a", "a/b c.txt", "ä/😀", "__proto__"))
    .map(([type, subject]) => ({ specversion: "1.0", id: "1", source: "s3://data", type, subject }))
    .map((event) => JSON.stringify({ ...event, time: "2026-03-01T10:30:00Z", data: { reads: 2, principal: "web" } }));
  const pieces = ['"__proto__":{"reads":9},', '"constructor":{"prototype":{"x":1}},', "\\u0000", "\\ud800", "{}", "[]"];
  expectHarmless({
    name: "event bytes",
    input: fc.tuple(mutated(valid, pieces), fc.nat(300), fc.integer({ min: -2000, max: 255 })),
    leastAccepted: 0.2,
    check: ([text, at, byte]) =>
      acceptedOrRefused(() => {
        const bytes = encoder.encode(text);
        // One case in nine has a byte put over: broken UTF-8 among them.
        if (byte >= 0 && at < bytes.length) bytes[at] = byte;
        expectUsable(decodeEvent(bytes));
      }),
  });
});

test("CloudEvents envelopes", { timeout: TIMEOUT_MS }, () => {
  const names = ["specversion", "id", "source", "type", "subject", "time", "data", "extra", "__proto__", "constructor"];
  const change = fc.option(
    fc.record({
      name: fc.constantFrom(...names),
      value: fc.oneof(hostileText(), fc.constantFrom<unknown>(null, 0, [], {}, true, undefined)),
    }),
    // Two of three stay without.
    { freq: 2, nil: null },
  );
  expectHarmless({
    name: "envelopes",
    input: fc.tuple(envelope, change),
    leastAccepted: 0.15,
    check: ([event, changed]) =>
      acceptedOrRefused(() => {
        // As JSON brings them: `__proto__` is then a name like any other.
        const given = { ...event };
        if (changed) Object.defineProperty(given, changed.name, { value: changed.value, enumerable: true });
        expectUsable(parseEvent(given));
      }),
  });
});

test("an event as large or as deep as may be is refused without a crash", () => {
  const large = [
    "[".repeat(131_000),
    '{"a":'.repeat(20_000),
    `{"specversion":"1.0","data":${"[".repeat(60_000)}${"]".repeat(60_000)}}`,
    `"${"\\u0000".repeat(20_000)}"`,
    "9".repeat(130_000),
    `{"id":"${"x".repeat(131_000)}"}`,
  ];
  for (const text of large)
    assert.equal(
      acceptedOrRefused(() => decodeEvent(encoder.encode(text))),
      "refused",
    );
  assert.equal(sequencerAfter("f".repeat(64), "0"), true);
});
