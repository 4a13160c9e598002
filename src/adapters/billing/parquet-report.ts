/** A Cost and Usage Report in Parquet, row group by row group. */
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetRead, parquetSchema } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { open } from "node:fs/promises";
import { type BillingRow, type ReportCell, billingRow, reportColumns } from "../../core/billing/cost-report.ts";
import { AstraError } from "../../core/errors.ts";

/** @throws AstraError ASTRA_REPORT_INVALID */
export async function* parquetReportRows(path: string): AsyncGenerator<readonly BillingRow[]> {
  await using file = await open(path, "r");
  const { size } = await file.stat();
  const buffer: AsyncBuffer = {
    byteLength: size,
    async slice(start, end = size) {
      const bytes = new Uint8Array(end - start);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
      return bytes.buffer.slice(0, bytesRead);
    },
  };
  const metadata = await understood(path, () => parquetMetadataAsync(buffer));
  const names = parquetSchema(metadata).children.map(({ element }) => element.name);
  const nameOf = new Map(Object.entries(reportColumns(names, path)).map(([column, at]) => [column, names[at] ?? ""]));
  let first = 0;
  for (const group of metadata.row_groups) {
    const end = first + Number(group.num_rows);
    const range = { file: buffer, metadata, columns: [...nameOf.values()], rowStart: first, rowEnd: end };
    const cells = await understood(path, () => columnsOf(range));
    for (let from = first; from < end; from += BATCH_ROWS) {
      const rows: BillingRow[] = [];
      for (let row = from; row < Math.min(end, from + BATCH_ROWS); row += 1) {
        const at = row - first;
        const cell = (column: string): ReportCell => cellOf(cells.get(nameOf.get(column) ?? "")?.[at]);
        rows.push(billingRow(cell, `${path} row ${row + 1}`));
      }
      yield rows;
    }
    first = end;
  }
}

/** Rows made at a time: a row group may hold a million. */
const BATCH_ROWS = 10_000;

interface GroupRange {
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly columns: string[];
  readonly rowStart: number;
  readonly rowEnd: number;
}

/** The columns of one row group, which may come in pieces. */
async function columnsOf(range: GroupRange): Promise<ReadonlyMap<string, readonly unknown[]>> {
  const columns = new Map<string, unknown[]>();
  await parquetRead({
    ...range,
    compressors,
    onChunk({ columnName, columnData, rowStart }) {
      const cells = columns.get(columnName) ?? [];
      columns.set(columnName, cells);
      for (let index = 0; index < columnData.length; index += 1) {
        cells[rowStart - range.rowStart + index] = columnData[index];
      }
    },
  });
  return columns;
}

/** A column of another kind than a report's is shown to the row's own checks as text. */
function cellOf(value: unknown): ReportCell {
  if (value === null || value === undefined || value instanceof Date) return value;
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") return value;
  return typeof value === "boolean" ? value : JSON.stringify(value);
}

async function understood<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AstraError("ASTRA_REPORT_INVALID", `the Parquet file cannot be read: ${reason}`, {
      where: path,
      cause: error,
      fix: "Download the file again.",
    });
  }
}
