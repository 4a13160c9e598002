/** Comma-separated text (RFC 4180) as records, from pieces of any size. */

export interface CsvRecord {
  readonly cells: readonly string[];
  /** Line on which it begins, from 1. */
  readonly line: number;
}

const QUOTE = '"';

/** Longest cell or record worth believing, in characters: beyond it a quote was never closed. */
const MOST_CHARACTERS = 4 * 1024 * 1024;

/** A quote that is never closed, or text after a closing one. */
export class CsvFault extends Error {
  readonly line: number;
  constructor(line: number, message: string) {
    super(message);
    this.name = "CsvFault";
    this.line = line;
  }
}

/** Feed it text; it gives the records that are complete. Empty lines are none. */
export class CsvParser {
  #cells: string[] = [];
  #cell = "";
  #length = 0;
  #isQuoted = false;
  #wasQuoted = false;
  #isAfterReturn = false;
  #line = 1;
  #recordLine = 1;

  /** @throws CsvFault */
  push(text: string): CsvRecord[] {
    const records: CsvRecord[] = [];
    let at = 0;
    while (at < text.length) at = this.#isQuoted ? this.#quoted(text, at) : this.#plain(text, at, records);
    return records;
  }

  /** The last record, where no line end follows it. @throws CsvFault */
  end(): CsvRecord[] {
    if (this.#isQuoted) throw new CsvFault(this.#recordLine, "a quote is opened here and never closed");
    const records: CsvRecord[] = [];
    this.#record(records);
    return records;
  }

  /** Inside quotes: everything up to the next quote. */
  #quoted(text: string, at: number): number {
    const end = text.indexOf(QUOTE, at);
    const piece = text.slice(at, end < 0 ? text.length : end);
    this.#take(piece);
    this.#line += count(piece, "\n");
    if (end < 0) return text.length;
    this.#isQuoted = false;
    this.#wasQuoted = true;
    return end + 1;
  }

  #plain(text: string, at: number, records: CsvRecord[]): number {
    const character = text.charAt(at);
    if (this.#isAfterReturn && character === "\n") {
      this.#isAfterReturn = false;
      return at + 1;
    }
    this.#isAfterReturn = false;
    switch (character) {
      case QUOTE:
        return this.#quote(at);
      case ",":
        this.#endCell();
        return at + 1;
      case "\r":
      case "\n":
        this.#isAfterReturn = character === "\r";
        this.#record(records);
        this.#line += 1;
        this.#recordLine = this.#line;
        return at + 1;
      default:
        return this.#text(text, at);
    }
  }

  /** A quote after a closed one is one quote of the text; the first of a cell opens it. */
  #quote(at: number): number {
    if (this.#wasQuoted) this.#take(QUOTE);
    else if (this.#cell !== "") throw new CsvFault(this.#line, "a quote stands in the middle of a cell");
    this.#isQuoted = true;
    return at + 1;
  }

  #text(text: string, at: number): number {
    if (this.#wasQuoted) throw new CsvFault(this.#line, "text follows a closing quote");
    let end = at;
    while (end < text.length && !isSpecial(text.charCodeAt(end))) end += 1;
    this.#take(text.slice(at, end));
    return end;
  }

  #take(piece: string): void {
    this.#length += piece.length;
    if (this.#length > MOST_CHARACTERS) throw new CsvFault(this.#recordLine, "a quote is opened here and never closed");
    this.#cell += piece;
  }

  #endCell(): void {
    this.#cells.push(this.#cell);
    this.#cell = "";
    this.#wasQuoted = false;
  }

  #record(records: CsvRecord[]): void {
    const isEmpty = this.#cells.length === 0 && this.#cell === "" && !this.#wasQuoted;
    if (!isEmpty) {
      this.#endCell();
      records.push({ cells: this.#cells, line: this.#recordLine });
    }
    this.#cells = [];
    this.#length = 0;
  }
}

function isSpecial(code: number): boolean {
  return code === 0x22 || code === 0x2c || code === 0x0a || code === 0x0d;
}

function count(text: string, character: string): number {
  let found = 0;
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) found += 1;
  return found;
}
