import { describe, expect, it, test } from "vitest";
import { decodeEvent, encodeEvent } from "../event.ts";
import { type Notification, readNotification } from "./read-notification.ts";

/** Readable in the assertions. */
const plain = (text: string): string => `id:${text}`.slice(0, 256);
const read = (message: unknown): Notification => readNotification(JSON.stringify(message), plain);

const OBJECT = {
  key: "red+flower%2B%C3%BC.jpg",
  size: 1024,
  eTag: "d41d8cd98f00b204e9800998ecf8427e",
  versionId: "096fKKXTRTtl3on89fVO.nfljtsv6qko",
  sequencer: "0055AED6DCD90281E5",
};

/** By "Event message structure", Amazon S3 User Guide. */
function s3Record(eventName: string, object: object = OBJECT, more: object = {}): Record<string, unknown> {
  return {
    eventVersion: "2.1",
    eventSource: "aws:s3",
    awsRegion: "us-west-2",
    eventTime: "2026-01-02T03:04:05.678Z",
    eventName,
    userIdentity: { principalId: "AIDAJDPLRKLG7UEXAMPLE" },
    requestParameters: { sourceIPAddress: "192.0.2.3" },
    responseElements: {
      "x-amz-request-id": "C3D13FE58DE4C810",
      "x-amz-id-2": "FMyUVURIY8/IgAtTv8xRjskZQpcIZ9KG4V5Wp6S7S",
    },
    s3: {
      s3SchemaVersion: "1.0",
      configurationId: "testConfigRule",
      bucket: { name: "data", ownerIdentity: { principalId: "A3NL1KOZZKExample" }, arn: "arn:aws:s3:::data" },
      object,
    },
    ...more,
  };
}

/** By "EventBridge event message structure", Amazon S3 User Guide. */
function bridged(detailType: string, object: object = {}, detail: object = {}): Record<string, unknown> {
  const told = {
    key: "red flower+ü.jpg",
    size: 1024,
    etag: OBJECT.eTag,
    "version-id": OBJECT.versionId,
    sequencer: OBJECT.sequencer,
    ...object,
  };
  return {
    version: "0",
    id: "17793124-05d4-b198-2fde-7ededc63b103",
    "detail-type": detailType,
    source: "aws.s3",
    account: "111122223333",
    time: "2026-01-02T03:04:05Z",
    region: "ca-central-1",
    resources: ["arn:aws:s3:::data"],
    detail: { version: "0", bucket: { name: "data" }, object: told, "request-id": "N4N7GDK58NMKJ12R", ...detail },
  };
}

/** By "Parsing Amazon SNS message format in Amazon SQS", Amazon SNS Developer Guide. */
const wrapped = (inner: unknown): object => ({
  Type: "Notification",
  MessageId: "63a3f6b6-d533-4a47-aef9-fcf5cf758c76",
  TopicArn: "arn:aws:sns:us-west-2:123456789012:changes",
  Subject: "Amazon S3 Notification",
  Message: JSON.stringify(inner),
  Timestamp: "2026-01-02T03:04:06.000Z",
});

const CREATED = {
  specversion: "1.0",
  source: "s3://data",
  type: "astra.object.created",
  subject: "red flower+ü.jpg",
  time: "2026-01-02T03:04:05.678Z",
  data: {
    sizeBytes: 1024,
    etag: OBJECT.eTag,
    versionId: OBJECT.versionId,
    sequencer: OBJECT.sequencer,
  },
};
const records = (...all: unknown[]): object => ({ Records: all });
const event = (expected: object): object => ({
  kind: "records",
  records: [{ kind: "event", event: expect.objectContaining(expected) as object }],
});

