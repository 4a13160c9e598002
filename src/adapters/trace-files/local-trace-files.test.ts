import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../test/support/state-sqlite.ts";
import { AstraError } from "../../core/errors.ts";
import type { ColumnSpec } from "../../core/trace/table.ts";
import type { WrittenBatch, WrittenColumn } from "../../ports/trace-files.ts";
import { localTraceFiles } from "./local-trace-files.ts";

const COLUMNS: readonly ColumnSpec[] = [
  { name: "id", kind: "id" },
  { name: "count", kind: "integer" },
  { name: "gone", kind: "boolean" },
  { name: "bytes", kind: "number", isOptional: true },
];
const files = localTraceFiles();

interface Rows {
  readonly numbers: Record<string, number[]>;
  readonly labels: Record<string, (string | number)[]>;
  readonly batches: number;
}

async function rowsOf(path: string, columns: readonly ColumnSpec[] = COLUMNS): Promise<Rows> {
  const rows = {
    numbers: {} as Record<string, number[]>,
    labels: {} as Record<string, (string | number)[]>,
    batches: 0,
  };
  for await (const batch of files.readTable(path, columns)) {
    rows.batches += 1;
    for (const [name, values] of Object.entries(batch.numbers)) (rows.numbers[name] ??= []).push(...values);
    for (const [name, values] of Object.entries(batch.labels)) (rows.labels[name] ??= []).push(...values);
  }
  return rows;
}

async function faultOf(work: Promise<unknown>): Promise<AstraError> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AstraError);
  return error as AstraError;
}

const GOOD: readonly ColumnSource[] = [
  { name: "id", data: [1, 2, 3], type: "INT32" },
  { name: "count", data: [10n, 20n, 30n], type: "INT64" },
  { name: "gone", data: [true, false, false], type: "BOOLEAN" },
  { name: "bytes", data: [1.5, null, 3], type: "DOUBLE" },
];

/** A Parquet file by the library that writes ours, with some columns in place of the good ones. */
async function parquet(path: string, columns: readonly ColumnSource[], rest: object = {}): Promise<void> {
  const names = new Set(columns.map(({ name }) => name));
  const columnData = [...GOOD.filter(({ name }) => !names.has(name)), ...columns];
  await writeFile(path, new Uint8Array(parquetWriteBuffer({ columnData, ...rest })));
}

