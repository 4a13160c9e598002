import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AstraError } from "./errors.ts";
import {
  type DataEvent,
  EVENT_TYPES,
  EventEncoder,
  MAX_EVENT_BYTES,
  MAX_INLINE_BODY_BYTES,
  decodeEvent,
  encodeEvent,
  eventJsonSchema,
  eventKey,
  eventObject,
  eventTimeMs,
  parseEvent,
  sequencerAfter,
} from "./event.ts";
import { MAX_KEY_BYTES } from "./object-ref.ts";

const EVENT = {
  specversion: "1.0",
  id: "e-1",
  source: "s3://bucket",
  type: "astra.object.created",
  subject: "a/b.txt",
  time: "2025-03-01T10:30:00Z",
  data: {},
} as const;

function faultOf(json: unknown): AstraError {
  try {
    parseEvent(json);
  } catch (error) {
    if (error instanceof AstraError) return error;
    throw error;
  }
  throw new Error("the event was accepted");
}

/** Whatever is thrown at it, a decoder accepts or throws an AstraError; what it accepts can be used. */
function acceptsOrRefuses(decode: () => DataEvent): void {
  try {
    const event = decode();
    expect(Number.isFinite(eventTimeMs(event))).toBe(true);
    expect(eventObject(event).bucket).not.toBe("");
  } catch (error) {
    expect(error).toBeInstanceOf(AstraError);
  }
}

it("events encoded one behind the other are those encoded alone", () => {
  const encoder = new EventEncoder();
  const keys = ["a", "ü".repeat(400), "\u{1f600}", "b".repeat(900)];
  const events = Array.from({ length: 2000 }, (_, index) =>
    parseEvent({ ...EVENT, subject: keys[index % keys.length] }),
  );
  const encoded = events.map((event) => encoder.encode(event));
  expect(encoded.map((bytes) => decodeEvent(bytes))).toEqual(events);
  expect(encoded[7]).toEqual(encodeEvent(events[7] ?? expect.fail("there are more")));
});

describe("hostile input", () => {
  it("as any bytes gives an event or an AstraError", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => acceptsOrRefuses(() => decodeEvent(bytes))));
  });

  it("as any JSON gives an event or an AstraError", () => {
    fc.assert(fc.property(fc.json(), (json) => acceptsOrRefuses(() => decodeEvent(new TextEncoder().encode(json)))));
  });

  it("as a good event with any field replaced gives an event or an AstraError", () => {
    const field = fc.constantFrom(...Object.keys(EVENT), "datacontenttype", "__proto__", "constructor", "x");
    fc.assert(
      fc.property(field, fc.anything(), (name, value) => {
        acceptsOrRefuses(() => parseEvent({ ...EVENT, [name]: value }));
      }),
    );
  });

  it("as a good event with any field of its data replaced gives an event or an AstraError", () => {
    const names = ["sizeBytes", "etag", "sequencer", "storageClass", "principal", "reads", "bytesRead", "body", "x"];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.anything(), (name, value) => {
        acceptsOrRefuses(() => parseEvent({ ...EVENT, data: { [name]: value } }));
      }),
    );
  });

  it("in deep nesting is refused without a stack overflow", () => {
    const deep = `${"[".repeat(60_000)}${"]".repeat(60_000)}`;
    acceptsOrRefuses(() => decodeEvent(new TextEncoder().encode(deep)));
    expect(() => decodeEvent(new TextEncoder().encode(deep))).toThrow(AstraError);
  });

  it.each([
    `{"__proto__":{"polluted":true},${JSON.stringify(EVENT).slice(1)}`,
    JSON.stringify(EVENT).replace(`"data":{}`, `"data":{"__proto__":{"polluted":true}}`),
    `{"constructor":{"prototype":{"polluted":true}},${JSON.stringify(EVENT).slice(1)}`,
  ])("can't reach a prototype: %s", (text) => {
    expect(() => decodeEvent(new TextEncoder().encode(text))).toThrow(AstraError);
    expect("polluted" in {}).toBe(false);
  });

  it("beyond the size limit is refused before it is read", () => {
    const atLimit = new Uint8Array(MAX_EVENT_BYTES).fill(0x20);
    atLimit.set(encodeEvent(parseEvent(EVENT)));
    expect(decodeEvent(atLimit).id).toBe("e-1");
    expect(() => decodeEvent(new Uint8Array(MAX_EVENT_BYTES + 1))).toThrow(
      expect.objectContaining({ code: "ASTRA_EVENT_TOO_LARGE" }),
    );
  });
});

