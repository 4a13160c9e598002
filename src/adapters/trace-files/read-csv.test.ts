import { writeFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../test/support/state-sqlite.ts";
import { AstraError } from "../../core/errors.ts";
import type { ColumnSpec } from "../../core/trace/table.ts";
import { CsvRecords, fieldPlace } from "./csv-records.ts";
import { localTraceFiles } from "./local-trace-files.ts";

const COLUMNS: readonly ColumnSpec[] = [
  { name: "id", kind: "id" },
  { name: "name", kind: "text" },
  { name: "count", kind: "integer" },
  { name: "gone", kind: "boolean" },
  { name: "bytes", kind: "number", isOptional: true },
];

async function read(text: string | Uint8Array): Promise<{ numbers: unknown; labels: unknown }[]> {
  await using folder = await temporaryFolder();
  const path = folder.file("t.csv");
  await writeFile(path, text);
  const batches = [];
  for await (const { numbers, labels } of localTraceFiles().readTable(path, COLUMNS)) batches.push({ numbers, labels });
  return batches;
}

/** `line:column message` of the refusal. */
async function refusal(text: string | Uint8Array): Promise<string> {
  const fault: unknown = await read(text).catch((error: unknown) => error);
  if (!(fault instanceof AstraError)) throw new Error("the file was not refused");
  expect(fault.code).toBe("ASTRA_TRACE_INVALID");
  return `${/t\.csv:?(.*)$/.exec(fault.where ?? "")?.[1]} ${fault.message}`;
}

const HEADER = "id,name,count,gone,bytes\n";

describe("a CSV table", () => {
  it("has columns in any order, quotes where needed, and gaps where they may be", async () => {
    const text =
      '\ufeffgone,extra,bytes,id,count,name\r\nTrue,x,1.5e3,7,1,"a ""b"", c"\r\nfalse,,,007,-2,"two\nlines"\r\n0,,0,,3,"';
    expect(await refusal(text)).toBe("5:9 the quotes are not closed");
    expect(await read(text.slice(0, text.lastIndexOf("0,,0")))).toEqual([
      {
        labels: { id: [7, "007"], name: ['a "b", c', "two\nlines"] },
        numbers: {
          count: Float64Array.of(1, -2),
          gone: Float64Array.of(1, 0),
          bytes: Float64Array.of(1500, Number.NaN),
        },
      },
    ]);
  });

  it("comes in batches", async () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => `${index},n,${index},0,\n`);
    const batches = await read(HEADER + lines.join(""));
    expect(batches.length).toBeGreaterThan(1);
    expect(batches.flatMap(({ labels }) => (labels as { id: number[] }).id)).toEqual(lines.map((_, index) => index));
  });

  it.each([
    ["a word for a number", `${HEADER}1,a,two,0,\n`, '2:5 "two" is no number'],
    ["a fraction for a whole number", `${HEADER}1,a,1,0,\n1,b,2.5,0,\n`, "3:5 2.5 is no whole number up to 2^53"],
    ["NaN", `${HEADER}1,a,1,0,NaN\n`, '2:9 "NaN" is no number'],
    ["a gap", `${HEADER}1,a,,0,\n`, '2:5 "" is no number'],
    ["a gap among the ids", `${HEADER},a,1,0,\n`, "2:1 the value is missing"],
    ["too few fields", `${HEADER}1,a,1\n`, "2:1 the line has 3 fields, the first line names 5"],
    ["an empty line", `${HEADER}\n1,a,1,0,\n`, "2:1 the line has 1 fields, the first line names 5"],
    ["text after a quote", `${HEADER}1,"a"b,1,0,\n`, "2:3 there is text after the closing quote"],
    ["a quote inside", `${HEADER}1,a"b,1,0,\n`, "2:4 there is a quote inside an unquoted field"],
    ["a fault behind a field of two lines", `${HEADER}1,"a\nb",x,0,\n`, '3:4 "x" is no number'],
    ["a missing column", "id,name\n", "1:1 the column count is missing (found: id, name)"],
    ["a column given twice", "id,name,count,gone,count\n", "1:20 the column count is there twice"],
    ["2 for a boolean", `${HEADER}1,a,1,2,\n`, "2:7 2 is neither true nor false"],
  ])("refuses %s at its place", async (_name, text, expected) => {
    expect(await refusal(text)).toBe(expected);
  });

  it("refuses bytes that are no UTF-8, and quotes that never end", async () => {
    expect(await refusal(Buffer.from([0x69, 0x64, 0xff, 0x0a]))).toMatch(/not UTF-8/);
    expect(await refusal(`${HEADER}1,"${"x".repeat(2 ** 20 + 10)}\n`)).toMatch(/^2:1 the record has no end/);
  });

  it("reads back any fields, however the text is cut", () => {
    const field = fc.oneof(fc.string(), fc.constantFrom('"', ",", "\n", "\r\n", "", 'a"b', "x,y"));
    const table = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 20 }), fc.constantFrom("\n", "\r\n"), (rows, step, end) => {
        const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
        const text = rows.map((row) => row.map(quoted).join(",")).join(end) + end;
        const records = new CsvRecords("t.csv");
        const found = [];
        for (let at = 0; at < text.length; at += step) found.push(...records.push(text.slice(at, at + step)));
        found.push(...records.finish());
        expect(found.map(({ fields }) => fields)).toEqual(rows);
        const lines = text.split("\n");
        for (const record of found) {
          for (const [index] of record.fields.entries()) {
            const [line = 0, column = 0] = fieldPlace(record, index).split(":").map(Number);
            expect(lines[line - 1]?.[column - 1]).toBe('"');
          }
        }
      }),
    );
  });
});
