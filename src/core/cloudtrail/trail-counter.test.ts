import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { MS_PER_DAY } from "../units.ts";
import { type TrailCountOptions, TRAIL_COUNTS, TrailCounter } from "./trail-counter.ts";
import { type TrailRecord, readTrailRecord } from "./trail-event.ts";

const DAY = 20_455;
const ALL: TrailCountOptions = { buckets: null, excluded: new Set(), named: [], latestMs: Number.POSITIVE_INFINITY };
const USER = "arn:aws:iam::111122223333:user/reader";
const ROLE = "arn:aws:iam::111122223333:role/Crawler";
const SESSION = "arn:aws:sts::111122223333:assumed-role/Crawler/s1";

/** By "Examples of Amazon S3 data events" and "CloudTrail userIdentity element", AWS CloudTrail User Guide. */
function get(more: object = {}): Record<string, unknown> {
  return {
    eventVersion: "1.09",
    userIdentity: { type: "IAMUser", principalId: "AIDACKCEVSQ6C2EXAMPLE", arn: USER, accountId: "111122223333" },
    eventTime: "2026-01-02T03:04:05Z",
    eventSource: "s3.amazonaws.com",
    eventName: "GetObject",
    awsRegion: "us-east-1",
    sourceIPAddress: "192.0.2.3",
    userAgent: "[aws-cli/2.18.5]",
    requestParameters: { bucketName: "data", Host: "data.s3.us-east-1.amazonaws.com", key: "a b+ü%20/x.bin" },
    responseElements: null,
    additionalEventData: { bytesTransferredIn: 0, bytesTransferredOut: 113 },
    requestID: "07D681123BD12AED",
    readOnly: true,
    resources: [
      { type: "AWS::S3::Object", ARN: "arn:aws:s3:::data/a b+ü%20/x.bin" },
      { accountId: "111122223333", type: "AWS::S3::Bucket", ARN: "arn:aws:s3:::data" },
    ],
    eventType: "AwsApiCall",
    managementEvent: false,
    eventCategory: "Data",
    ...more,
  };
}

const READ = {
  bucket: "data",
  key: "a b+ü%20/x.bin",
  timeMs: Date.parse("2026-01-02T03:04:05Z"),
  principals: [USER],
  eventId: null,
  userAgent: "[aws-cli/2.18.5]",
};
const parameters = (more: object): object => ({ requestParameters: { bucketName: "data", key: "k", ...more } });
const point = "arn:aws:s3:us-east-1:111122223333:accesspoint/point";

test.each<[string, unknown, TrailRecord]>([
  ["a read", get(), { kind: "read", read: READ }],
  ["with its id", get({ eventID: "e1" }), { kind: "read", read: { ...READ, eventId: "e1" } }],
  [
    "by nobody who signed",
    get({ userIdentity: { type: "AWSAccount", accountId: "anonymous" } }),
    { kind: "read", read: { ...READ, principals: [] } },
  ],
  [
    "by a service",
    get({ userIdentity: { type: "AWSService", invokedBy: "cloudfront.amazonaws.com" } }),
    { kind: "read", read: { ...READ, principals: ["cloudfront.amazonaws.com"] } },
  ],
  [
    "by a role's session, for a service",
    get({
      userIdentity: {
        type: "AssumedRole",
        arn: SESSION,
        invokedBy: "athena.amazonaws.com",
        sessionContext: { sessionIssuer: { arn: ROLE } },
      },
    }),
    { kind: "read", read: { ...READ, principals: [SESSION, ROLE, "athena.amazonaws.com"] } },
  ],
  [
    "by way of an access point",
    get({ requestParameters: { bucketName: point, key: READ.key } }),
    { kind: "read", read: READ },
  ],
  ["without resources", get({ resources: undefined }), { kind: "read", read: READ }],
  ["refused", get({ errorCode: "AccessDenied", errorMessage: "Access Denied" }), { kind: "without_data" }],
  ["refused, without parameters", get({ errorCode: "NoSuchKey", requestParameters: null }), { kind: "without_data" }],
  ["a HEAD", get({ eventName: "HeadObject" }), { kind: "other" }],
  ["a copy", get({ eventName: "CopyObject" }), { kind: "other" }],
  ["tables", get({ eventSource: "s3tables.amazonaws.com" }), { kind: "other_service" }],
  ["another service", { eventSource: "kms.amazonaws.com", eventName: "Decrypt" }, { kind: "other_service" }],
  ["no record", {}, { kind: "bad", fault: "fields" }],
  ["no object", null, { kind: "bad", fault: "fields" }],
  ["parameters left out", get({ requestParameters: null }), { kind: "bad", fault: "fields" }],
  [
    "an access point without the bucket",
    get({ resources: [], requestParameters: { bucketName: point, key: "k" } }),
    { kind: "bad", fault: "bucket" },
  ],
  ["no key", get(parameters({ key: "" })), { kind: "bad", fault: "key" }],
  ["a key too long", get(parameters({ key: "k".repeat(1025) })), { kind: "bad", fault: "key" }],
  ["a time that is none", get({ eventTime: "2026-02-31T25:00:00Z" }), { kind: "bad", fault: "time" }],
  ["a time in words", get({ eventTime: "yesterday" }), { kind: "bad", fault: "time" }],
])("%s", (_name, json, expected) => {
  expect(readTrailRecord(json)).toEqual(expected);
});

