import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { decodeEvent, encodeEvent, eventObject, eventTimeMs } from "../event.ts";
import { keyFault } from "../object-ref.ts";
import { accessLogEvent } from "./access-log-event.ts";
import { type AccessLogLine, type LoggedRead, logTimeMs, parseAccessLogLine } from "./access-log-line.ts";

const OWNER = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";
const TAIL =
  "- s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234= SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader data.s3.us-west-1.amazonaws.com TLSV1.2 - -";

interface Fields {
  readonly bucket: string;
  readonly time: string;
  readonly requester: string;
  readonly id: string;
  readonly operation: string;
  readonly key: string;
  readonly uri: string;
  readonly answer: string;
  readonly referrer: string;
  readonly agent: string;
  readonly tail: string;
}

const READ: Fields = {
  bucket: "data",
  time: "[06/Feb/2019:00:00:38 +0000]",
  requester: "arn:aws:iam::123456789012:user/reader",
  id: "3E57427F3EXAMPLE",
  operation: "REST.GET.OBJECT",
  key: "photos/puppy.jpg",
  uri: '"GET /data/photos/puppy.jpg HTTP/1.1"',
  answer: "200 - 2662992 2662992 70 10",
  referrer: '"-"',
  agent: '"aws-sdk/2"',
  tail: TAIL,
};

function line(changes: Partial<Fields> = {}): string {
  const { bucket, time, requester, id, operation, key, uri, answer, referrer, agent, tail } = { ...READ, ...changes };
  return `${OWNER} ${bucket} ${time} 192.0.2.3 ${requester} ${id} ${operation} ${key} ${uri} ${answer} ${referrer} ${agent} ${tail}`;
}

function readOf(changes: Partial<Fields> = {}): LoggedRead {
  const parsed = parseAccessLogLine(line(changes));
  if (parsed.kind === "read") return parsed.read;
  throw new Error(`no read but ${JSON.stringify(parsed)}`);
}

function kindOf(text: string): string {
  const parsed: AccessLogLine = parseAccessLogLine(text);
  return parsed.kind === "bad" ? parsed.fault : parsed.kind;
}

describe("a read", () => {
  it("has bucket, key, time, requester, request and bytes", () => {
    expect(readOf()).toEqual({
      bucket: "data",
      key: "photos/puppy.jpg",
      timeMs: Date.UTC(2019, 1, 6, 0, 0, 38),
      requester: "arn:aws:iam::123456789012:user/reader",
      requestId: "3E57427F3EXAMPLE",
      operation: "REST.GET.OBJECT",
      bytesSent: 2_662_992,
    });
  });

  it("of a part, through a website, by nobody known, of nothing at all", () => {
    expect(readOf({ answer: "206 - 100 2662992 70 10" }).bytesSent).toBe(100);
    expect(readOf({ operation: "WEBSITE.GET.OBJECT" }).operation).toBe("WEBSITE.GET.OBJECT");
    expect(readOf({ requester: "-" }).requester).toBeNull();
    expect(readOf({ answer: "200 - - - 7 -" }).bytesSent).toBe(0);
  });

  it("is told from a Request-URI, referrer and user agent with quotes of their own", () => {
    expect(readOf({ uri: '"GET /data/a?x="y" z" HTTP/1.1"' }).key).toBe("photos/puppy.jpg");
    expect(readOf({ referrer: '"https://a/"b" c"', agent: '"Mozilla "5.0" (x)"' }).bytesSent).toBe(2_662_992);
    expect(readOf({ uri: "-", referrer: "-", agent: "-" }).bytesSent).toBe(2_662_992);
  });

  it("may be followed by fields of later years, or by none but the version", () => {
    expect(readOf({ tail: `${TAIL} Yes us-east-1 what "comes" next` }).key).toBe("photos/puppy.jpg");
    expect(readOf({ tail: "-" }).key).toBe("photos/puppy.jpg");
  });

  test.each([
    ["a%2520b.txt", "a b.txt"],
    ["a%2Bb.txt", "a b.txt"],
    ["a%252Bb.txt", "a+b.txt"],
    ["100%252525.txt", "100%25.txt"],
    ["%25C3%25A4/%25F0%259F%2598%2580", "ä/😀"],
    ["../%252e%252e//x", "../..//x"],
    ["%250A%251B", "\n\u001b"],
  ])("of the key %s is of %j", (key, decoded) => {
    expect(readOf({ key }).key).toBe(decoded);
  });

  test.each(["[06/Feb/2019:02:00:38 +0200]", "[05/Feb/2019:16:00:38 -0800]", "[06/Feb/2019:00:00:38 +0000]"])(
    "at %s is at one instant",
    (time) => {
      expect(readOf({ time }).timeMs).toBe(Date.UTC(2019, 1, 6, 0, 0, 38));
    },
  );
});

