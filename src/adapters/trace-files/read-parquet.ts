/** Parquet tables, row group by row group and column by column: one row group's columns are held at a time. */
import type { FileHandle } from "node:fs/promises";
import { type AsyncBuffer, type FileMetaData, type SchemaElement, parquetMetadataAsync, parquetRead } from "hyparquet";
import { AstraError } from "../../core/errors.ts";
import type { ColumnSpec, TableBatch } from "../../core/trace/table.ts";
import { checkPages } from "./check-pages.ts";
import { DECOMPRESSORS } from "./codecs.ts";
import { type AskedTable, type Cells, checkRows, fillLabels, fillNumbers } from "./cells.ts";

interface ParquetTable {
  readonly path: string;
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
}

/** @throws AstraError ASTRA_TRACE_INVALID */
export async function* readParquet(handle: FileHandle, asked: AskedTable): AsyncGenerator<TableBatch> {
  const { path, columns } = asked;
  const file = await bufferOf(handle, path);
  const metadata = await decoded(path, () => parquetMetadataAsync(file, { geoparquet: false }));
  const present = presentColumns(metadata, path, columns);
  checkRows(
    asked,
    metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0),
  );
  const table = { path, file, metadata };
  let firstRow = 0;
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    if (!Number.isSafeInteger(rows) || rows < 0) throw damaged(path, "a row group states no sensible number of rows");
    if (rows > 0) {
      await decoded(path, async () => {
        for (const { name } of present) await checkPages(file, group, name);
      });
      yield await readGroup(table, present, firstRow, rows);
    }
    firstRow += rows;
  }
}

async function readGroup(
  table: ParquetTable,
  columns: readonly ColumnSpec[],
  firstRow: number,
  rows: number,
): Promise<TableBatch> {
  const numbers: Record<string, Float64Array> = {};
  const labels: Record<string, readonly (string | number)[]> = {};
  const place = (row: number, column: string): string => `${table.path} row ${firstRow + row + 1}, column ${column}`;
  for (const column of columns) {
    const cells: Cells = { column, rows, place };
    if (column.kind === "text" || column.kind === "id") {
      const target: (string | number)[] = [];
      await readColumn(table, column, { firstRow, rows }, (values, at) => fillLabels(cells, values, at, target));
      labels[column.name] = target;
    } else {
      const target = new Float64Array(rows).fill(Number.NaN);
      await readColumn(table, column, { firstRow, rows }, (values, at) => fillNumbers(cells, values, at, target));
      numbers[column.name] = target;
    }
  }
  return { rows, numbers, labels, place };
}

/** Hands over the column's values piece by piece. @throws AstraError where they are fewer or more than the group's rows */
async function readColumn(
  { path, file, metadata }: ParquetTable,
  column: ColumnSpec,
  { firstRow, rows }: { readonly firstRow: number; readonly rows: number },
  take: (values: ArrayLike<unknown>, at: number) => void,
): Promise<void> {
  const pieces: { readonly values: ArrayLike<unknown>; readonly at: number }[] = [];
  await decoded(path, () =>
    parquetRead({
      file,
      metadata,
      columns: [column.name],
      rowStart: firstRow,
      rowEnd: firstRow + rows,
      compressors: DECOMPRESSORS,
      geoparquet: false,
      onChunk: ({ columnData, rowStart }) => pieces.push({ values: columnData, at: rowStart - firstRow }),
    }),
  );
  const read = pieces.reduce((sum, { values }) => sum + values.length, 0);
  if (read !== rows) throw damaged(path, `column ${column.name} has ${read} values in a row group of ${rows} rows`);
  for (const { values, at } of pieces) take(values, at);
}

/** @throws AstraError where a column is missing or of a type that can't hold its kind */
function presentColumns(metadata: FileMetaData, path: string, columns: readonly ColumnSpec[]): ColumnSpec[] {
  const top = topLevel(metadata.schema);
  return columns.filter((column) => {
    const element = top.get(column.name);
    if (!element && column.isOptional) return false;
    if (!element) {
      const found = [...top.keys()].slice(0, 20).join(", ") || "none";
      throw new AstraError("ASTRA_TRACE_INVALID", `the column ${column.name} is missing (found: ${found})`, {
        where: path,
        fix: `Add the column ${column.name}, or rename the one that has it.`,
      });
    }
    if (!holds(element, column)) {
      throw new AstraError("ASTRA_TRACE_INVALID", `the column ${column.name} is of the type ${typeName(element)}`, {
        where: path,
        fix: `Write ${column.name} as ${WANTED[column.kind]}.`,
      });
    }
    return true;
  });
}

/** The schema is a tree in a list: each element is followed by its children. */
function topLevel(schema: readonly SchemaElement[]): Map<string, SchemaElement> {
  const found = new Map<string, SchemaElement>();
  let at = 1;
  const skip = (): void => {
    const children = schema[at]?.num_children ?? 0;
    at += 1;
    for (let child = 0; child < children && at < schema.length; child += 1) skip();
  };
  while (at < schema.length) {
    const element = schema[at];
    if (element) found.set(element.name, element);
    skip();
  }
  return found;
}

const WANTED: Readonly<Record<ColumnSpec["kind"], string>> = {
  integer: "INT32 or INT64",
  number: "DOUBLE or INT64",
  boolean: "BOOLEAN",
  text: "a UTF-8 string",
  id: "INT32, INT64 or a UTF-8 string",
};

/** Whole numbers may come as doubles, as some writers make of integers with gaps; their values are checked one by one. */
function holds(element: SchemaElement, { kind }: ColumnSpec): boolean {
  if ((element.num_children ?? 0) > 0 || element.repetition_type === "REPEATED") return false;
  const { type, converted_type: converted } = element;
  const logical = element.logical_type?.type;
  const isInteger =
    (type === "INT32" || type === "INT64") &&
    (converted === undefined || /^U?INT_/.test(converted)) &&
    (logical === undefined || logical === "INTEGER");
  const isText = type === "BYTE_ARRAY" && (converted === undefined || converted === "UTF8" || converted === "ENUM");
  if (kind === "text") return isText;
  if (kind === "id") return isInteger || isText;
  if (kind === "boolean") return type === "BOOLEAN" || isInteger;
  return isInteger || ((type === "DOUBLE" || type === "FLOAT") && logical === undefined);
}

function typeName(element: SchemaElement): string {
  if ((element.num_children ?? 0) > 0) return "group";
  return [element.type, element.logical_type?.type ?? element.converted_type].filter(Boolean).join(" ");
}

async function bufferOf(handle: FileHandle, path: string): Promise<AsyncBuffer> {
  const { size } = await handle.stat();
  return {
    byteLength: size,
    async slice(start, end = size) {
      const length = end - start;
      if (!(start >= 0 && length >= 0 && end <= size)) throw damaged(path, "it refers to bytes past its end");
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length;) {
        const { bytesRead } = await handle.read(bytes, done, length - done, start + done);
        if (bytesRead === 0) throw damaged(path, "it became shorter while it was read");
        done += bytesRead;
      }
      return bytes.buffer;
    },
  };
}

/** Whatever the decoder throws over the bytes of a file is that file's fault. */
async function decoded<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AstraError) throw error;
    throw damaged(path, error instanceof Error ? error.message : String(error), error);
  }
}

function damaged(where: string, reason: string, cause?: unknown): AstraError {
  return new AstraError("ASTRA_TRACE_INVALID", `the Parquet file is damaged: ${reason.slice(0, 200)}`, {
    where,
    fix: "Write the file again, or fetch it anew.",
    ...(cause !== undefined && { cause }),
  });
}
