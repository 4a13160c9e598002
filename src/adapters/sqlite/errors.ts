/** SQLite's result codes in Astra's words. https://www.sqlite.org/rescode.html */
import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { AstraError, type ErrorCode, toAstraError } from "../../core/errors.ts";

const PRIMARY = {
  permission: 3,
  busy: 5,
  locked: 6,
  readOnly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
} as const;

/** Less than this left on the disk, and an I/O error is taken for a full disk. */
const FULL_BELOW_BYTES = 1024 * 1024;

/** The primary result code of an error thrown by `node:sqlite`; `null` for any other error. */
function resultCode(error: unknown): number | null {
  if (typeof error !== "object" || error === null || !("errcode" in error)) return null;
  return typeof error.errcode === "number" ? error.errcode & 0xff : null;
}

/** Another connection holds the lock; the same call may succeed later. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === PRIMARY.busy || code === PRIMARY.locked;
}

/** Any error met while working on the file at `path`, as the AstraError that leaves the adapter. */
export function fileError(error: unknown, path: string): AstraError {
  if (error instanceof AstraError) return error;
  const [code, what] = classify(error, path);
  if (code === null) return toAstraError(error);
  const detail = error instanceof Error ? error.message : String(error);
  return new AstraError(code, `${path}: ${what} (${detail})`, {
    where: path,
    cause: error,
    retryable: code === "ASTRA_STATE_BUSY" || code === "ASTRA_STATE_FULL",
  });
}

function classify(error: unknown, path: string): readonly [ErrorCode | null, string] {
  switch (resultCode(error) ?? systemCode(error)) {
    case PRIMARY.full:
    case "ENOSPC":
    case "EDQUOT":
      return ["ASTRA_STATE_FULL", "no room left"];
    case PRIMARY.busy:
    case PRIMARY.locked:
      return ["ASTRA_STATE_BUSY", "another process holds the write lock"];
    case PRIMARY.corrupt:
    case PRIMARY.notADatabase:
      return ["ASTRA_STATE_CORRUPT", "the file is damaged or is no database"];
    case PRIMARY.io:
      return isDiskFull(path)
        ? ["ASTRA_STATE_FULL", "no room left on the disk"]
        : ["ASTRA_STATE_UNREADABLE", "the file cannot be read or written"];
    case PRIMARY.readOnly:
    case "EROFS":
      return ["ASTRA_STATE_UNREADABLE", "the file cannot be written"];
    case PRIMARY.permission:
    case PRIMARY.cannotOpen:
    case "EACCES":
    case "EPERM":
    case "ENOTDIR":
    case "EEXIST":
    case "ENOENT":
      return ["ASTRA_STATE_UNREADABLE", "the file cannot be opened"];
    default:
      return [null, ""];
  }
}

function systemCode(error: unknown): string | null {
  if (typeof error !== "object" || error === null || !("code" in error)) return null;
  return typeof error.code === "string" ? error.code : null;
}

function isDiskFull(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize < FULL_BELOW_BYTES;
  } catch {
    // The directory itself cannot be asked: whatever is wrong, it was not shown to be the room.
    return false;
  }
}
