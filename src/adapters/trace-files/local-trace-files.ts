/** Trace files of this machine, by what is in them: Parquet by its first bytes, CSV by its name. */
import { type FileHandle, open } from "node:fs/promises";
import { AstraError } from "../../core/errors.ts";
import type { ColumnSpec, TableBatch } from "../../core/trace/table.ts";
import type { TraceFiles } from "../../ports/trace-files.ts";
import { reasonOf } from "./file-faults.ts";
import { readCsv } from "./read-csv.ts";
import { readParquet } from "./read-parquet.ts";
import { writeTables } from "./write-parquet.ts";

const PARQUET_MAGIC = "PAR1";
/** A Parquet file whose footer is encrypted. */
const ENCRYPTED_MAGIC = "PARE";

export function localTraceFiles(): TraceFiles {
  return {
    readTable,
    writeTables,
    async writeTable(path, columns, batches) {
      const [written] = await writeTables([{ path, columns, batches }]);
      if (!written) throw new RangeError("one table was given, and none was written");
      return written;
    },
  };
}

async function* readTable(
  path: string,
  columns: readonly ColumnSpec[],
  mostRows = Infinity,
): AsyncGenerator<TableBatch> {
  const file = await opened(path);
  try {
    const magic = await firstBytes(file, path);
    if (magic === PARQUET_MAGIC) yield* readParquet(file, { path, columns, mostRows });
    else if (/\.csv$/i.test(path)) yield* readCsv(file, { path, columns, mostRows });
    else throw notATable(path, magic);
  } finally {
    await file.close();
  }
}

async function opened(path: string): Promise<FileHandle> {
  try {
    const file = await open(path, "r");
    const found = await file.stat();
    if (found.isFile() && found.size > 0) return file;
    await file.close();
    throw unreadable(path, found.isFile() ? "the file is empty" : "it is no regular file");
  } catch (error) {
    throw error instanceof AstraError ? error : unreadable(path, reasonOf(error), error);
  }
}

async function firstBytes(file: FileHandle, path: string): Promise<string> {
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.toString("latin1", 0, bytesRead);
  } catch (error) {
    throw unreadable(path, reasonOf(error), error);
  }
}

function unreadable(where: string, reason: string, cause?: unknown): AstraError {
  return new AstraError("ASTRA_TRACE_INVALID", `the file cannot be read: ${reason}`, {
    where,
    fix: "Name a Parquet or CSV file that is there and can be read.",
    ...(cause !== undefined && { cause }),
  });
}

function notATable(where: string, magic: string): AstraError {
  const isEncrypted = magic === ENCRYPTED_MAGIC;
  const message = isEncrypted
    ? "the Parquet file is encrypted"
    : "the file is not Parquet (its first bytes are not PAR1)";
  return new AstraError("ASTRA_TRACE_INVALID", message, {
    where,
    fix: isEncrypted ? "Write it without encryption." : "Give a Parquet file, or a CSV file whose name ends in .csv.",
  });
}
