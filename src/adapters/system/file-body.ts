/** Bodies from files below configured folders. */
import { constants } from "node:fs";
import { type FileHandle, open, realpath, stat } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { AstraError, isAstraError } from "../../core/errors.ts";
import type { OpenBody } from "../../ports/body-source.ts";

const CHUNK_BYTES = 256 * 1024;

/**
 * `file:///path` or `file:path` (relative to the working directory). The file is held open only while it is read.
 * @throws AstraError ASTRA_BODY_MISSING, ASTRA_BODY_FORBIDDEN
 */
export async function openFileBody(uri: string, roots: readonly string[]): Promise<OpenBody> {
  const path = pathOf(uri);
  const real = await realPathOf(path, uri);
  await checkRoots(real, roots, uri);
  const found = await stat(real).catch((error: unknown) => {
    throw missing(uri, error);
  });
  if (!found.isFile())
    throw new AstraError("ASTRA_BODY_FORBIDDEN", "the source is no regular file", {
      where: uri,
      fix: "Name a regular file.",
    });
  return { chunks: chunksOf({ path, real, roots, uri }), sizeBytes: found.size };
}

interface CheckedFile {
  readonly path: string;
  readonly real: string;
  readonly roots: readonly string[];
  readonly uri: string;
}

function pathOf(uri: string): string {
  try {
    if (/^file:\/\//i.test(uri)) return fileURLToPath(new URL(uri));
    return resolve(decodeURIComponent(uri.slice("file:".length)));
  } catch (error) {
    throw new AstraError("ASTRA_BODY_FORBIDDEN", "a file: body must name a path of this machine", {
      where: uri,
      cause: error,
      fix: "Write file:///ABSOLUTE/PATH or file:RELATIVE/PATH.",
    });
  }
}

async function realPathOf(path: string, uri: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    throw missing(uri, error);
  }
}

async function checkRoots(real: string, roots: readonly string[], uri: string): Promise<void> {
  for (const root of roots) {
    const realRoot = await realpath(root).catch(() => null);
    if (realRoot === null) continue;
    const inside = realRoot.endsWith(sep) ? realRoot : realRoot + sep;
    if (real === realRoot) return;
    if (!real.startsWith(inside)) continue;
    if (isPrivate(real.slice(inside.length))) throw privateFile(uri);
    return;
  }
  throw new AstraError("ASTRA_BODY_FORBIDDEN", "the file lies outside of the folders that bodies may be read from", {
    where: uri,
    fix: `Add its folder to \`ingest.file_roots\` (now: ${roots.join(", ") || "none"}).`,
  });
}

/** Hidden files and folders (Astra's own log and state among them) and Astra's configuration: they may hold secrets. */
function isPrivate(below: string): boolean {
  const names = below.split(sep);
  return names.some((name) => name.startsWith(".")) || /^astra\.ya?ml$/i.test(names.at(-1) ?? "");
}

function privateFile(uri: string): AstraError {
  return new AstraError("ASTRA_BODY_FORBIDDEN", "hidden files and Astra's own configuration are never read as bodies", {
    where: uri,
    fix: "Name a file that is meant to be uploaded.",
  });
}

/**
 * Opens what was checked. O_NONBLOCK: opening a FIFO must not wait for a writer; O_NOFOLLOW: the last name was no link a
 * moment ago. A folder on the way may have become one since, so what was opened must still be what the path names.
 */
async function openChecked({ path, real, roots, uri }: CheckedFile): Promise<FileHandle> {
  const handle = await open(real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    const opened = await handle.stat();
    const again = await realPathOf(path, uri);
    await checkRoots(again, roots, uri);
    const now = await stat(again);
    if (opened.isFile() && now.dev === opened.dev && now.ino === opened.ino) return handle;
    throw new AstraError("ASTRA_BODY_MISSING", "the file was replaced while it was opened", {
      where: uri,
      retryable: true,
    });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function* chunksOf(file: CheckedFile): AsyncGenerator<Uint8Array> {
  let handle: FileHandle | null = null;
  try {
    handle = await openChecked(file);
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw isAstraError(error) ? error : missing(file.uri, error);
  } finally {
    await handle?.close();
  }
}

function missing(uri: string, cause: unknown): AstraError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (code === "EACCES" || code === "EPERM") {
    return new AstraError("ASTRA_BODY_MISSING", "the file cannot be read: permission denied", { where: uri, cause });
  }
  if (code === "ENOENT" || code === "ENOTDIR")
    return new AstraError("ASTRA_BODY_MISSING", "there is no such file", { where: uri, cause });
  return new AstraError("ASTRA_BODY_MISSING", `the file cannot be read (${code || "unknown fault"})`, {
    where: uri,
    cause,
    retryable: true,
  });
}