describe("what each kind of record comes to", () => {
  const deleted = { type: "astra.object.deleted", subject: CREATED.subject, data: { sequencer: OBJECT.sequencer } };
  const restored = { type: "astra.object.restored", data: { versionId: OBJECT.versionId } };
  const { versionId: _v, ...unversioned } = OBJECT;
  const { sequencer: _s, ...unordered } = OBJECT;
  const lifecycle = {
    eventVersion: "2.3",
    lifecycleEventData: { transitionEventData: { destinationStorageClass: "GLACIER" } },
  };
  const other = { kind: "records", records: [{ kind: "other" }] };
  const kind = (name: string): object => ({ kind: "records", records: [{ kind: name }] });

  test.each<[string, unknown, object]>([
    ["Put", records(s3Record("ObjectCreated:Put")), event(CREATED)],
    ["Post", records(s3Record("ObjectCreated:Post")), event(CREATED)],
    ["Copy", records(s3Record("ObjectCreated:Copy")), event(CREATED)],
    ["CompleteMultipartUpload", records(s3Record("ObjectCreated:CompleteMultipartUpload")), event(CREATED)],
    ["with the prefix, as MinIO has it", records(s3Record("s3:ObjectCreated:Put")), event(CREATED)],
    ["Delete without versions", records(s3Record("ObjectRemoved:Delete", unversioned)), event(deleted)],
    [
      "Delete where versions are null",
      records(s3Record("ObjectRemoved:Delete", { ...OBJECT, versionId: null })),
      event(deleted),
    ],
    ["Delete of one version", records(s3Record("ObjectRemoved:Delete")), kind("version-removed")],
    [
      "a delete marker, whose version is not the object's",
      records(s3Record("ObjectRemoved:DeleteMarkerCreated")),
      event(deleted),
    ],
    ["expired", records(s3Record("LifecycleExpiration:Delete", unversioned, { eventVersion: "2.3" })), event(deleted)],
    ["an expired old version", records(s3Record("LifecycleExpiration:Delete")), kind("version-removed")],
    ["an expiry's delete marker", records(s3Record("LifecycleExpiration:DeleteMarkerCreated")), event(deleted)],
    ["a restore begun", records(s3Record("ObjectRestore:Post")), other],
    ["a restore done", records(s3Record("ObjectRestore:Completed", unordered)), event(restored)],
    ["a restored copy gone", records(s3Record("ObjectRestore:Delete")), other],
    ["a lifecycle transition", records(s3Record("LifecycleTransition", OBJECT, lifecycle)), kind("class-change")],
    ["an inner tier", records(s3Record("IntelligentTiering")), other],
    ["tags", records(s3Record("ObjectTagging:Put")), other],
    ["an ACL", records(s3Record("ObjectAcl:Put")), other],
    [
      "replication",
      records(s3Record("Replication:OperationFailedReplication", OBJECT, { eventVersion: "2.2" })),
      other,
    ],
    ["a kind that is not known yet", records(s3Record("ObjectDreamt:Of")), other],
    ["EventBridge: created", bridged("Object Created"), event({ ...CREATED, time: "2026-01-02T03:04:05.000Z" })],
    [
      "EventBridge: deleted",
      bridged("Object Deleted", { "version-id": undefined }, { "deletion-type": "Permanently Deleted" }),
      event(deleted),
    ],
    [
      "EventBridge: a version",
      bridged("Object Deleted", {}, { "deletion-type": "Permanently Deleted" }),
      kind("version-removed"),
    ],
    [
      "EventBridge: a marker",
      bridged("Object Deleted", {}, { "deletion-type": "Delete Marker Created" }),
      event(deleted),
    ],
    ["EventBridge: restored", bridged("Object Restore Completed", { sequencer: undefined }), event(restored)],
    ["EventBridge: restore begun", bridged("Object Restore Initiated"), other],
    ["EventBridge: another class", bridged("Object Storage Class Changed"), kind("class-change")],
    ["EventBridge: tags", bridged("Object Tags Added"), other],
    ["SNS around S3", wrapped(records(s3Record("ObjectCreated:Put"))), event(CREATED)],
    ["SNS around EventBridge", wrapped(bridged("Object Created")), event({ type: CREATED.type, data: CREATED.data })],
    ["no records", records(), { kind: "records", records: [] }],
  ])("%s", (_name, message, expected) => {
    expect(read(message)).toEqual(expected);
  });

  test.each([
    ["plain", (message: unknown) => message],
    ["by SNS", wrapped],
  ])("the test message, %s", (_name, how) => {
    const message = { Service: "Amazon S3", Event: "s3:TestEvent", Time: "2014-10-13T15:57:02.089Z", Bucket: "data" };
    expect(read(how(message))).toEqual({ kind: "test" });
  });
});

it("takes every record of a message, and tells which ones are bad", () => {
  const message = records(
    s3Record("ObjectCreated:Put"),
    { eventVersion: "2.1" },
    s3Record("ObjectRemoved:DeleteMarkerCreated"),
  );
  const { records: read3 } = read(message) as Extract<Notification, { kind: "records" }>;
  expect(read3.map(({ kind }) => kind)).toEqual(["event", "bad", "event"]);
});

