/**
 * Tables in files of this machine: Parquet (any usual compression) and CSV are read, Parquet is written.
 *
 * Reading guarantees: rows come in the file's order; every value is of its column's kind, finite and present (NaN only
 * where an optional column says nothing); what is not is refused with the file and the row. One batch is held at a time.
 * Writing guarantees: the file is there whole or not at all, and replaces one of the same name only when it is whole; no
 * more than one batch and one row group are held.
 *
 * Errors: ASTRA_TRACE_INVALID for what is read, ASTRA_FILE_UNWRITABLE for what can't be written. An error thrown by the
 * rows that are being written passes through, and leaves no file.
 */
import type { ColumnKind, ColumnSpec, TableBatch } from "../core/trace/table.ts";

/** A column to write. */
export interface WrittenColumn {
  readonly name: string;
  readonly kind: Exclude<ColumnKind, "id">;
  /** Integers of 32 bits instead of 64. */
  readonly isShort?: boolean;
}

/** Values by column name, all of one length. */
export type WrittenBatch = Readonly<Record<string, ArrayLike<number> | readonly string[]>>;

/** A table to write; the path is replaced where there is a file. */
export interface TableOutput {
  readonly path: string;
  readonly columns: readonly WrittenColumn[];
  readonly batches: Iterable<WrittenBatch> | AsyncIterable<WrittenBatch>;
}

/** What was written. */
export interface WrittenTable {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}

export interface TraceFiles {
  /** The named columns of a table; others are left unread. A table of more than `mostRows` rows is refused, not cut. */
  readTable(path: string, columns: readonly ColumnSpec[], mostRows?: number): AsyncIterable<TableBatch>;
  /** Parquet; the compression is Snappy. */
  writeTable(path: string, columns: readonly WrittenColumn[], batches: TableOutput["batches"]): Promise<WrittenTable>;
  /** Several tables that belong together, one after another: none is there before all are whole. */
  writeTables(tables: readonly TableOutput[]): Promise<readonly WrittenTable[]>;
}