describe("what is no read", () => {
  test.each([
    ["REST.HEAD.OBJECT", "other"],
    ["REST.PUT.OBJECT", "other"],
    ["REST.COPY.OBJECT_GET", "other"],
    ["REST.GET.BUCKET", "other"],
    ["BATCH.DELETE.OBJECT", "other"],
    ["S3.EXPIRE.OBJECT", "other"],
  ])("%s is another operation", (operation, kind) => {
    expect(kindOf(line({ operation, key: "100%zz" }))).toBe(kind);
  });

  test.each(["304 - - 5 7 -", "404 NoSuchKey 297 - 38 -", "403 AccessDenied 243 - 10 -", "- - - - - -"])(
    "an answer of %s gave no data",
    (answer) => {
      expect(kindOf(line({ answer }))).toBe("without_data");
    },
  );
});

describe("a bad line", () => {
  test.each<readonly [string, Partial<Fields>, string]>([
    ["a bucket that is none", { bucket: "../x" }, "bucket"],
    ["a day that is none", { time: "[31/Feb/2019:00:00:38 +0000]" }, "time"],
    ["a key with a broken escape", { key: "a%2" }, "key"],
    ["a key whose second escape is broken", { key: "a%252" }, "key"],
    ["a key that is no UTF-8", { key: "%25FF" }, "key"],
    ["bytes of the key that were no UTF-8", { key: "a\uFFFD" }, "key"],
    ["no key", { key: "-" }, "key"],
    ["a key that is too long", { key: "x".repeat(1025) }, "key"],
    ["no request id", { id: "-" }, "request_id"],
    ["an endless requester", { requester: "r".repeat(3000) }, "requester"],
  ])("has %s", (_what, changes, fault) => {
    expect(kindOf(line(changes))).toBe(fault);
  });

  it("is cut anywhere before the version of the object", () => {
    const whole = line({ agent: '"Mozilla/5.0 (X11)"' });
    const upTo = whole.length - TAIL.length;
    for (let length = 0; length <= upTo; length += 1)
      expect(kindOf(whole.slice(0, length)), String(length)).toBe("cut");
    expect(kindOf(whole.slice(0, upTo + 1))).toBe("read");
  });

  test.each(["", " ", "hello", "PAR1", "2026-01-01,a,b,c", "\u0000".repeat(100), '" '.repeat(50_000)])(
    "is what is no log at all: %#",
    (text) => {
      expect(kindOf(text)).toBe("cut");
    },
  );
});

test("a time without a calendar day, hour or month is none", () => {
  for (const text of [
    "",
    "[06/feb/2019:00:00:38 +0000]",
    "[06/Feb/2019:24:00:38 +0000]",
    "[6/Feb/2019:00:00:38 +0000]",
  ])
    expect(logTimeMs(text)).toBeNull();
  expect(logTimeMs("[29/Feb/2024:23:59:60 +0000]")).toBe(Date.UTC(2024, 2, 1));
});

describe("the event of a read", () => {
  it("is the same for the same request, and valid whatever the line says", () => {
    const keys = fc.string({ unit: "binary", minLength: 1, maxLength: 60 }).filter((key) => keyFault(key) === null);
    const requesters = fc.constantFrom("-", "arn:aws:iam::1:user/x", "r".repeat(2048));
    fc.assert(
      fc.property(keys, requesters, fc.integer({ min: 0, max: 2 ** 40 }), (key, requester, bytes) => {
        const twice = encodeURIComponent(encodeURIComponent(key));
        const read = readOf({ key: twice, requester, answer: `200 - ${bytes} ${bytes} 1 1` });
        const event = decodeEvent(encodeEvent(accessLogEvent(read)));
        expect(eventObject(event)).toEqual({ bucket: "data", key });
        expect(eventTimeMs(event)).toBe(read.timeMs);
        expect(event).toMatchObject({ id: "3E57427F3EXAMPLE:REST.GET.OBJECT", data: { bytesRead: bytes } });
        expect(event.data.principal).toBe(requester === "-" ? undefined : requester);
      }),
    );
  });
});
