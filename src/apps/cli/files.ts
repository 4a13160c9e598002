/** Files named on the command line. */
import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { readFile, rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AstraError, type ErrorCode, isAstraError } from "../../core/errors.ts";

/** The JSON in a file. @throws AstraError with `code`, naming the file and, for a fault in it, the place. */
export async function readJson(path: string, code: ErrorCode): Promise<unknown> {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path));
  } catch (error) {
    throw new AstraError(code, `the file cannot be read: ${reasonOf(error)}`, {
      where: path,
      cause: error,
      fix: "Check the path and its permissions.",
    });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AstraError(code, "the file is not JSON", { where: path + placeOf(error, text), cause: error });
  }
}

/** `:line:column` of a fault that names its offset. */
function placeOf(error: unknown, text: string): string {
  const offset = /at position (\d+)/.exec(error instanceof Error ? error.message : "")?.[1];
  if (offset === undefined) return "";
  const before = text.slice(0, Number(offset)).split("\n");
  return `:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

/** Written whole or not at all: a file of the name is replaced only when everything is there. */
export async function writeNewFile(path: string, pieces: AsyncIterable<string | Uint8Array>): Promise<void> {
  const draft = `${path}.${randomUUID().slice(0, 8)}.part`;
  try {
    await pipeline(Readable.from(pieces), createWriteStream(draft, { flags: "wx" }));
    await rename(draft, path);
  } catch (error) {
    // Where there can be no such name, there is nothing to remove either; the fault that is told is the first one.
    await rm(draft, { force: true }).catch(() => undefined);
    if (isAstraError(error)) throw error;
    throw new AstraError("ASTRA_USAGE_INVALID", `the file cannot be written: ${reasonOf(error)}`, {
      where: path,
      cause: error,
      fix: "Choose a path that can be written.",
    });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  EACCES: "permission denied",
  EISDIR: "it is a folder",
  ENOSPC: "the disk is full",
  EROFS: "the file system is read-only",
  ENAMETOOLONG: "its name is too long",
};

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return REASONS[code] ?? (code || "it is not UTF-8 text");
}
