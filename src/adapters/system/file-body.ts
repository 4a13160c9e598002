/** Bodies from files below configured folders. */
import { constants } from "node:fs";
import { type FileHandle, open, realpath, stat } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { AstraError } from "../../core/errors.ts";
import type { OpenBody } from "../../ports/body-source.ts";

const CHUNK_BYTES = 256 * 1024;

/**
 * Opens `file:///path` or `file:path` (relative to the working directory).
 * @throws AstraError ASTRA_BODY_MISSING, ASTRA_BODY_FORBIDDEN
 */
export async function openFileBody(uri: string, roots: readonly string[]): Promise<OpenBody> {
  const asked = pathOf(uri);
  const real = await realPathOf(asked, uri);
  await checkRoots(real, roots, uri);
  // O_NONBLOCK: opening a FIFO must not wait for a writer. O_NOFOLLOW: the last name was no link a moment ago.
  const handle = await open(real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW).catch((error: unknown) => {
    throw missing(uri, error);
  });
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw new AstraError("ASTRA_BODY_FORBIDDEN", "the source is no regular file", { where: uri, fix: "Name a regular file." });
    await checkUnmoved(asked, found, roots, uri);
    return { chunks: chunksOf(handle, uri), sizeBytes: found.size };
  } catch (error) {
    await handle.close();
    throw error;
  }
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
    if (realRoot !== null && (real === realRoot || real.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep))) return;
  }
  throw new AstraError("ASTRA_BODY_FORBIDDEN", "the file lies outside of the folders that bodies may be read from", {
    where: uri,
    fix: `Add its folder to \`ingest.file_roots\` (now: ${roots.join(", ") || "none"}).`,
  });
}

/** A folder on the way may have become a link between check and open: what was opened must still be what the path names. */
async function checkUnmoved(asked: string, opened: { dev: number; ino: number }, roots: readonly string[], uri: string): Promise<void> {
  const real = await realPathOf(asked, uri);
  await checkRoots(real, roots, uri);
  const now = await stat(real).catch(() => null);
  if (now?.dev === opened.dev && now.ino === opened.ino) return;
  throw new AstraError("ASTRA_BODY_MISSING", "the file was replaced while it was opened", { where: uri, retryable: true });
}

async function* chunksOf(handle: FileHandle, uri: string): AsyncGenerator<Uint8Array> {
  try {
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw missing(uri, error);
  } finally {
    await handle.close();
  }
}

function missing(uri: string, cause: unknown): AstraError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (code === "EACCES" || code === "EPERM") {
    return new AstraError("ASTRA_BODY_MISSING", "the file cannot be read: permission denied", { where: uri, cause });
  }
  if (code === "ENOENT" || code === "ENOTDIR") return new AstraError("ASTRA_BODY_MISSING", "there is no such file", { where: uri, cause });
  return new AstraError("ASTRA_BODY_MISSING", `the file cannot be read (${code || "unknown fault"})`, { where: uri, cause, retryable: true });
}
