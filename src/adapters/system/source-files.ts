/** Files that a command names, on this machine. */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { AstraError, isAstraError } from "../../core/errors.ts";
import type { SourceFile, SourceFiles } from "../../ports/source-files.ts";
import { filesBelow, piecesOf } from "./local-files.ts";

export function localSourceFiles(): SourceFiles {
  return { find, bytes };
}

async function find(path: string): Promise<readonly SourceFile[]> {
  try {
    const found = await stat(path);
    if (!found.isDirectory()) return [await fileAt(resolve(path))];
    const files: SourceFile[] = [];
    for (const file of await filesBelow(path)) files.push(await fileAt(file));
    return files;
  } catch (error) {
    throw faultOf(path, error);
  }
}

async function fileAt(path: string): Promise<SourceFile> {
  const found = await stat(path);
  // A pipe or a device may have no end, and a name in somebody's manifest must not open one.
  if (!found.isFile()) {
    throw new AstraError("ASTRA_INVENTORY_INVALID", "it is neither a file nor a folder", { where: path });
  }
  const { size, mtimeMs } = found;
  return { path, sizeBytes: size, modifiedMs: Math.floor(mtimeMs) };
}

async function* bytes(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* piecesOf(path);
  } catch (error) {
    throw faultOf(path, error);
  }
}

const REASONS: Readonly<Record<string, string>> = { EACCES: "permission denied", EPERM: "permission denied" };

function faultOf(path: string, error: unknown): AstraError {
  if (isAstraError(error)) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT" || code === "ENOTDIR") {
    const fix = "Check the path.";
    return new AstraError("ASTRA_INVENTORY_MISSING", "there is no such file or folder", {
      where: path,
      fix,
      cause: error,
    });
  }
  const reason = REASONS[code] ?? (code || "unknown fault");
  return new AstraError("ASTRA_INVENTORY_INVALID", `the file cannot be read: ${reason}`, { where: path, cause: error });
}
