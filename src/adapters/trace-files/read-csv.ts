/** CSV tables, a few thousand rows at a time. The first line names the columns; columns not asked for are left unread. */
import type { FileHandle } from "node:fs/promises";
import { AstraError } from "../../core/errors.ts";
import type { ColumnSpec, TableBatch } from "../../core/trace/table.ts";
import { type CsvRecord, CsvRecords, fieldPlace } from "./csv-records.ts";
import { type AskedTable, checkRows, numberOf } from "./cells.ts";
import { reasonOf } from "./file-faults.ts";

const BATCH_ROWS = 8192;
const CHUNK_BYTES = 256 * 1024;

interface Header {
  readonly path: string;
  readonly width: number;
  readonly columns: readonly { readonly column: ColumnSpec; readonly index: number }[];
}

/** @throws AstraError ASTRA_TRACE_INVALID with line and column */
export async function* readCsv(file: FileHandle, asked: AskedTable): AsyncGenerator<TableBatch> {
  const { path, columns } = asked;
  let taken = 0;
  let header: Header | null = null;
  let rows: CsvRecord[] = [];
  for await (const record of recordsOf(file, path)) {
    if (!header) {
      header = headerOf(record, path, columns);
      continue;
    }
    if (record.fields.length !== header.width) throw wrongWidth(record, header);
    checkRows(asked, (taken += 1));
    rows.push(record);
    if (rows.length < BATCH_ROWS) continue;
    yield batchOf(rows, header);
    rows = [];
  }
  if (!header) throw fault(path, "the file is empty", "Begin with a line of column names.");
  if (rows.length > 0) yield batchOf(rows, header);
}

async function* recordsOf(file: FileHandle, path: string): AsyncGenerator<CsvRecord> {
  const records = new CsvRecords(path);
  for await (const text of textOf(file, path)) yield* records.push(text);
  yield* records.finish();
}

/** @throws AstraError where the bytes are no UTF-8 */
async function* textOf(file: FileHandle, path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const buffer = Buffer.alloc(CHUNK_BYTES);
  for (let position = 0; ;) {
    let bytesRead: number;
    try {
      ({ bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, position));
    } catch (error) {
      throw fault(path, `the file cannot be read: ${reasonOf(error)}`, "Check the path and the disk.");
    }
    position += bytesRead;
    try {
      yield decoder.decode(buffer.subarray(0, bytesRead), { stream: bytesRead > 0 });
    } catch (error) {
      if (error instanceof AstraError) throw error;
      throw fault(path, "the file is not UTF-8 text", "Save it as UTF-8.");
    }
    if (bytesRead === 0) return;
  }
}

function headerOf(record: CsvRecord, path: string, columns: readonly ColumnSpec[]): Header {
  const names = record.fields;
  const found = columns.flatMap((column) => {
    const index = names.indexOf(column.name);
    if (index < 0 && column.isOptional) return [];
    if (index < 0) {
      const message = `the column ${column.name} is missing (found: ${names.slice(0, 20).join(", ").slice(0, 200)})`;
      throw fault(`${path}:1:1`, message, `Name a column ${column.name} in the first line.`);
    }
    const again = names.indexOf(column.name, index + 1);
    if (again >= 0) {
      throw fault(`${path}:${fieldPlace(record, again)}`, `the column ${column.name} is there twice`, "Leave one.");
    }
    return [{ column, index }];
  });
  return { path, width: names.length, columns: found };
}

function batchOf(records: readonly CsvRecord[], { path, columns }: Header): TableBatch {
  const numbers: Record<string, Float64Array> = {};
  const labels: Record<string, readonly (string | number)[]> = {};
  const indexOf = new Map(columns.map(({ column, index }) => [column.name, index]));
  const place = (row: number, name: string): string => {
    const record = records[row];
    return record ? `${path}:${fieldPlace(record, indexOf.get(name) ?? 0)}` : path;
  };
  for (const { column, index } of columns) {
    const cells = { column, rows: records.length, place };
    if (column.kind === "text" || column.kind === "id") {
      labels[column.name] = records.map(({ fields }, row) => {
        const field = fields[index] ?? "";
        if (field !== "" || column.kind === "text") return column.kind === "id" ? idOf(field) : field;
        throw fault(place(row, column.name), "the value is missing", "Give every row a value.");
      });
    } else {
      numbers[column.name] = Float64Array.from(records, ({ fields }, row) => {
        const field = fields[index] ?? "";
        if (field === "" && column.isOptional) return Number.NaN;
        return numberOf(cells, row, parsed(field));
      });
    }
  }
  return { rows: records.length, numbers, labels, place };
}

/** A whole number in its usual form is a number; anything else, such as `007`, is text. */
function idOf(field: string): string | number {
  const number = Number(field);
  return Number.isSafeInteger(number) && String(number) === field ? number : field;
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** The field's value, or the field itself for a message where it has none. */
function parsed(field: string): unknown {
  if (DECIMAL.test(field)) return Number(field);
  if (/^true$/i.test(field)) return true;
  if (/^false$/i.test(field)) return false;
  return JSON.stringify(field.slice(0, 100));
}

function wrongWidth(record: CsvRecord, { path, width }: Header): AstraError {
  const message = `the line has ${record.fields.length} fields, the first line names ${width}`;
  return fault(`${path}:${record.line}:1`, message, "Give every line the same fields; quote those that hold a comma.");
}

function fault(where: string, message: string, fix: string): AstraError {
  return new AstraError("ASTRA_TRACE_INVALID", message, { where, fix });
}