describe("Parquet in", () => {
  it.each([
    ["UNCOMPRESSED", {}],
    ["SNAPPY", {}],
    ["GZIP", { GZIP: gzipSync }],
    ["BROTLI", { BROTLI: brotliCompressSync }],
    ["ZSTD", { ZSTD: zstdCompressSync }],
  ] as const)("reads %s pages and nullable columns, row group by row group", async (codec, compressors) => {
    await using folder = await temporaryFolder();
    const path = folder.file("t.parquet");
    await parquet(path, [], { codec, compressors, rowGroupSize: 2 });
    expect(await rowsOf(path)).toEqual({
      batches: 2,
      labels: { id: [1, 2, 3] },
      numbers: { count: [10, 20, 30], gone: [1, 0, 0], bytes: [1.5, Number.NaN, 3] },
    });
  });

  it("leaves out an optional column that is not there, and columns not asked for", async () => {
    await using folder = await temporaryFolder();
    const path = folder.file("t.parquet");
    await parquet(path, [
      { name: "bytes", data: [1, 2, 3], type: "DOUBLE" },
      { name: "more", data: ["x", "y", "z"] },
    ]);
    const { numbers } = await rowsOf(
      path,
      COLUMNS.filter(({ name }) => name !== "bytes").concat({ name: "none", kind: "number", isOptional: true }),
    );
    expect(Object.keys(numbers)).toEqual(["count", "gone"]);
  });

  it("takes ids as text, and past 2^53 as their digits", async () => {
    await using folder = await temporaryFolder();
    const path = folder.file("t.parquet");
    await parquet(path, [{ name: "id", data: [1n, 2n ** 60n, 2n ** 60n + 1n], type: "INT64" }]);
    expect((await rowsOf(path)).labels["id"]).toEqual([1, "1152921504606846976", "1152921504606846977"]);
    await parquet(path, [{ name: "id", data: ["a", "007", "ü"], type: "STRING" }]);
    expect((await rowsOf(path)).labels["id"]).toEqual(["a", "007", "ü"]);
  });

  const values: readonly (readonly [string, ColumnSource, RegExp, string])[] = [
    ["NaN", { name: "count", data: [1, Number.NaN, 3], type: "DOUBLE" }, /NaN is no number/, " row 2, column count"],
    [
      "a fraction",
      { name: "count", data: [1, 2, 2.5], type: "DOUBLE" },
      /2\.5 is no whole number/,
      " row 3, column count",
    ],
    [
      "a number past 2^53",
      { name: "count", data: [1n, 2n ** 53n, 3n], type: "INT64" },
      /no whole number up to/,
      " row 2, column count",
    ],
    ["a gap", { name: "count", data: [1, null, 3], type: "INT32" }, /value is missing/, " row 2, column count"],
    [
      "a gap among the ids",
      { name: "id", data: ["a", "b", null], type: "STRING" },
      /value is missing/,
      " row 3, column id",
    ],
    [
      "infinity in an optional column",
      { name: "bytes", data: [1, 2, Infinity], type: "DOUBLE" },
      /Infinity is no number/,
      " row 3, column bytes",
    ],
    [
      "2 for a boolean",
      { name: "gone", data: [0, 1, 2], type: "INT32" },
      /2 is neither true nor false/,
      " row 3, column gone",
    ],
    ["text for a number", { name: "count", data: ["1", "2", "3"], type: "STRING" }, /of the type BYTE_ARRAY/, ""],
    [
      "a time for a number",
      { name: "count", data: [new Date(0), new Date(1), new Date(2)], type: "TIMESTAMP" },
      /of the type INT64 TIMESTAMP/,
      "",
    ],
    ["a fraction for an id", { name: "id", data: [1, 2, 3], type: "DOUBLE" }, /id is of the type DOUBLE/, ""],
  ];
  it.each(values)("refuses %s with the row and the fix", async (_name, column, message, place) => {
    await using folder = await temporaryFolder();
    const path = folder.file("t.parquet");
    await parquet(path, [column], { rowGroupSize: 2 });
    const fault = await faultOf(rowsOf(path));
    expect(fault.code).toBe("ASTRA_TRACE_INVALID");
    expect(fault.message).toMatch(message);
    expect(fault.where).toBe(path + place);
    expect(fault.fix).toMatch(/\S/);
  });

  it("refuses a missing column, and names those that are there", async () => {
    await using folder = await temporaryFolder();
    const path = folder.file("t.parquet");
    await parquet(path, []);
    const fault = await faultOf(rowsOf(path, [{ name: "day", kind: "integer" }]));
    expect(fault.message).toBe("the column day is missing (found: id, count, gone, bytes)");
  });

  it("refuses every beginning of a file, and files that are none", async () => {
    await using folder = await temporaryFolder();
    const [path, cut] = [folder.file("t.parquet"), folder.file("cut.parquet")];
    await parquet(path, []);
    const whole = await readFile(path);
    for (let length = 0; length < whole.byteLength; length += 37) {
      await writeFile(cut, whole.subarray(0, length));
      expect((await faultOf(rowsOf(cut))).code).toBe("ASTRA_TRACE_INVALID");
    }
    await writeFile(cut, "PARE and so on");
    expect((await faultOf(rowsOf(cut))).message).toBe("the Parquet file is encrypted");
    expect((await faultOf(rowsOf(folder.file("none")))).message).toMatch(/there is no such file/);
    expect((await faultOf(rowsOf(folder.file(".")))).message).toMatch(/no regular file/);
  });

  it("refuses a table of more rows than may be, and does not cut it", async () => {
    await using folder = await temporaryFolder();
    const [path, csv] = [folder.file("t.parquet"), folder.file("t.csv")];
    await parquet(path, []);
    await writeFile(csv, "id,count,gone\n1,1,0\n2,1,0\n3,1,0\n");
    for (const each of [path, csv]) {
      const first = async (most: number): Promise<number> => {
        for await (const { rows } of files.readTable(each, COLUMNS, most)) return rows;
        return 0;
      };
      expect(await first(3)).toBe(3);
      expect(await faultOf(first(2))).toMatchObject({ where: each, message: "the table has more than 2 rows" });
    }
  });

  it("says that a file is damaged, whichever bytes are", async () => {
    await using folder = await temporaryFolder();
    const path = folder.file("t.parquet");
    await parquet(path, [], { codec: "ZSTD", compressors: { ZSTD: zstdCompressSync } });
    const whole = await readFile(path);
    for (let at = 4; at < whole.byteLength; at += 3) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ 0xff;
      await writeFile(path, bytes);
      // A changed value may still be a value; what is thrown is never anything but a fault of the file.
      const outcome: unknown = await rowsOf(path).catch((error: unknown) => error);
      if (outcome instanceof Error) expect(outcome).toMatchObject({ code: "ASTRA_TRACE_INVALID" });
    }
  });
});

