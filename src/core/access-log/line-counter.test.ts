import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { LOG_TAIL, type LogFields, logLine, logTime } from "../../../test/support/access-log-lines.ts";
import { keyFault } from "../object-ref.ts";
import type { ReadsOfDay } from "../reads/day-reads.ts";
import { dayNumber } from "../units.ts";
import { type CountOptions, type CountedLines, LineCounter } from "./line-counter.ts";
import type { LineFault } from "./line-scanner.ts";

const TIME_MS = Date.UTC(2019, 1, 6, 0, 0, 38);

interface Told extends CountedLines {
  readonly faults: readonly (readonly [number, LineFault])[];
  readonly reads: readonly ReadsOfDay[];
}

function countedIn(text: string | Uint8Array, options: Partial<CountOptions> = {}): Told {
  const counter = new LineCounter({
    buckets: null,
    excluded: new Set(),
    named: [],
    latestMs: () => Number.POSITIVE_INFINITY,
    ...options,
  });
  const faults: (readonly [number, LineFault])[] = [];
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  const counted = counter.count(bytes, (index, fault) => faults.push([index, fault]));
  return { ...counted, faults, reads: counter.take() };
}

function readOf(changes: Partial<LogFields> = {}, options: Partial<CountOptions> = {}): ReadsOfDay {
  const { reads } = countedIn(logLine(changes), options);
  if (reads[0] && reads.length === 1) return reads[0];
  throw new Error(`${reads.length} reads`);
}

function kindOf(text: string): string {
  const { faults, accesses, withoutData, otherOperations, lines } = countedIn(text);
  expect(faults.length + accesses + withoutData + otherOperations).toBe(lines);
  return faults[0]?.[1] ?? (accesses > 0 ? "read" : withoutData > 0 ? "without_data" : lines > 0 ? "other" : "none");
}

describe("a read", () => {
  it("has bucket, key, day and time", () => {
    const read = readOf();
    expect(read).toMatchObject({ bucket: "data", key: "photos/puppy.jpg", principal: null, reads: 1 });
    expect(read).toMatchObject({ day: dayNumber(TIME_MS), lastMs: TIME_MS });
    expect(read.weight).toBeCloseTo(2 ** (38 / 86_400 / 30), 12);
  });

  it("of a part, through a website, by nobody known, of nothing at all", () => {
    for (const changes of [
      { answer: "206 - 100 2662992 70 10" },
      { operation: "WEBSITE.GET.OBJECT" },
      { requester: "-" },
      { answer: "200 - - - 7 -" },
    ])
      expect(readOf(changes).key).toBe("photos/puppy.jpg");
  });

  it("is told from a Request-URI, referrer and user agent with quotes of their own", () => {
    expect(readOf({ uri: '"GET /data/a?x="y" z" HTTP/1.1"' }).key).toBe("photos/puppy.jpg");
    expect(readOf({ referrer: '"https://a/"b" c"', agent: '"Mozilla "5.0" (x)"' }).key).toBe("photos/puppy.jpg");
    expect(readOf({ uri: "-", referrer: "-", agent: "-" }).key).toBe("photos/puppy.jpg");
  });

  it("may be followed by fields of later years, or by none but the version", () => {
    expect(readOf({ tail: `${LOG_TAIL} Yes us-east-1 what "comes" next` }).key).toBe("photos/puppy.jpg");
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
      expect(readOf({ time }).lastMs).toBe(Date.UTC(2019, 1, 6, 0, 0, 38));
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
    expect(kindOf(logLine({ operation, key: "100%zz" }))).toBe(kind);
  });

  test.each(["304 - - 5 7 -", "404 NoSuchKey 297 - 38 -", "403 AccessDenied 243 - 10 -", "- - - - - -"])(
    "an answer of %s gave no data",
    (answer) => {
      expect(kindOf(logLine({ answer }))).toBe("without_data");
    },
  );
});

describe("a bad line", () => {
  test.each<readonly [string, Partial<LogFields>, string]>([
    ["a bucket that is none", { bucket: "../x" }, "bucket"],
    ["a day that is none", { time: "[31/Feb/2019:00:00:38 +0000]" }, "time"],
    ["a month in small letters", { time: "[06/feb/2019:00:00:38 +0000]" }, "time"],
    ["an hour that is none", { time: "[06/Feb/2019:24:00:38 +0000]" }, "time"],
    ["a day of one digit", { time: "[6/Feb/2019:00:00:38 +0000]" }, "time"],
    ["a leap day of no leap year", { time: "[29/Feb/1900:00:00:00 +0000]" }, "time"],
    ["a zone that is none", { time: "[06/Feb/2019:00:00:38 +0099]" }, "time"],
    ["a key with a broken escape", { key: "a%2" }, "key"],
    ["a key whose second escape is broken", { key: "a%252" }, "key"],
    ["a key that is no UTF-8", { key: "%25FF" }, "key"],
    ["bytes of the key that were no UTF-8", { key: "a\uFFFD" }, "key"],
    ["no key", { key: "-" }, "key"],
    ["a key that is too long", { key: "x".repeat(1025) }, "key"],
    ["no request id", { id: "-" }, "request_id"],
    ["an endless requester", { requester: "r".repeat(3000) }, "requester"],
  ])("has %s", (_what, changes, fault) => {
    expect(kindOf(logLine(changes))).toBe(fault);
  });

  it("is cut anywhere before the version of the object", () => {
    const whole = logLine({ agent: '"Mozilla/5.0 (X11)"' });
    const upTo = whole.length - LOG_TAIL.length;
    for (let length = 1; length <= upTo; length += 1)
      expect(kindOf(whole.slice(0, length)), String(length)).toBe("cut");
    expect(kindOf(whole.slice(0, upTo + 1))).toBe("read");
  });

  test.each([" ", "hello", "PAR1", "2026-01-01,a,b,c", "\u0000".repeat(100), '" '.repeat(50_000), " x".repeat(60_000)])(
    "is what is no log at all: %#",
    (text) => {
      expect(kindOf(text)).toBe("cut");
    },
  );
});