describe("a refusal", () => {
  it.each([
    { field: "id", value: "" },
    { field: "id", value: "x".repeat(257) },
    { field: "specversion", value: "0.3" },
    { field: "source", value: "http://bucket" },
    { field: "source", value: "s3://bucket/key" },
    { field: "source", value: "s3://" },
    { field: "subject", value: "" },
    { field: "subject", value: "x".repeat(MAX_KEY_BYTES + 1) },
    { field: "subject", value: "ü".repeat(MAX_KEY_BYTES / 2 + 1) },
    { field: "subject", value: "\ud800" },
    { field: "time", value: "2025-03-01" },
    { field: "time", value: "2025-02-30T00:00:00Z" },
    { field: "time", value: "2025-03-01T10:30:00" },
    { field: "time", value: 1_740_000_000 },
  ])("names the field $field", ({ field, value }) => {
    const fault = faultOf({ ...EVENT, [field]: value });
    expect(fault.code).toBe("ASTRA_EVENT_INVALID");
    expect(fault.message).toMatch(new RegExp(`^${field}: `));
  });

  it("names the field inside the data", () => {
    expect(faultOf({ ...EVENT, data: { sizeBytes: -1 } }).message).toMatch(/^data\.sizeBytes: /);
    expect(faultOf({ ...EVENT, data: { reads: 0 } }).message).toMatch(/^data\.reads: /);
    expect(faultOf({ ...EVENT, data: { sequencer: "xyz" } }).message).toMatch(/^data\.sequencer: /);
  });

  it("of a field that does not exist says so", () => {
    expect(faultOf({ ...EVENT, colour: "red" }).message).toContain("colour");
  });

  it("of an unknown type has a code of its own", () => {
    expect(faultOf({ ...EVENT, type: "com.example.thing" }).code).toBe("ASTRA_EVENT_UNKNOWN_TYPE");
    expect(faultOf({ ...EVENT, type: 7 }).code).toBe("ASTRA_EVENT_INVALID");
    expect(faultOf({ ...EVENT, type: "x".repeat(10_000) }).message.length).toBeLessThan(120);
  });

  it("of a body's address that carries a password, which is not repeated", () => {
    const fault = faultOf({ ...EVENT, data: { body: { uri: "https://ann:hunter2@example.com/a" } } });
    expect(fault.message).toBe("data.body: an address must not carry a user name or password");
    expect(faultOf({ ...EVENT, data: { body: { uri: "s3://token@bucket/a" } } }).code).toBe("ASTRA_EVENT_INVALID");
    expect(parseEvent({ ...EVENT, data: { body: { uri: "https://example.com/a@b?c=d@e" } } }).data.body).toBeDefined();
  });

  it("of an inline body over 64 KiB", () => {
    const base64 = (bytes: number) => Buffer.alloc(bytes).toString("base64");
    expect(parseEvent({ ...EVENT, data: { body: { base64: base64(MAX_INLINE_BODY_BYTES) } } }).data.body).toBeDefined();
    expect(faultOf({ ...EVENT, data: { body: { base64: base64(MAX_INLINE_BODY_BYTES + 4) } } }).message).toContain(
      "body",
    );
  });
});

describe("a good event", () => {
  const key = fc.string({ unit: "binary", minLength: 1, maxLength: 200 });
  const event = fc.record(
    {
      specversion: fc.constant("1.0" as const),
      id: fc.string({ minLength: 1, maxLength: 256 }),
      source: fc.constantFrom("s3://bucket", "gs://a.b-c_d", "azure://container"),
      type: fc.constantFrom(...EVENT_TYPES),
      subject: key,
      time: fc
        .date({ noInvalidDate: true, min: new Date("1970-01-01"), max: new Date("9999-12-31") })
        .map((at) => at.toISOString()),
      data: fc.record(
        {
          sizeBytes: fc.maxSafeNat(),
          sequencer: fc.stringMatching(/^[0-9a-f]{1,64}$/),
          reads: fc.integer({ min: 1, max: 1_000_000_000 }),
          principal: fc.string({ maxLength: 100 }),
        },
        { requiredKeys: [], noNullPrototype: true },
      ),
    },
    { noNullPrototype: true },
  );

  it("comes back from its bytes as it was", () => {
    fc.assert(
      fc.property(event, (each) => {
        expect(decodeEvent(encodeEvent(each))).toEqual(each);
      }),
    );
  });

  it("is filed under bucket and key", () => {
    fc.assert(
      fc.property(event, (each) => {
        const { bucket } = eventObject(each);
        expect(each.source.endsWith(`//${bucket}`)).toBe(true);
        expect(eventKey(each)).toBe(`${bucket}/${each.subject}`);
      }),
    );
  });

  it("keeps the time's own offset", () => {
    expect(eventTimeMs(parseEvent({ ...EVENT, time: "2025-03-01T10:30:00+02:00" }))).toBe(Date.UTC(2025, 2, 1, 8, 30));
  });

  it("of a key at its longest, with an inline body at its largest, fits the limit", () => {
    const largest = parseEvent({
      ...EVENT,
      id: "\u0001".repeat(256),
      subject: "\u0001".repeat(MAX_KEY_BYTES),
      data: { body: { base64: Buffer.alloc(MAX_INLINE_BODY_BYTES).toString("base64") } },
    });
    const bytes = encodeEvent(largest);
    expect(bytes.byteLength).toBeLessThanOrEqual(MAX_EVENT_BYTES);
    expect(decodeEvent(bytes)).toEqual(largest);
  });

  it("has a JSON Schema that names its fields", () => {
    expect(eventJsonSchema()).toMatchObject({ type: "object", properties: { specversion: { const: "1.0" } } });
  });
});

describe("sequencers", () => {
  const sequencer = fc.stringMatching(/^[0-9a-fA-F]{1,32}$/);

  it("order as the numbers they are", () => {
    fc.assert(
      fc.property(sequencer, sequencer, (a, b) => {
        expect(sequencerAfter(a, b)).toBe(BigInt(`0x${a}`) > BigInt(`0x${b}`));
      }),
    );
  });

  it.each([
    { a: "10", b: "F", after: true },
    { a: "0a", b: "A", after: false },
    { a: "00000b", b: "a", after: true },
    { a: "a", b: "a", after: false },
  ])("$a after $b: $after", ({ a, b, after }) => {
    expect(sequencerAfter(a, b)).toBe(after);
  });
});
