/** Decoded values into typed columns, each checked against the column's kind. */
import { AstraError } from "../../core/errors.ts";
import type { ColumnSpec } from "../../core/trace/table.ts";

/** A table as it was asked for. */
export interface AskedTable {
  readonly path: string;
  readonly columns: readonly ColumnSpec[];
  readonly mostRows: number;
}

/** @throws AstraError ASTRA_TRACE_INVALID where a table has more rows than may be */
export function checkRows({ path, mostRows }: AskedTable, rows: number): void {
  if (rows <= mostRows) return;
  throw new AstraError("ASTRA_TRACE_INVALID", `the table has more than ${mostRows} rows`, {
    where: path,
    fix: "Take a sample of the objects with all of their accesses: a backtest of it says the same.",
  });
}

/** Where the values belong. */
export interface Cells {
  readonly column: ColumnSpec;
  readonly rows: number;
  readonly place: (row: number, column: string) => string;
}

/** @throws AstraError ASTRA_TRACE_INVALID with the row's place */
export function fillNumbers(cells: Cells, values: ArrayLike<unknown>, at: number, target: Float64Array): void {
  const { column } = cells;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    if (value === null || value === undefined) {
      if (!column.isOptional) throw refused(cells, at + index, "the value is missing", "Give every row a value.");
      continue;
    }
    target[at + index] = numberOf(cells, at + index, value);
  }
}

/** @throws AstraError ASTRA_TRACE_INVALID with the row's place */
export function fillLabels(cells: Cells, values: ArrayLike<unknown>, at: number, target: (string | number)[]): void {
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    if (typeof value === "string" || typeof value === "number") target[at + index] = value;
    else if (typeof value === "bigint") {
      const number = Number(value);
      // Past 2^53 two ids could become one number; their digits stay apart.
      target[at + index] = Number.isSafeInteger(number) ? number : value.toString();
    } else throw refused(cells, at + index, "the value is missing", "Give every row a value.");
  }
}

/** @throws AstraError where the value is no number of the column's kind */
export function numberOf(cells: Cells, row: number, value: unknown): number {
  const { kind, name } = cells.column;
  const number = typeof value === "bigint" || typeof value === "boolean" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number)) {
    throw refused(cells, row, `${String(value)} is no number`, `Give a finite number as ${name}.`);
  }
  if (kind === "integer" && !Number.isSafeInteger(number)) {
    throw refused(cells, row, `${String(value)} is no whole number up to 2^53`, `Give a whole number as ${name}.`);
  }
  if (kind === "boolean" && number !== 0 && number !== 1) {
    throw refused(cells, row, `${String(value)} is neither true nor false`, "Write true or false.");
  }
  return number;
}

function refused({ column, place }: Cells, row: number, message: string, fix: string): AstraError {
  return new AstraError("ASTRA_TRACE_INVALID", message, { where: place(row, column.name), fix });
}
