/** Parquet out: one row group after another into a draft, which takes the file's name when it is whole. */
import { randomUUID } from "node:crypto";
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import type { SchemaElement } from "hyparquet";
import { ByteWriter, type ColumnSource, ParquetWriter } from "hyparquet-writer";
import { AstraError } from "../../core/errors.ts";
import type { TableOutput, WrittenBatch, WrittenColumn, WrittenTable } from "../../ports/trace-files.ts";
import { reasonOf } from "./file-faults.ts";
import { RowBuffer } from "./row-buffer.ts";

/** Rows of a row group: about 2 MB of the widest table here, and few enough pieces for a table of millions. */
const ROW_GROUP_ROWS = 131_072;

/** @throws AstraError ASTRA_FILE_UNWRITABLE; what the batches throw passes through. Neither leaves a file. */
export async function writeTables(tables: readonly TableOutput[]): Promise<readonly WrittenTable[]> {
  const drafts: Draft[] = [];
  try {
    for (const table of tables) drafts.push(await draftOf(table));
    for (const { draft, written } of drafts) await orUnwritable(written.path, () => rename(draft, written.path));
    return drafts.map(({ written }) => written);
  } catch (error) {
    for (const { draft } of drafts) await rm(draft, { force: true });
    throw error;
  }
}

/** A table under a name of its own, whole and on the disk. */
interface Draft {
  readonly draft: string;
  readonly written: WrittenTable;
}

async function draftOf({ path, columns, batches }: TableOutput): Promise<Draft> {
  await refuseFolder(path);
  const draft = `${path}.${randomUUID().slice(0, 8)}.part`;
  const file = await orUnwritable(path, () => open(draft, "wx"));
  try {
    const written = await writeRows({ path, file }, columns, batches);
    await orUnwritable(path, async () => {
      await file.sync();
      await file.close();
    });
    return { draft, written };
  } catch (error) {
    // What ended the writing is told; a second fault of the same file says nothing more.
    await file.close().catch(() => undefined);
    await rm(draft, { force: true });
    throw error;
  }
}

interface Output {
  readonly path: string;
  readonly file: FileHandle;
}

async function writeRows(
  output: Output,
  columns: readonly WrittenColumn[],
  batches: TableOutput["batches"],
): Promise<WrittenTable> {
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({ writer: bytes, schema: schemaOf(columns), createdBy: "astra" });
  const buffer = new RowBuffer(columns, ROW_GROUP_ROWS);
  let rows = 0;
  const flush = async (): Promise<void> => {
    const columnData = buffer.take() satisfies ColumnSource[];
    await writer.write({ columnData, rowGroupSize: ROW_GROUP_ROWS });
    await drain(output, bytes);
  };
  for await (const batch of batches) {
    for (let from = 0; from < rowsOf(batch, columns);) {
      const taken = buffer.add(batch, from);
      from += taken;
      rows += taken;
      if (buffer.isFull) await flush();
    }
  }
  if (buffer.rows > 0) await flush();
  await writer.finish();
  await drain(output, bytes);
  return { path: output.path, rows, bytes: bytes.offset };
}

/** The library's buffer is written out and begun again; `offset` goes on counting the bytes of the whole file. */
async function drain({ path, file }: Output, bytes: ByteWriter): Promise<void> {
  const chunk = bytes.getBytes();
  await orUnwritable(path, async () => {
    for (let done = 0; done < chunk.byteLength;) {
      const { bytesWritten } = await file.write(chunk, done, chunk.byteLength - done);
      done += bytesWritten;
    }
  });
  bytes.index = 0;
}

/** @throws RangeError where columns are missing or differ in length: the caller's mistake */
function rowsOf(batch: WrittenBatch, columns: readonly WrittenColumn[]): number {
  const lengths = columns.map(({ name }) => batch[name]?.length);
  const rows = lengths[0] ?? 0;
  if (lengths.some((length) => length !== rows)) throw new RangeError("the columns of a batch differ in length");
  return rows;
}

function schemaOf(columns: readonly WrittenColumn[]): SchemaElement[] {
  const elements = columns.map((column): SchemaElement => {
    const { name } = column;
    switch (column.kind) {
      case "integer":
        return { name, type: column.isShort ? "INT32" : "INT64", repetition_type: "REQUIRED" };
      case "number":
        return { name, type: "DOUBLE", repetition_type: "REQUIRED" };
      case "boolean":
        return { name, type: "BOOLEAN", repetition_type: "REQUIRED" };
      case "text":
        return { name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" };
    }
  });
  return [{ name: "schema", num_children: columns.length }, ...elements];
}

async function refuseFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found && !found.isFile())
    throw unwritable(path, found.isDirectory() ? "it is a folder" : "it is no regular file");
}

async function orUnwritable<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw unwritable(path, reasonOf(error), error);
  }
}

function unwritable(where: string, reason: string, cause?: unknown): AstraError {
  return new AstraError("ASTRA_FILE_UNWRITABLE", `the file cannot be written: ${reason}`, {
    where,
    ...(cause !== undefined && { cause }),
  });
}
