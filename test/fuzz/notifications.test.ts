/** Messages of a queue and records of a trail: events and reads that are valid, or a reason. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { RecordSplitter } from "../../src/core/cloudtrail/record-splitter.ts";
import { TRAIL_FAULTS, readTrailRecord } from "../../src/core/cloudtrail/trail-event.ts";
import { decodeEvent, encodeEvent, eventKey, eventTimeMs } from "../../src/core/event.ts";
import { readNotification } from "../../src/core/notification/read-notification.ts";
import { keyFault } from "../../src/core/object-ref.ts";
import { HOSTILE, type Outcome, TIMEOUT_MS, expectHarmless, expectPlain, hostileText, mutated } from "./fuzzing.ts";

const digest = (text: string): string => `id-${text.length}`;

const name = fc.constantFrom(
  "ObjectCreated:Put",
  "ObjectRemoved:Delete",
  "ObjectRemoved:DeleteMarkerCreated",
  "ObjectRestore:Completed",
  "LifecycleTransition",
  "constructor",
);
/** Mostly as it should be. */
const mostly = (valid: string): fc.Arbitrary<string> =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(valid) }, { weight: 1, arbitrary: fc.constantFrom(...HOSTILE) });
const told = {
  etag: mostly("d41d8cd98f00b204"),
  sequencer: mostly("0055AED6DCD90281E5"),
  time: mostly("2026-01-02T03:04:05Z"),
};

const s3Message = fc
  .record({ name, key: hostileText(), ...told, size: fc.oneof(fc.nat(), fc.nat(), fc.double()) })
  .map(({ name: eventName, key, etag: eTag, sequencer, time, size }) => {
    const object = {
      key: key.isWellFormed() ? encodeURIComponent(key) : key,
      size,
      eTag,
      sequencer: sequencer || null,
    };
    const eventTime = time || "2026-01-02T03:04:05.678Z";
    const record = { eventVersion: "2.1", eventName, eventTime, s3: { bucket: { name: "data" }, object } };
    return JSON.stringify({ Records: [record] });
  });
const bridged = fc.record({ key: hostileText(), ...told }).map(({ key, etag, sequencer, time }) =>
  JSON.stringify({
    "detail-type": "Object Created",
    source: "aws.s3",
    time,
    detail: { bucket: { name: "data" }, object: { key, etag, size: 1, sequencer } },
  }),
);
const message = fc.oneof(s3Message, bridged);
const wrapped = message.map((Message) => JSON.stringify({ Type: "Notification", Message }));

function checkMessage(text: string): Outcome {
  const notification = readNotification(text, digest);
  expectPlain(notification);
  if (notification.kind !== "records") return "refused";
  let outcome: Outcome = "refused";
  for (const record of notification.records) {
    if (record.kind === "bad") assert.equal(typeof record.reason, "string");
    if (record.kind !== "event") continue;
    assert.deepEqual(decodeEvent(encodeEvent(record.event)), record.event);
    assert.equal(keyFault(record.event.subject), null);
    assert.equal(eventKey(record.event).endsWith(`/${record.event.subject}`), true);
    assert.equal(Number.isFinite(eventTimeMs(record.event)), true);
    outcome = "accepted";
  }
  return outcome;
}

test("messages of a queue", { timeout: TIMEOUT_MS }, () => {
  const pieces = ['"Records":[]', '"Type":"Notification"', '"source":"aws.s3"', "\\ud800", "%25", '"":', "null"];
  const input = mutated(fc.oneof(message, wrapped), pieces);
  expectHarmless({ name: "notifications", input, check: checkMessage, leastAccepted: 0.15, share: 0.5 });
});

test("any JSON as a message", { timeout: TIMEOUT_MS }, () => {
  const around = fc.oneof(
    fc.jsonValue({ maxDepth: 4 }),
    fc
      .jsonValue()
      .map((record) => ({ Records: [record, { eventVersion: "2.1", eventName: "ObjectCreated:Put", s3: record }] })),
    fc.jsonValue().map((detail) => ({ source: "aws.s3", "detail-type": "Object Created", time: "x", detail })),
    fc.jsonValue().map((inner) => ({ Type: "Notification", Message: JSON.stringify(inner) })),
  );
  const input = around.map((json) => JSON.stringify(json));
  expectHarmless({ name: "JSON as a notification", input, check: checkMessage, leastAccepted: 0, share: 0.25 });
});

const FAULTS: ReadonlySet<string> = new Set(TRAIL_FAULTS);

const trailRecord = fc
  .record({
    key: hostileText(),
    arn: mostly("arn:aws:iam::1:user/x"),
    agent: mostly("x"),
    time: told.time,
    error: fc.constantFrom(undefined, null, "AccessDenied"),
  })
  .map(({ key, arn, agent, time, error }) => ({
    eventTime: time,
    eventSource: "s3.amazonaws.com",
    eventName: "GetObject",
    eventID: "f2b287f3",
    userAgent: agent,
    userIdentity: { arn, sessionContext: { sessionIssuer: { arn } } },
    requestParameters: { bucketName: "data", key },
    errorCode: error,
  }));

test("files of a trail, whole and in pieces", { timeout: TIMEOUT_MS }, () => {
  const file = fc.array(trailRecord, { minLength: 1, maxLength: 3 }).map((Records) => JSON.stringify({ Records }));
  const cut = fc.nat(400);
  expectHarmless({
    name: "trail files",
    input: fc.tuple(mutated(file, ['"Records":[', '\\"', "}]}", "[{"]), cut),
    leastAccepted: 0.25,
    share: 0.25,
    check: ([text, at]) => {
      const bytes = new TextEncoder().encode(text);
      const whole = recordsOf([bytes]);
      assert.deepEqual(recordsOf([bytes.subarray(0, at), bytes.subarray(at)]), whole);
      let outcome: Outcome = "refused";
      for (const record of whole.records) {
        const read = readTrailRecord(jsonOf(record));
        expectPlain(read);
        if (read.kind === "bad") assert.equal(FAULTS.has(read.fault), true);
        if (read.kind !== "read") continue;
        assert.equal(keyFault(read.read.key), null);
        assert.equal(Number.isFinite(read.read.timeMs), true);
        outcome = "accepted";
      }
      return outcome;
    },
  });
});

function recordsOf(pieces: readonly Uint8Array[]): { readonly records: readonly string[]; readonly form: string } {
  const splitter = new RecordSplitter();
  const records: string[] = [];
  for (const piece of pieces) for (const each of splitter.push(piece)) records.push(Buffer.from(each ?? []).toString());
  return { records, form: splitter.finish() };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What the mutation broke is as good as any other value.
    return null;
  }
}
