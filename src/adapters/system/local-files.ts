/** Reading files of this machine that a user named, whatever is in them. */
import { open, readdir } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";

/** Bytes read at a time. */
const PIECE_BYTES = 1024 * 1024;

/** Plain files below a folder, by path; hidden ones, and those in hidden folders, are left out. Links are not followed. */
export async function filesBelow(path: string): Promise<readonly string[]> {
  const folder = resolve(path);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !isHidden(relative(folder, file)))
    .toSorted();
}

function isHidden(path: string): boolean {
  return path.split(sep).some((name) => name.startsWith("."));
}

/** A file in pieces, each good until the next one is asked for. */
export async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  await using file = await open(path, "r");
  const piece = new Uint8Array(PIECE_BYTES);
  for (;;) {
    const { bytesRead } = await file.read(piece, 0, piece.length, null);
    if (bytesRead === 0) return;
    yield piece.subarray(0, bytesRead);
  }
}
