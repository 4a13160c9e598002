import fc from "fast-check";
import { expect, test } from "vitest";
import { LONGEST_RECORD_BYTES, RecordSplitter, type TrailForm } from "./record-splitter.ts";

function split(text: string, pieceBytes = Number.POSITIVE_INFINITY): { records: unknown[]; form: TrailForm } {
  const bytes = Buffer.from(text);
  const splitter = new RecordSplitter();
  const records: unknown[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    for (const record of splitter.push(bytes.subarray(at, Math.min(bytes.length, at + pieceBytes))))
      records.push(record === null ? null : JSON.parse(Buffer.from(record).toString()));
  }
  return { records, form: splitter.finish() };
}

test.each<[string, string, unknown[], TrailForm]>([
  ["a log", '{"Records":[{"a":1},{"b":{"Records":[{"c":2}]}}]}', [{ a: 1 }, { b: { Records: [{ c: 2 }] } }], "log"],
  ["an empty log", '{"Records":[]}', [], "log"],
  ["with white space", ' {\n "Records" : [ {"a" : 1} ,\n{} ] }\n', [{ a: 1 }, {}], "log"],
  [
    "braces and quotes inside of strings",
    '{"Records":[{"a":"}]{\\"[\\\\"},{"b":"\\u007b"}]}',
    [{ a: '}]{"[\\' }, { b: "{" }],
    "log",
  ],
  ["other fields around", '{"x":[{"no":1}],"Records":[{"a":1}],"y":{"Records":[{"no":2}]}}', [{ a: 1 }], "log"],
  ["a field whose value is the name", '{"x":"Records","y":[{"no":1}]}', [], "unknown"],
  ["entries that are no objects", '{"Records":[1,"x",[{"no":1}],null,{"a":1}]}', [{ a: 1 }], "log"],
  ["several logs in one file", '{"Records":[{"a":1}]}\n{"Records":[{"b":2}]}', [{ a: 1 }, { b: 2 }], "log"],
  ["a digest", '{"awsAccountId":"1","digestStartTime":"x","logFiles":[{"s3Bucket":"b"}]}', [], "digest"],
  ["something else", '{"hello":1}', [], "unknown"],
  ["no JSON", "hello", [], "unknown"],
  ["nothing", "", [], "unknown"],
  ["cut between records", '{"Records":[{"a":1},', [{ a: 1 }], "cut"],
  ["cut in a record", '{"Records":[{"a":1},{"b":', [{ a: 1 }], "cut"],
  ["cut in a string", '{"Records":[{"a":"x', [], "cut"],
])("%s", (_name, text, records, form) => {
  expect(split(text)).toEqual({ records, form });
  expect(split(text, 1)).toEqual({ records, form });
});

test("a record that is too long is told, and the others come", () => {
  const text = `{"Records":[{"a":1},{"long":"${"x".repeat(LONGEST_RECORD_BYTES)}"},{"b":2}]}`;
  expect(split(text).records).toEqual([{ a: 1 }, null, { b: 2 }]);
  expect(split(text, 64 * 1024).records).toEqual([{ a: 1 }, null, { b: 2 }]);
});

test("whatever the records are and wherever the pieces end, the same records come", () => {
  fc.assert(
    fc.property(
      fc.array(fc.dictionary(fc.string(), fc.jsonValue())),
      fc.integer({ min: 1, max: 50 }),
      (records, size) => {
        const text = JSON.stringify({ Records: records });
        const plain: unknown = JSON.parse(text);
        expect({ Records: split(text, size).records }).toEqual(plain);
      },
    ),
  );
});