test("times are those of the calendar, whatever day", () => {
  const days = fc.date({
    min: new Date("1000-01-01T00:00:00Z"),
    max: new Date("9999-12-30T00:00:00Z"),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(days, (date) => {
      const ms = Math.floor(date.getTime() / 1000) * 1000;
      expect(readOf({ time: logTime(ms) }).lastMs).toBe(ms);
    }),
  );
  expect(readOf({ time: "[29/Feb/2024:23:59:60 +0000]" }).lastMs).toBe(Date.UTC(2024, 2, 1));
});

test("keys come back whatever they hold", () => {
  const keys = fc.string({ unit: "binary", minLength: 1, maxLength: 60 }).filter((key) => keyFault(key) === null);
  fc.assert(
    fc.property(keys, (key) => {
      const twice = encodeURIComponent(encodeURIComponent(key));
      expect(readOf({ key: twice })).toMatchObject({ bucket: "data", key, reads: 1 });
    }),
  );
});

describe("lines that follow each other", () => {
  it("are told apart by any line end, empty ones left out, bad ones by their number", () => {
    const told = countedIn(`${logLine()}\r\n\n\r\nnonsense\n${logLine({ key: "a%zz" })}\n${logLine()}`);
    expect(told).toMatchObject({ lines: 4, accesses: 2, badLines: 2, ends: 6 });
    expect(told.faults).toEqual([
      [3, "cut"],
      [4, "key"],
    ]);
    expect(told.reads).toMatchObject([{ key: "photos/puppy.jpg", reads: 2 }]);
  });

  it("of one object and day are added up, those of another day or bucket apart", () => {
    const later = { time: "[06/Feb/2019:20:00:00 +0000]" };
    const told = countedIn(
      [logLine(later), logLine(), logLine({ bucket: "other" }), logLine({ time: "[05/Feb/2019:20:00:00 +0000]" })].join(
        "\n",
      ),
    );
    const day = dayNumber(TIME_MS);
    expect(told.days).toEqual({ first: day - 1, last: day });
    expect(told.reads).toMatchObject([
      { bucket: "data", day, reads: 2, lastMs: Date.UTC(2019, 1, 6, 20) },
      { bucket: "other", day, reads: 1 },
      { bucket: "data", day: day - 1, reads: 1 },
    ]);
  });

  it("are as many as they are, over thousands of objects", () => {
    const many = Array.from({ length: 9000 }, (_, index) => logLine({ key: `k/${index % 3000}` }));
    const { reads, accesses } = countedIn(many.join("\n"));
    expect(accesses).toBe(9000);
    expect(new Set(reads.map(({ key }) => key)).size).toBe(3000);
    expect(reads.every((read) => read.reads === 3)).toBe(true);
  });

  it("may be longer than any record, or no UTF-8", () => {
    const long = `${logLine({ agent: `"${"x".repeat(140_000)}"` })}\n`;
    const bytes = new Uint8Array([...new TextEncoder().encode(long), 0xff, 0xfe, 0x0a]);
    expect(countedIn(bytes).faults).toEqual([
      [0, "too_long"],
      [1, "cut"],
    ]);
  });
});

describe("reads that do not count", () => {
  const READER = "arn:aws:iam::123456789012:user/reader";

  it("are those of excluded readers, and of our own requests", () => {
    const text = [logLine(), logLine({ requester: "other" }), logLine({ agent: '"astra/1.0"' })].join("\n");
    expect(countedIn(text, { excluded: new Set([READER]) })).toMatchObject({ accesses: 1, excludedReads: 2 });
    expect(countedIn(text)).toMatchObject({ accesses: 2, excludedReads: 1 });
  });

  it("are those of every session of an excluded role", () => {
    const requester = "arn:aws:sts::123456789012:assumed-role/backup/i-0abc";
    const role = "arn:aws:iam::123456789012:role/backup";
    const text = logLine({ requester });
    expect(countedIn(text, { excluded: new Set([role]) })).toMatchObject({ accesses: 0, excludedReads: 1 });
    expect(countedIn(text, { excluded: new Set([`${role}s`, "backup"]) })).toMatchObject({ accesses: 1 });
    expect(readOf({ requester }, { named: ["other", role] }).principal).toBe(role);
  });

  it("are those of other buckets, and of lines ahead of the clock", () => {
    const told = countedIn(`${logLine()}\n${logLine({ bucket: "other" })}`, { buckets: new Set(["other"]) });
    expect(told).toMatchObject({ accesses: 1, otherBuckets: 1 });
    expect(told.reads).toMatchObject([{ bucket: "other" }]);
    expect(countedIn(logLine(), { latestMs: () => TIME_MS - 1 }).faults).toEqual([[0, "ahead"]]);
    expect(countedIn(logLine(), { latestMs: () => TIME_MS }).accesses).toBe(1);
  });

  it("for some objects only are kept apart by their reader", () => {
    const text = [logLine(), logLine({ requester: "other" }), logLine({ requester: "-" })].join("\n");
    const { reads } = countedIn(text, { named: ["nobody", READER] });
    expect(reads.map(({ principal, reads: count }) => [principal, count])).toEqual([
      [READER, 1],
      [null, 2],
    ]);
  });
});
