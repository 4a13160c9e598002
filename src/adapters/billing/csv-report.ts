/** A Cost and Usage Report in CSV, plain or gzipped. */
import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { type BillingRow, billingRow, reportColumns } from "../../core/billing/cost-report.ts";
import { AstraError } from "../../core/errors.ts";
import { CsvFault, CsvParser, type CsvRecord } from "./csv-records.ts";

/** @throws AstraError ASTRA_REPORT_INVALID */
export async function* csvReportRows(path: string, isGzip: boolean): AsyncGenerator<readonly BillingRow[]> {
  let columns: Readonly<Record<string, number>> | null = null;
  let width = 0;
  for await (const records of recordsOf(path, isGzip)) {
    const rows: BillingRow[] = [];
    for (const record of records) {
      if (columns) rows.push(rowOf(record, columns, width, path));
      else {
        columns = reportColumns(record.cells, `${path}:${record.line}`);
        width = record.cells.length;
      }
    }
    if (rows.length > 0) yield rows;
  }
  if (!columns) throw new AstraError("ASTRA_REPORT_INVALID", "the file is empty", { where: path });
}

function rowOf(record: CsvRecord, columns: Readonly<Record<string, number>>, width: number, path: string): BillingRow {
  const place = `${path}:${record.line}`;
  if (record.cells.length !== width) {
    const text = `the row has ${record.cells.length} cells, the header ${width}`;
    throw new AstraError("ASTRA_REPORT_INVALID", text, {
      where: place,
      fix: "Download the report again; nothing of it was used.",
    });
  }
  return billingRow((column) => record.cells[columns[column] ?? -1], place);
}

async function* recordsOf(path: string, isGzip: boolean): AsyncGenerator<readonly CsvRecord[]> {
  const parser = new CsvParser();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    for await (const piece of bytesOf(path, isGzip)) yield parser.push(decoder.decode(piece, { stream: true }));
    yield parser.push(decoder.decode());
    yield parser.end();
  } catch (error) {
    if (error instanceof CsvFault) {
      throw new AstraError("ASTRA_REPORT_INVALID", error.message, { where: `${path}:${error.line}`, cause: error });
    }
    throw error;
  }
}

async function* bytesOf(path: string, isGzip: boolean): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path);
  const stream = isGzip ? file.pipe(createGunzip()) : file;
  // `pipe` does not pass faults on.
  if (isGzip) file.on("error", (error) => stream.destroy(error));
  try {
    for await (const piece of stream) if (piece instanceof Uint8Array) yield piece;
  } finally {
    file.destroy();
  }
}