const OUT: readonly WrittenColumn[] = [
  { name: "policy", kind: "text" },
  { name: "id", kind: "integer" },
  { name: "day", kind: "integer", isShort: true },
  { name: "share", kind: "number" },
  { name: "gone", kind: "boolean" },
];
const IN: readonly ColumnSpec[] = [
  { name: "policy", kind: "text" },
  { name: "id", kind: "integer" },
  { name: "day", kind: "integer" },
  { name: "share", kind: "number" },
  { name: "gone", kind: "boolean" },
];

function outBatch(from: number, rows: number): WrittenBatch {
  const ids = Array.from({ length: rows }, (_, index) => from + index);
  return {
    policy: ids.map((id) => `policy ${id % 3}`),
    id: ids.map((id) => 2 ** 40 + id),
    day: Int32Array.from(ids, (id) => id % 400),
    share: Float64Array.from(ids, (id) => id / 7),
    gone: ids.map((id) => id % 2),
  };
}

function numbersIn(values: WrittenBatch[string] | undefined): number[] {
  return Array.from({ length: values?.length ?? 0 }, (_, row) => Number(values?.[row]));
}

describe("Parquet out", () => {
  it("reads back what it wrote, over many batches and row groups", async () => {
    await using folder = await temporaryFolder();
    const path = folder.file("out.parquet");
    const batches = function* (): Generator<WrittenBatch> {
      for (let from = 0; from < 140_000; from += 7_000) yield outBatch(from, 7_000);
      yield outBatch(140_000, 0);
    };
    const written = await files.writeTable(path, OUT, batches());
    const rows = await rowsOf(path, IN);
    expect(written).toEqual({ path, rows: 140_000, bytes: (await readFile(path)).byteLength });
    expect(rows.batches).toBe(2);
    const all = outBatch(0, 140_000);
    expect(rows.labels["policy"]).toEqual(all["policy"]);
    for (const name of ["id", "day", "share", "gone"]) expect(rows.numbers[name]).toEqual(numbersIn(all[name]));
    expect(await readdir(folder.file("."))).toEqual(["out.parquet"]);
  });

  it("writes a table without rows, which reads as one", async () => {
    await using folder = await temporaryFolder();
    const path = folder.file("none.parquet");
    expect(await files.writeTable(path, OUT, [])).toMatchObject({ rows: 0 });
    expect(await rowsOf(path, IN)).toMatchObject({ batches: 0 });
  });

  it("leaves the old file, and no draft, when the rows end in an error", async () => {
    await using folder = await temporaryFolder();
    const path = folder.file("out.parquet");
    await writeFile(path, "old");
    const broken = function* (): Generator<WrittenBatch> {
      yield outBatch(0, 10);
      throw new AstraError("ASTRA_INTERRUPTED", "interrupted");
    };
    expect((await faultOf(files.writeTable(path, OUT, broken()))).code).toBe("ASTRA_INTERRUPTED");
    expect(await readFile(path, "utf8")).toBe("old");
    expect(await readdir(folder.file("."))).toEqual(["out.parquet"]);
  });

  it("writes none of several tables unless all are whole", async () => {
    await using folder = await temporaryFolder();
    const broken = function* (): Generator<WrittenBatch> {
      yield outBatch(0, 10);
      throw new AstraError("ASTRA_INTERRUPTED", "interrupted");
    };
    const tables = [
      { path: folder.file("a.parquet"), columns: OUT, batches: [outBatch(0, 5)] },
      { path: folder.file("b.parquet"), columns: OUT, batches: broken() },
    ];
    expect((await faultOf(files.writeTables(tables))).code).toBe("ASTRA_INTERRUPTED");
    expect(await readdir(folder.file("."))).toEqual([]);
  });

  it("says why a path can't be written", async () => {
    await using folder = await temporaryFolder();
    await mkdir(folder.file("folder"));
    const cases = [
      [folder.file("folder"), /it is a folder/],
      [folder.file("missing/out.parquet"), /no such file or folder/],
    ] as const;
    for (const [path, message] of cases) {
      const fault = await faultOf(files.writeTable(path, OUT, [outBatch(0, 1)]));
      expect(fault.code).toBe("ASTRA_FILE_UNWRITABLE");
      expect(fault.message).toMatch(message);
      expect(fault.where).toBe(path);
    }
  });
});
