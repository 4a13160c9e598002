/** Typed reading of result rows: a column of another type than the schema's means a damaged file. */
import type { SQLOutputValue } from "node:sqlite";
import { AstraError } from "../../core/errors.ts";

export type Row = Readonly<Record<string, SQLOutputValue>>;

export function numberOf(row: Row, column: string): number {
  const value = row[column];
  return typeof value === "number" ? value : wrongType(column, "a number");
}

export function numberOrNull(row: Row, column: string): number | null {
  const value = row[column];
  return value === null || typeof value === "number" ? value : wrongType(column, "a number");
}

/** Of a statement with `setReadBigInts(true)`. */
export function bigintOf(row: Row, column: string): bigint {
  const value = row[column];
  return typeof value === "bigint" ? value : wrongType(column, "an integer");
}

export function textOf(row: Row, column: string): string {
  const value = row[column];
  return typeof value === "string" ? value : wrongType(column, "text");
}

export function textOrNull(row: Row, column: string): string | null {
  const value = row[column];
  return value === null || typeof value === "string" ? value : wrongType(column, "text");
}

export function bytesOf(row: Row, column: string): Uint8Array {
  const value = row[column];
  return value instanceof Uint8Array ? value : wrongType(column, "bytes");
}

/** A word out of a closed list. */
export function wordOf<W extends string>(row: Row, column: string, words: readonly W[]): W {
  const value = row[column];
  return words.find((word) => word === value) ?? wrongType(column, `one of ${words.join(", ")}`);
}

/** A row of a statement that gives arrays, which the types of `node:sqlite` do not tell. */
export type Cells = readonly SQLOutputValue[];

export function cellsOf(row: object): Cells {
  if (!Array.isArray(row)) throw new TypeError("the statement was not made to give arrays");
  const cells: SQLOutputValue[] = row;
  return cells;
}

export function numberCell(cells: Cells, at: number, column: string): number {
  const value = cells[at];
  return typeof value === "number" ? value : wrongType(column, "a number");
}

export function numberCellOrNull(cells: Cells, at: number, column: string): number | null {
  const value = cells[at];
  return value === null || typeof value === "number" ? value : wrongType(column, "a number");
}

export function textCell(cells: Cells, at: number, column: string): string {
  const value = cells[at];
  return typeof value === "string" ? value : wrongType(column, "text");
}

export function textCellOrNull(cells: Cells, at: number, column: string): string | null {
  const value = cells[at];
  return value === null || typeof value === "string" ? value : wrongType(column, "text");
}

export function byteCell(cells: Cells, at: number, column: string): Uint8Array {
  const value = cells[at];
  return value instanceof Uint8Array ? value : wrongType(column, "bytes");
}

export function bigintCell(cells: Cells, at: number, column: string): bigint {
  const value = cells[at];
  return typeof value === "bigint" ? value : wrongType(column, "an integer");
}

function wrongType(column: string, expected: string): never {
  throw new AstraError("ASTRA_STATE_CORRUPT", `column ${column} does not hold ${expected}`, { where: column });
}
