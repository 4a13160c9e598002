/**
 * Records of a CSV text as RFC 4180 has them (https://www.rfc-editor.org/rfc/rfc4180): fields divided by commas, quoted
 * where they hold a comma, a quote or a line end, quotes doubled. Lines end in LF or CRLF. Nothing is guessed: what breaks
 * these rules is refused at its line and column.
 */
import { AstraError } from "../../core/errors.ts";

/** Text a single record may have: an unclosed quote must not swallow the file. */
const RECORD_LIMIT = 1024 * 1024;

export interface CsvRecord {
  /** Line on which it begins, from 1. */
  readonly line: number;
  readonly fields: readonly string[];
  /** Line and column where each field begins, for records with quotes; without them the fields' lengths tell. */
  readonly starts: readonly (readonly [number, number])[] | null;
}

/** `12:7`: where field `index` of a record begins. */
export function fieldPlace({ line, fields, starts }: CsvRecord, index: number): string {
  const start = starts?.[index];
  if (start) return `${start[0]}:${start[1]}`;
  let column = 1;
  for (const field of fields.slice(0, index)) column += field.length + 1;
  return `${line}:${column}`;
}

/** Takes the text in pieces of any length. */
export class CsvRecords {
  readonly #path: string;
  #text = "";
  #at = 0;
  #line = 1;

  constructor(path: string) {
    this.#path = path;
  }

  /** The records that end within what was given so far. @throws AstraError ASTRA_TRACE_INVALID */
  *push(text: string): Generator<CsvRecord> {
    this.#text = this.#text.slice(this.#at) + text;
    this.#at = 0;
    for (let record = this.#next(false); record; record = this.#next(false)) yield record;
    if (this.#text.length - this.#at > RECORD_LIMIT) {
      throw this.#fault(
        this.#line,
        1,
        "the record has no end within a megabyte",
        "Close the quotes, or end the lines.",
      );
    }
  }

  /** The last record, where no line end closes it. @throws AstraError ASTRA_TRACE_INVALID */
  *finish(): Generator<CsvRecord> {
    const record = this.#at < this.#text.length ? this.#next(true) : null;
    if (record) yield record;
  }

  #next(isLast: boolean): CsvRecord | null {
    const end = this.#text.indexOf("\n", this.#at);
    const lineEnd = end < 0 ? this.#text.length : end;
    if (end < 0 && !isLast) return null;
    const line = this.#text.slice(this.#at, lineEnd);
    if (line.includes('"')) return this.#quoted(isLast);
    this.#at = lineEnd + 1;
    this.#line += 1;
    const fields = (line.endsWith("\r") ? line.slice(0, -1) : line).split(",");
    return { line: this.#line - 1, fields, starts: null };
  }

  /** A record with quotes; `null` where it may go on in the next piece. */
  #quoted(isLast: boolean): CsvRecord | null {
    const record = { line: this.#line, fields: [] as string[], starts: [] as (readonly [number, number])[] };
    let { line } = record;
    let lineStart = this.#at;
    for (let at = this.#at; ;) {
      const column = at - lineStart + 1;
      const field =
        this.#text[at] === '"' ? this.#quotedField(at, line, column) : this.#plainField(at, line, lineStart);
      if (field === null || (field.end === this.#text.length && !isLast)) {
        if (!isLast) return null;
        throw this.#fault(line, column, "the quotes are not closed", 'End the field with a quote: "…".');
      }
      record.fields.push(field.value);
      record.starts.push([line, column]);
      const breaks = field.value.split("\n").length - 1;
      if (breaks > 0) {
        line += breaks;
        lineStart = this.#text.lastIndexOf("\n", field.end - 1) + 1;
      }
      const isEnd = field.end >= this.#text.length || this.#text[field.end] === "\n";
      at = field.end + 1;
      if (!isEnd) continue;
      this.#at = at;
      this.#line = line + 1;
      return record;
    }
  }

  /** Up to the comma or line end after it; `null` where the text ends first. */
  #quotedField(at: number, line: number, column: number): { value: string; end: number } | null {
    for (let from = at + 1; ;) {
      const quote = this.#text.indexOf('"', from);
      if (quote < 0) return null;
      if (this.#text[quote + 1] === '"') {
        from = quote + 2;
        continue;
      }
      const value = this.#text.slice(at + 1, quote).replaceAll('""', '"');
      const end = this.#text[quote + 1] === "\r" ? quote + 2 : quote + 1;
      const next = this.#text[end];
      if (next === undefined || next === "\n" || (next === "," && end === quote + 1)) return { value, end };
      throw this.#fault(
        line,
        column,
        "there is text after the closing quote",
        'Double the quotes inside: "a ""b"" c".',
      );
    }
  }

  #plainField(at: number, line: number, lineStart: number): { value: string; end: number } {
    let end = at;
    while (end < this.#text.length && this.#text[end] !== "," && this.#text[end] !== "\n") {
      if (this.#text[end] === '"') {
        const column = end - lineStart + 1;
        throw this.#fault(line, column, "there is a quote inside an unquoted field", "Put the whole field in quotes.");
      }
      end += 1;
    }
    const value = this.#text.slice(at, end);
    return { value: this.#text[end] === "," ? value : value.replace(/\r$/, ""), end };
  }

  #fault(line: number, column: number, message: string, fix: string): AstraError {
    return new AstraError("ASTRA_TRACE_INVALID", message, { where: `${this.#path}:${line}:${column}`, fix });
  }
}
