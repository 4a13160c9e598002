import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { CsvRecords, reportParts, reportRow } from "./batch-report.ts";

function records(text: string): string[][] | null {
  const reader = new CsvRecords();
  const found = reader.push(text);
  const last = reader.finish();
  return found && last && [...found, ...last];
}

describe("a report's row", () => {
  it.each([
    ["data,a%2Bb/c+d%20e,,succeeded,,200,Successful", { key: "a+b/c d e", succeeded: true, errorCode: null }],
    ["data,k,v1,failed,AccessDenied,403,Denied", { key: "k", succeeded: false, errorCode: "AccessDenied" }],
    // The user guide's own example has them this way round.
    ["data,k,,failed,200,PermanentFailure,x", { key: "k", succeeded: false, errorCode: "PermanentFailure" }],
    ["data,k,,failed,=1+1,403,x", { key: "k", succeeded: false, errorCode: null }],
  ])("%s", (line, row) => {
    expect(records(line)?.map(reportRow)).toEqual([{ bucket: "data", ...row }]);
  });

  it.each([
    "data,k,,unknown,,200,x",
    "data,%zz,,succeeded,,200,x",
    ",k,,succeeded,,200,x",
    "data,k",
    "a,b,c,d,e,f,g,h",
  ])("%s is none", (line) => {
    expect(records(line)?.map(reportRow)).toEqual([null]);
  });
});

test("records come out as they were written, however the text is cut", () => {
  const field = fc.string({ unit: fc.constantFrom("a", ",", '"', "\n", "é", "😀") });
  const rows = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { maxLength: 5 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 7 }), (written, size) => {
      const text = written.map((row) => `${row.map((one) => `"${one.replaceAll('"', '""')}"`).join(",")}\r\n`).join("");
      const reader = new CsvRecords();
      const read: string[][] = [];
      for (let at = 0; at < text.length; at += size) read.push(...(reader.push(text.slice(at, at + size)) ?? []));
      expect([...read, ...(reader.finish() ?? [])]).toEqual(written);
    }),
  );
});

test("a text that ends within quotes, and a record without an end, are no report", () => {
  expect(records('data,"k')).toBeNull();
  expect(records("x".repeat(70_000))).toBeNull();
});

test("a manifest of a report names its files", () => {
  const result = { TaskExecutionStatus: "failed", Bucket: "b", MD5Checksum: "AB".repeat(16), Key: "k.csv" };
  const json = { Format: "Report_CSV_20180820", Results: [result], ReportSchema: "…" };
  expect(reportParts(json)).toEqual([{ bucket: "b", key: "k.csv", md5: "ab".repeat(16) }]);
  expect(reportParts({ ...json, Format: "other" })).toBeNull();
  expect(reportParts({ ...json, Results: [{ ...result, MD5Checksum: "x" }] })).toBeNull();
});
