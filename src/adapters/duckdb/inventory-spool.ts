/** Brings a table onto this disk, checked while it streams: size, checksum, and the whole of a gzip stream. */
import { type Hash, createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Readable, Transform, type TransformCallback } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { AstraError, isAstraError } from "../../core/errors.ts";
import { orcRefused } from "../../core/inventory/manifest.ts";
import type { SourceTable } from "../../ports/inventories.ts";

const PIECE_BYTES = 1 << 20;
const NEWLINE = 10;

/** Rows differ by their keys at least: what unpacks to more than this many times its size is none of them. */
const MOST_RATIO = 500;
/** Up to it, nothing is said of the ratio, bytes. */
const BOMB_BYTES = 256 * 1024 * 1024;

export interface Spooled {
  readonly path: string;
  readonly format: "csv" | "parquet";
  /** Lines of a CSV file, the last one counted also where no line end closes it. */
  readonly lines: number;
}

/** @throws AstraError ASTRA_INVENTORY_CHECKSUM, ASTRA_INVENTORY_FORMAT, ASTRA_INVENTORY_INVALID, ASTRA_FILE_UNWRITABLE */
export async function spool(table: SourceTable, path: string): Promise<Spooled> {
  const intake = new Intake(table);
  const bytes = table.bytes()[Symbol.asyncIterator]();
  try {
    const first = await intake.head(bytes);
    const format = formatOf(first, table);
    const lines = new LineCount({ highWaterMark: PIECE_BYTES });
    const isZipped = format === "csv" && first[0] === 0x1f && first[1] === 0x8b;
    const source = Readable.from(intake.rest(first, bytes), { objectMode: false, highWaterMark: PIECE_BYTES });
    const target = createWriteStream(path, { highWaterMark: 4 * PIECE_BYTES });
    const counted = format === "csv" ? [lines] : [];
    const unzipped = isZipped ? [createGunzip({ chunkSize: PIECE_BYTES }), new RatioCheck(table.where, intake)] : [];
    await pipeline([source, ...unzipped, ...counted, target]);
    intake.check();
    return { path, format, lines: lines.count() };
  } catch (error) {
    // A stream that can't be unzipped is told as what it is: a file that is not the one the manifest means.
    if (table.md5 !== null && isZipFault(error)) await intake.drain(bytes);
    throw faultOf(error, table.where, path);
  } finally {
    await bytes.return?.();
  }
}

class Intake {
  readonly #table: SourceTable;
  readonly #sum: Hash | null;
  #sizeBytes = 0;

  constructor(table: SourceTable) {
    this.#table = table;
    this.#sum = table.md5 === null ? null : createHash("md5");
  }

  /** Enough of the beginning to tell the format; all of a shorter file. */
  async head(bytes: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
    let head = new Uint8Array(0);
    while (head.length < 4) {
      const next = await bytes.next();
      if (next.done) break;
      this.#take(next.value);
      head = Buffer.concat([head, next.value]);
    }
    return head;
  }

  async *rest(head: Uint8Array, bytes: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
    if (head.length > 0) yield head;
    for (let next = await bytes.next(); !next.done; next = await bytes.next()) {
      this.#take(next.value);
      // The source may use its buffer again.
      yield Buffer.from(next.value);
    }
  }

  /** @throws AstraError ASTRA_INVENTORY_CHECKSUM where that is the fault */
  async drain(bytes: AsyncIterator<Uint8Array>): Promise<void> {
    for (let next = await bytes.next(); !next.done; next = await bytes.next()) this.#take(next.value);
    this.check();
  }

  get takenBytes(): number {
    return this.#sizeBytes;
  }

  /** What is longer than stated is not read to its end: it may have none. */
  #take(piece: Uint8Array): void {
    const { where, sizeBytes } = this.#table;
    this.#sizeBytes += piece.length;
    this.#sum?.update(piece);
    if (sizeBytes === null || this.#sizeBytes <= sizeBytes) return;
    const message = `the file has more bytes than were stated: ${sizeBytes}`;
    throw new AstraError("ASTRA_INVENTORY_CHECKSUM", message, { where });
  }

  check(): void {
    const { where, sizeBytes, md5 } = this.#table;
    if (sizeBytes !== null && sizeBytes !== this.#sizeBytes) {
      throw new AstraError(
        "ASTRA_INVENTORY_CHECKSUM",
        `the file has ${this.#sizeBytes} bytes, and ${sizeBytes} were stated`,
        { where },
      );
    }
    const found = this.#sum?.digest("hex") ?? null;
    if (found === md5) return;
    throw new AstraError(
      "ASTRA_INVENTORY_CHECKSUM",
      `the file has the MD5 ${found ?? ""}, and the manifest says ${md5 ?? ""}`,
      { where },
    );
  }
}

/** Keeps a small file from filling the disk. */
class RatioCheck extends Transform {
  readonly #where: string;
  readonly #intake: Intake;
  #bytes = 0;

  constructor(where: string, intake: Intake) {
    super({ highWaterMark: PIECE_BYTES });
    this.#where = where;
    this.#intake = intake;
  }

  override _transform(piece: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#bytes += piece.length;
    const isBomb = this.#bytes > BOMB_BYTES && this.#bytes > MOST_RATIO * this.#intake.takenBytes;
    if (isBomb) {
      const message = `it unpacks to more than ${MOST_RATIO} times its size, which no inventory does`;
      done(new AstraError("ASTRA_INVENTORY_INVALID", message, { where: this.#where }));
    } else done(null, piece);
  }
}

class LineCount extends Transform {
  #newlines = 0;
  #last = NEWLINE;

  override _transform(piece: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    for (let at = piece.indexOf(NEWLINE); at >= 0; at = piece.indexOf(NEWLINE, at + 1)) this.#newlines += 1;
    this.#last = piece.at(-1) ?? this.#last;
    done(null, piece);
  }

  count(): number {
    return this.#last === NEWLINE ? this.#newlines : this.#newlines + 1;
  }
}

function formatOf(head: Uint8Array, { format, where }: SourceTable): "csv" | "parquet" {
  const magic = Buffer.from(head.subarray(0, 4)).toString("latin1");
  if (magic.startsWith("ORC")) throw orcRefused(where);
  const isParquet = magic === "PAR1";
  if (format === "parquet" && !isParquet) {
    throw new AstraError("ASTRA_INVENTORY_INVALID", "this is no Parquet file", { where });
  }
  return format ?? (isParquet ? "parquet" : "csv");
}

function isZipFault(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("Z_");
}

function faultOf(error: unknown, where: string, path: string): AstraError {
  if (isAstraError(error)) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "Z_BUF_ERROR") return corrupt("the gzip stream is cut short", where, error);
  if (isZipFault(error)) return corrupt("the gzip stream is corrupt", where, error);
  return new AstraError("ASTRA_FILE_UNWRITABLE", `${path} can't be written`, { where: path, cause: error });
}

function corrupt(what: string, where: string, cause: unknown): AstraError {
  return new AstraError("ASTRA_INVENTORY_INVALID", what, { where, cause, fix: "Fetch the file again." });
}