function counted(records: readonly unknown[], options: Partial<TrailCountOptions> = {}) {
  const counter = new TrailCounter({ ...ALL, ...options });
  for (const each of records) counter.count(Buffer.from(JSON.stringify(each)));
  return counter.counted();
}

describe("counting", () => {
  it("adds up reads by object and day, with the instant of the last", () => {
    const at = (eventTime: string): object => get({ eventTime });
    const { reads, counts, days } = counted([
      at("2026-01-02T03:00:00Z"),
      at("2026-01-02T02:00:00Z"),
      at("2026-01-03T00:00:00Z"),
    ]);
    expect(counts).toMatchObject({ records: 3, accesses: 3 });
    expect(reads).toEqual([
      {
        bucket: "data",
        key: READ.key,
        principal: null,
        day: DAY,
        reads: 2,
        weight: expect.closeTo(2, 1) as number,
        lastMs: Date.parse("2026-01-02T03:00:00Z"),
      },
      {
        bucket: "data",
        key: READ.key,
        principal: null,
        day: DAY + 1,
        reads: 1,
        weight: 1,
        lastMs: (DAY + 1) * MS_PER_DAY,
      },
    ]);
    expect(days).toEqual({ first: DAY, last: DAY + 1 });
  });

  it("leaves out readers by any of their names, and Astra itself", () => {
    const session = get({
      userIdentity: {
        arn: SESSION,
        sessionContext: { sessionIssuer: { arn: ROLE } },
        invokedBy: "athena.amazonaws.com",
      },
    });
    for (const name of [SESSION, ROLE, "athena.amazonaws.com"])
      expect(counted([session, get()], { excluded: new Set([name]) }).counts).toMatchObject({
        accesses: 1,
        excludedReads: 1,
      });
    expect(counted([get({ userAgent: "[astra/1.2.3]" }), get({ userAgent: "astra/1.2.3" })]).counts).toMatchObject({
      accesses: 0,
      excludedReads: 2,
    });
  });

  it("keeps readers apart that a rule names", () => {
    const { reads } = counted([get(), get({ userIdentity: { arn: ROLE } })], { named: [ROLE] });
    expect(reads.map(({ principal, reads: count }) => [principal, count])).toEqual([
      [null, 1],
      [ROLE, 1],
    ]);
  });

  it("counts a record that is there twice once, and leaves other buckets and the future", () => {
    const twice = get({ eventID: "e1" });
    const other = get({ requestParameters: { bucketName: "other", key: "k" }, resources: [] });
    const { counts, badBy } = counted([twice, twice, other, get()], {
      buckets: new Set(["data"]),
      latestMs: READ.timeMs - 1,
    });
    expect(counts).toMatchObject({ accesses: 0, otherBuckets: 0, badRecords: 4 });
    expect(badBy).toEqual({ ahead: 4 });
    expect(counted([twice, twice, other, get()], { buckets: new Set(["data"]) }).counts).toMatchObject({
      accesses: 2,
      repeatedReads: 1,
      otherBuckets: 1,
    });
  });

  it("has a reason for what is no record", () => {
    const counter = new TrailCounter(ALL);
    for (const bytes of [null, Buffer.from("{"), Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), Buffer.from("{}")])
      counter.count(bytes);
    expect(counter.counted()).toMatchObject({
      counts: { records: 4, badRecords: 4 },
      badBy: { too_long: 1, not_json: 2, fields: 1 },
      days: null,
    });
  });

  it("counts every record under one heading", () => {
    const any = fc.oneof(
      fc.constantFrom(
        get(),
        get({ eventID: "e" }),
        get({ eventName: "PutObject" }),
        get({ errorCode: "x" }),
        get({ eventSource: "x" }),
      ),
      fc.jsonValue(),
      fc.record({
        eventName: fc.constant("GetObject"),
        eventSource: fc.constant("s3.amazonaws.com"),
        requestParameters: fc.jsonValue(),
      }),
    );
    fc.assert(
      fc.property(fc.array(any), (records) => {
        const { counts, reads } = counted(records, { excluded: new Set(["nobody"]) });
        const sum = TRAIL_COUNTS.filter((name) => name !== "records").reduce((total, name) => total + counts[name], 0);
        expect(sum).toBe(records.length);
        expect(reads.reduce((total, each) => total + each.reads, 0)).toBe(counts.accesses);
      }),
    );
  });
});
