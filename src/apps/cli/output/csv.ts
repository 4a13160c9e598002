/** CSV that spreadsheets and terminals can be shown: RFC 4180, nothing that a spreadsheet would reckon, no control character. */
import { visible } from "./visible.ts";

/** What a spreadsheet takes for a formula, also behind blanks (OWASP, CSV Injection); tab and CR are written out anyway. */
const FORMULA = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/u;

/** Cells quoted where they need it; with CRLF. What would be a formula begins with an apostrophe. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

function csvCell(text: string): string {
  const safe = visible(FORMULA.test(text) ? `'${text}` : text);
  return /[",]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
