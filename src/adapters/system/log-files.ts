/** Log files on this machine. */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { AstraError, isAstraError } from "../../core/errors.ts";
import type { LogFile, LogFiles } from "../../ports/log-files.ts";
import { filesBelow, piecesOf } from "./local-files.ts";

export function localLogFiles(): LogFiles {
  return { find, bytes };
}

async function find(path: string): Promise<readonly LogFile[]> {
  try {
    const found = await stat(path);
    if (found.isFile()) return [await fileAt(resolve(path))];
    if (!found.isDirectory()) throw fault(path, "it is neither a file nor a folder");
    const paths = await filesBelow(path);
    if (paths.length === 0) throw fault(path, "the folder holds no files");
    const files: LogFile[] = [];
    for (const file of paths) files.push(await fileAt(file));
    return files;
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function fileAt(path: string): Promise<LogFile> {
  const { size, mtimeNs, ino } = await stat(path, { bigint: true });
  return { path, mark: `${size}-${mtimeNs}-${ino}` };
}

async function* bytes(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* piecesOf(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  ENOTDIR: "there is no such file or folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
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
