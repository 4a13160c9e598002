/** Columns of a table read or written piece by piece: what trace files hold, whatever their format. */

/**
 * What the values of a column are: `integer` a whole number up to 2^53 in size, `number` a finite double, `boolean` 0 or 1,
 * `text` a string, `id` a string or a whole number.
 */
export type ColumnKind = "integer" | "number" | "boolean" | "text" | "id";

/** A column to read. */
export interface ColumnSpec {
  readonly name: string;
  readonly kind: ColumnKind;
  /** The column may be absent, or empty in some rows. Only for numbers. */
  readonly isOptional?: boolean;
}

/** Some consecutive rows of a table, by column. */
export interface TableBatch {
  readonly rows: number;
  /** Columns of numbers and booleans; NaN where an optional column says nothing. */
  readonly numbers: Readonly<Record<string, Float64Array>>;
  /** Columns of texts and ids. */
  readonly labels: Readonly<Record<string, readonly (string | number)[]>>;
  /** Names the place of a row of this batch, counted from 0, for a message: `objects.parquet row 17`. */
  readonly place: (row: number, column: string) => string;
}

/** The numbers of a column that must be there. @throws RangeError where the table was read without it. */
export function numbersOf(batch: TableBatch, column: string): Float64Array {
  const values = batch.numbers[column];
  if (!values) throw new RangeError(`the batch has no column ${column}`);
  return values;
}

/** The texts or ids of a column that must be there. @throws RangeError where the table was read without it. */
export function labelsOf(batch: TableBatch, column: string): readonly (string | number)[] {
  const values = batch.labels[column];
  if (!values) throw new RangeError(`the batch has no column ${column}`);
  return values;
}