describe("refuses", () => {
  const created = (object: object, more: object = {}): unknown =>
    records(s3Record("ObjectCreated:Put", { ...OBJECT, ...object }, more));
  test.each<[string, unknown, RegExp]>([
    ["a key with an escape that is none", created({ key: "a%zz" }), /key cannot be decoded/],
    ["a key of bytes that are no UTF-8", created({ key: "%ff" }), /key cannot be decoded/],
    ["no key", created({ key: "" }), /subject/],
    ["a key too long", created({ key: "k".repeat(1025) }), /longer than 1024/],
    ["a sequencer that is no hexadecimal number", created({ sequencer: "0055XY" }), /sequencer/],
    ["a negative size", created({ size: -1 }), /sizeBytes/],
    ["no ETag", created({ eTag: undefined }), /without its ETag/],
    ["a time that is none", created({}, { eventTime: "2026-13-45T00:00:00Z" }), /time/],
    ["another time's form", created({}, { eventTime: 1767323045 }), /eventTime/],
    ["a structure of another version", created({}, { eventVersion: "3.0" }), /another version/],
    ["a bucket that is no name", created({}, { s3: { bucket: { name: "../x" }, object: OBJECT } }), /source/],
    [
      "EventBridge without an object",
      { ...bridged("Object Created"), detail: { bucket: { name: "data" } } },
      /detail\.object/,
    ],
  ])("%s", (_name, message, says) => {
    expect(read(message)).toEqual({
      kind: "records",
      records: [{ kind: "bad", reason: expect.stringMatching(says) as string }],
    });
  });

  test.each<[string, string, RegExp]>([
    ["what is no JSON", "poison {", /no JSON object/],
    ["nothing", "", /no JSON object/],
    ["a list", "[1]", /no JSON object/],
    [
      "another service's message",
      '{"source":"aws.ec2","detail-type":"EC2 Instance State-change Notification"}',
      /no notification/,
    ],
    ["SNS around text", JSON.stringify({ Type: "Notification", Message: "hello" }), /SNS wrapped/],
    ["SNS around nothing", JSON.stringify({ Type: "Notification" }), /SNS wrapped/],
    ["a subscription", JSON.stringify({ Type: "SubscriptionConfirmation", Token: "t" }), /subscription/],
  ])("%s", (_name, body, says) => {
    expect(readNotification(body, plain)).toEqual({ kind: "bad", reason: expect.stringMatching(says) as string });
  });
});

describe("the event's id", () => {
  const idOf = (message: unknown): string => {
    const notification = read(message);
    const record = notification.kind === "records" ? notification.records[0] : undefined;
    if (record?.kind !== "event") throw new Error("no event");
    expect(decodeEvent(encodeEvent(record.event))).toEqual(record.event);
    return record.event.id;
  };
  const base = records(s3Record("ObjectCreated:Put"));

  it("is that of the change, whichever way it came", () => {
    expect(idOf(wrapped(base))).toBe(idOf(base));
    expect(idOf(bridged("Object Created"))).toBe(idOf(base));
    expect(idOf(records(s3Record("ObjectCreated:Put", { ...OBJECT, sequencer: OBJECT.sequencer.toLowerCase() })))).toBe(
      idOf(base),
    );
  });

  it.each<[string, unknown]>([
    ["key", records(s3Record("ObjectCreated:Put", { ...OBJECT, key: "other" }))],
    ["version", records(s3Record("ObjectCreated:Put", { ...OBJECT, versionId: "other" }))],
    ["sequencer", records(s3Record("ObjectCreated:Put", { ...OBJECT, sequencer: "0055AED6DCD90281E6" }))],
    ["kind", records(s3Record("ObjectRemoved:DeleteMarkerCreated"))],
  ])("is another for another %s", (_name, message) => {
    expect(idOf(message)).not.toBe(idOf(base));
  });

  it("is of time, request and content where there is no sequencer", () => {
    const { sequencer: _, ...object } = OBJECT;
    const first = idOf(records(s3Record("ObjectCreated:Put", object)));
    expect(idOf(records(s3Record("ObjectCreated:Put", object)))).toBe(first);
    expect(idOf(records(s3Record("ObjectCreated:Put", { ...object, eTag: "other" })))).not.toBe(first);
    expect(idOf(records(s3Record("ObjectCreated:Put", object, { eventTime: "2026-01-02T03:04:05.679Z" })))).not.toBe(
      first,
    );
    expect(idOf(records(s3Record("ObjectCreated:Put", object, { responseElements: null })))).not.toBe(first);
  });
});
