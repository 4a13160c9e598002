/** Records of a CSV file, counted where lines and rows don't tally; and the names in its first one. */
import { open } from "node:fs/promises";
import { AstraError } from "../../core/errors.ts";

const PIECE_BYTES = 1 << 20;
const HEAD_BYTES = 1 << 16;
const QUOTE = 0x22;
const COMMA = 0x2c;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

export interface RecordCount {
  /** Lines that hold nothing are none. */
  readonly records: number;
  /** The first records that have another number of fields. */
  readonly odd: readonly { readonly line: number; readonly fields: number }[];
}

/** @param shown how many odd ones are wanted */
export async function countRecords(path: string, fields: number, shown: number): Promise<RecordCount> {
  const count = new Counting(fields, shown);
  await using file = await open(path, "r");
  const piece = new Uint8Array(PIECE_BYTES);
  for (;;) {
    const { bytesRead } = await file.read(piece, 0, piece.length, null);
    if (bytesRead === 0) break;
    for (let at = 0; at < bytesRead; at++) count.take(piece[at] ?? 0);
  }
  return count.finish();
}

class Counting {
  readonly #fields: number;
  readonly #shown: number;
  readonly #odd: { line: number; fields: number }[] = [];
  #records = 0;
  #line = 1;
  #isLineBegun = false;
  #startedAt = 1;
  #found = 1;
  #isQuoted = false;
  /** The next byte is a field's first one: elsewhere, a quote opens nothing. */
  #isFirst = true;
  #wasQuoted = false;
  #isEmpty = true;

  constructor(fields: number, shown: number) {
    this.#fields = fields;
    this.#shown = shown;
  }

  take(byte: number): void {
    if (byte === NEWLINE) this.#line += 1;
    this.#isLineBegun = byte !== NEWLINE;
    if (byte === NEWLINE && !this.#isQuoted) {
      this.#end();
      return;
    }
    if (byte !== RETURN) this.#isEmpty = false;
    // A doubled quote closes and opens again at once, so it needs no rule of its own.
    if (byte === QUOTE && (this.#isFirst || this.#wasQuoted)) {
      this.#isQuoted = !this.#isQuoted;
      this.#wasQuoted = true;
      this.#isFirst = false;
      return;
    }
    const isEnd = byte === COMMA && !this.#isQuoted;
    if (isEnd) this.#found += 1;
    this.#isFirst = isEnd;
    if (!this.#isQuoted) this.#wasQuoted = false;
  }

  finish(): RecordCount {
    // A quote that nothing closes has swallowed the lines behind it: they are lost as well.
    if (this.#isQuoted) this.#records += this.#line - this.#startedAt - (this.#isLineBegun ? 0 : 1);
    this.#end();
    return { records: this.#records, odd: this.#odd };
  }

  #end(): void {
    if (!this.#isEmpty) {
      this.#records += 1;
      const isOdd = this.#found !== this.#fields && this.#odd.length < this.#shown;
      if (isOdd) this.#odd.push({ line: this.#startedAt, fields: this.#found });
    }
    this.#found = 1;
    this.#isEmpty = true;
    this.#isQuoted = false;
    this.#isFirst = true;
    this.#wasQuoted = false;
    this.#startedAt = this.#line;
  }
}

/** Names of the columns of a CSV file with a header. @throws AstraError ASTRA_INVENTORY_INVALID */
export async function headerNames(path: string, where: string): Promise<readonly string[]> {
  await using file = await open(path, "r");
  const head = Buffer.alloc(HEAD_BYTES);
  const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
  const text = head
    .subarray(0, bytesRead)
    .toString("utf8")
    .replace(/^\uFEFF/, "");
  const end = text.search(/\r?\n/);
  if (end < 0 && bytesRead === HEAD_BYTES) {
    const message = `the first line, which should name the columns, is longer than ${HEAD_BYTES} bytes`;
    throw new AstraError("ASTRA_INVENTORY_INVALID", message, { where: `${where}:1` });
  }
  const line = end < 0 ? text : text.slice(0, end);
  if (line.includes("\r")) {
    throw new AstraError("ASTRA_INVENTORY_INVALID", "its lines end in carriage returns alone", { where: `${where}:1` });
  }
  const cells = line.matchAll(/(?:^|,)(?:\s*"((?:[^"]|"")*)"\s*|([^,]*))(?=,|$)/g);
  return Array.from(cells, ([, quoted, plain]) =>
    quoted === undefined ? (plain ?? "").trim() : quoted.replaceAll('""', '"'),
  );
}
