import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EVENT_TYPES, schemaEvent } from "./event.ts";
import { plainEvent } from "./plain-event.ts";
import { utcInstant } from "./utc-instant.ts";

const text = fc.oneof(fc.string({ unit: "binary" }), fc.string({ minLength: 60, maxLength: 2100 }));
const number = fc.oneof(fc.integer({ min: -2 }), fc.double(), fc.constantFrom(0, -0, 1e9, 1e9 + 1, 2 ** 53, 1.5));
const hex = fc.stringMatching(/^[0-9A-Fa-f]{1,64}$/);
const instant = fc
  .date({ min: new Date("0000-01-01"), max: new Date("9999-12-31T23:59:59.999Z"), noInvalidDate: true })
  .map((date) => date.toISOString());

const event = fc.record(
  {
    specversion: fc.constant("1.0"),
    id: fc.oneof(fc.uuid(), text),
    source: fc.constantFrom(
      "s3://bucket",
      "s3://a.b-c_d",
      "gs://bucket",
      "s3://Upper",
      "s3://b",
      "azure://x1",
      "s3:///",
    ),
    type: fc.constantFrom(...EVENT_TYPES, "astra.object.eaten"),
    subject: fc.oneof(text, fc.string({ minLength: 1, maxLength: 1100, unit: "binary" })),
    time: fc.oneof(
      instant,
      instant.map((iso) => iso.replace(/\.\d+/, "")),
      fc.constantFrom("2025-02-30T00:00:00Z", "x"),
    ),
    data: fc.record(
      {
        sizeBytes: number,
        etag: text,
        versionId: text,
        sequencer: fc.oneof(hex, text),
        storageClass: text,
        principal: text,
        reads: number,
        bytesRead: number,
        body: fc.constant({ uri: "file:x" }),
        other: fc.constant(1),
      },
      { requiredKeys: [] },
    ),
    datacontenttype: fc.constant("application/json"),
    more: fc.anything(),
  },
  { requiredKeys: ["specversion", "id", "source", "type", "subject", "time"] },
);

/** The event with one of its fields, or of its data's, replaced by anything. */
const mutated = fc.tuple(event, fc.nat(30), fc.anything()).map(([good, place, junk]) => {
  const data = { ...good.data };
  const names = [...Object.keys(good), ...Object.keys(data).map((name) => `data.${name}`)];
  const name = names[place % names.length] ?? "";
  if (!name.startsWith("data.")) return { ...good, [name]: junk };
  return { ...good, data: { ...data, [name.slice(5)]: junk } };
});

function agrees(value: unknown): void {
  const plain = plainEvent(value);
  if (plain !== null) expect(schemaEvent(value)).toEqual(plain);
}

describe("an event in plain form", () => {
  it("is what the schema makes of it", () => {
    fc.assert(fc.property(fc.oneof(event, mutated, fc.anything()), agrees), { numRuns: 2000 });
  });

  it("is also what JSON makes of it", () => {
    fc.assert(
      fc.property(fc.oneof(event, mutated), (value) => agrees(JSON.parse(JSON.stringify(value)))),
      {
        numRuns: 500,
      },
    );
  });

  const good = { specversion: "1.0", id: "1", source: "s3://bucket", type: "astra.object.accessed", subject: "k" };
  const plain = { ...good, time: "2025-03-01T10:30:00.250Z", data: { reads: 1, bytesRead: 5, principal: "arn:x" } };

  it("is taken without the schema", () => {
    expect(plainEvent(plain)).toBe(plain);
    expect(plainEvent({ ...plain, time: "2025-03-01T10:30:00Z", data: {} })).not.toBeNull();
  });

  it.each([
    { ...plain, data: { body: { uri: "file:x" } } },
    { ...plain, time: "2025-03-01T10:30:00+01:00" },
    { ...plain, datacontenttype: "application/json" },
    { ...plain, source: "S3://bucket" },
    good,
  ])("else is left to the schema: %j", (value) => {
    expect(plainEvent(value)).toBeNull();
  });

  it("has no parents that could add to it", () => {
    expect(plainEvent(Object.create(plain))).toBeNull();
    expect(plainEvent(JSON.parse(`{"__proto__":{},${JSON.stringify(plain).slice(1)}`))).toBeNull();
  });
});

describe("an instant in UTC", () => {
  it("is what the general parser makes of it", () => {
    fc.assert(
      fc.property(instant, (iso) => {
        expect(utcInstant(iso)).toBe(Date.parse(iso));
        const whole = iso.replace(/\.\d+/, "");
        expect(utcInstant(whole)).toBe(Date.parse(whole));
      }),
    );
  });

  it.each(["2024-02-29T23:59:59.999Z", "2000-02-29T00:00:00Z", "1970-01-01T00:00:00Z", "0000-02-29T00:00:00Z"])(
    "%s is one",
    (iso) => {
      expect(utcInstant(iso)).toBe(Date.parse(iso));
    },
  );

  it.each([
    "2023-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2025-04-31T00:00:00Z",
    "2025-00-01T00:00:00Z",
    "2025-13-01T00:00:00Z",
    "2025-01-00T00:00:00Z",
    "2025-01-01T24:00:00Z",
    "2025-01-01T00:60:00Z",
    "2025-01-01T00:00:60Z",
    "2025-01-01T00:00:00z",
    "2025-01-01 00:00:00Z",
    "2025-01-01T00:00:00,123Z",
    "2025-01-01T00:00:00.1x3Z",
    "2025-01-01T00:00:00.12Z",
    "+025-01-01T00:00:00Z",
    "２025-01-01T00:00:00Z",
    "",
  ])("%j is none", (other) => {
    expect(utcInstant(other)).toBeNull();
  });
});
