/** Rows of one row group, gathered from batches of any length in the types that the Parquet encoder takes as they are. */
import type { ColumnSource } from "hyparquet-writer";
import type { WrittenBatch, WrittenColumn } from "../../ports/trace-files.ts";

type Values = Int32Array | BigInt64Array | Float64Array | (boolean | string)[];

export class RowBuffer {
  rows = 0;
  readonly #columns: readonly { readonly column: WrittenColumn; readonly values: Values }[];
  readonly #capacity: number;

  constructor(columns: readonly WrittenColumn[], capacity: number) {
    this.#capacity = capacity;
    this.#columns = columns.map((column) => ({ column, values: emptyColumn(column, capacity) }));
  }

  get isFull(): boolean {
    return this.rows === this.#capacity;
  }

  /** Takes rows of the batch from `from` on, as many as there is room for. @returns how many that were. */
  add(batch: WrittenBatch, from: number): number {
    let taken = 0;
    for (const { column, values } of this.#columns) {
      const given = batch[column.name] ?? [];
      taken = Math.min(given.length - from, this.#capacity - this.rows);
      for (let row = 0; row < taken; row += 1) set(values, this.rows + row, given[from + row]);
    }
    this.rows += taken;
    return taken;
  }

  /** What was gathered, to be written before the next row is added; the buffer is empty then. */
  take(): ColumnSource[] {
    const { rows } = this;
    this.rows = 0;
    return this.#columns.map(({ column, values }) => ({
      name: column.name,
      data: values.length === rows ? values : values.slice(0, rows),
    }));
  }
}

function emptyColumn({ kind, isShort }: WrittenColumn, capacity: number): Values {
  switch (kind) {
    case "integer":
      return isShort ? new Int32Array(capacity) : new BigInt64Array(capacity);
    case "number":
      return new Float64Array(capacity);
    case "boolean":
    case "text":
      return [];
  }
}

function set(values: Values, at: number, value: number | string | undefined): void {
  if (values instanceof BigInt64Array) values[at] = BigInt(value ?? 0);
  else if (values instanceof Int32Array || values instanceof Float64Array) values[at] = Number(value);
  else values[at] = typeof value === "string" ? value : value !== 0;
}
