/** Log files on this machine. */
import { createReadStream } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { AstraError, isAstraError } from "../../core/errors.ts";
import type { LogFiles, LogLines } from "../../ports/log-files.ts";

/** S3 takes request lines and headers of 8 KiB each; three of them, percent-encoded, with room. */
const LONGEST_LINE = 128 * 1024;

export function localLogFiles(): LogFiles {
  return { find, lines };
}

async function find(path: string): Promise<readonly string[]> {
  try {
    const found = await stat(path);
    if (found.isFile()) return [resolve(path)];
    if (!found.isDirectory()) throw fault(path, "it is neither a file nor a folder");
    const folder = resolve(path);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => !isHidden(relative(folder, file)))
      .toSorted();
    if (files.length === 0) throw fault(path, "the folder holds no files");
    return files;
  } catch (error) {
    throw unreadable(path, error);
  }
}

function isHidden(path: string): boolean {
  return path.split(sep).some((name) => name.startsWith("."));
}

async function* lines(file: string): AsyncGenerator<LogLines> {
  try {
    const splitter = new LineSplitter();
    for await (const text of textOf(file)) {
      const batch = splitter.push(text);
      if (batch.lines.length > 0) yield batch;
    }
    const rest = splitter.finish();
    if (rest.lines.length > 0) yield rest;
  } catch (error) {
    throw unreadable(file, error);
  }
}

async function* textOf(file: string): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const chunk of await bytesOf(file)) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

async function bytesOf(file: string): Promise<AsyncIterable<Uint8Array>> {
  const bytes = createReadStream(file);
  // A fault of the file reaches whoever reads from the end of the pipe.
  return (await isGzip(file)) ? pipeline(bytes, createGunzip(), () => undefined) : bytes;
}

async function isGzip(path: string): Promise<boolean> {
  await using file = await open(path, "r");
  const { buffer, bytesRead } = await file.read(new Uint8Array(2), 0, 2, 0);
  return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
}

/** Text in pieces to lines. */
class LineSplitter {
  #rest = "";
  /** The line begun was longer than allowed: its rest is skipped. */
  #isSkipping = false;
  #next = 1;

  push(text: string): LogLines {
    const pieces = (this.#rest + text).split("\n");
    this.#rest = pieces.pop() ?? "";
    const batch = this.#batch(pieces);
    if (this.#rest.length > LONGEST_LINE) {
      this.#rest = "";
      this.#isSkipping = true;
    }
    return batch;
  }

  /** The last line, where no line end closes it. */
  finish(): LogLines {
    return this.#batch(this.#rest === "" && !this.#isSkipping ? [] : [this.#rest]);
  }

  #batch(pieces: readonly string[]): LogLines {
    const first = this.#next;
    this.#next += pieces.length;
    const found = pieces.map((piece, index): string | null => {
      const isTooLong = (index === 0 && this.#isSkipping) || piece.length > LONGEST_LINE;
      return isTooLong ? null : piece.endsWith("\r") ? piece.slice(0, -1) : piece;
    });
    if (pieces.length > 0) this.#isSkipping = false;
    return { first, lines: found };
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  ENOTDIR: "there is no such file or folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
  Z_BUF_ERROR: "the gzip file ends too early",
  Z_DATA_ERROR: "the gzip file is damaged",
};

function unreadable(path: string, error: unknown): AstraError {
  if (isAstraError(error)) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return fault(path, REASONS[code] ?? (code || "unknown fault"), error);
}

function fault(path: string, reason: string, cause?: unknown): AstraError {
  return new AstraError("ASTRA_ACCESS_LOG_INVALID", `the log cannot be read: ${reason}`, {
    where: path,
    ...(cause !== undefined && { cause }),
  });
}
