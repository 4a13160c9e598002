/** Columns as wide as their widest cell. */
import { stripVTControlCharacters } from "node:util";

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
}

/** Lines without trailing blanks; the title line is left out where no column has one. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], indent = ""): string {
  const titles = columns.map(({ title }) => title);
  const all = titles.some((title) => title !== "") ? [titles, ...rows] : rows;
  const widths = columns.map((_, column) => Math.max(0, ...all.map((row) => width(row[column] ?? ""))));
  const line = (row: readonly string[]): string =>
    columns.map(({ align }, column) => pad(row[column] ?? "", widths[column] ?? 0, align ?? "left")).join("  ");
  return all.map((row) => `${indent}${line(row)}`.trimEnd()).join("\n");
}

function width(text: string): number {
  return Array.from(stripVTControlCharacters(text)).length;
}

function pad(text: string, to: number, align: "left" | "right"): string {
  const blanks = " ".repeat(Math.max(0, to - width(text)));
  return align === "left" ? text + blanks : blanks + text;
}
