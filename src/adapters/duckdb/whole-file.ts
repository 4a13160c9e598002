/** Files that are on the disk whole, or not at all. */
import { createHash } from "node:crypto";
import { closeSync, fsyncSync, openSync, readSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { AstraError } from "../../core/errors.ts";

const STEP_BYTES = 1 << 20;

/** Writes text beside its place, then puts it there. @throws AstraError ASTRA_FILE_UNWRITABLE */
export function writeWhole(path: string, text: string): void {
  const draft = `${path}.tmp`;
  guarded(path, () => {
    writeFileSync(draft, text);
    putInPlace(draft, path);
  });
}

/** Makes a written file durable under its name. */
export function putInPlace(draft: string, path: string): void {
  sync(draft);
  renameSync(draft, path);
  sync(dirname(path));
}

function sync(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** @throws AstraError ASTRA_FILE_UNWRITABLE for what the system refuses */
export function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new AstraError("ASTRA_FILE_UNWRITABLE", `${path} can't be written`, { where: path, cause: error });
  }
}

export interface FileFacts {
  readonly sizeBytes: number;
  /** SHA-256, hex. */
  readonly sha256: string;
}

/** @returns `null` where there is no such file, or it can't be read */
export function fileFacts(path: string): FileFacts | null {
  try {
    const sum = createHash("sha256");
    const file = openSync(path, "r");
    try {
      const step = Buffer.alloc(Math.max(1, Math.min(STEP_BYTES, statSync(path).size)));
      for (let got = readSync(file, step); got > 0; got = readSync(file, step)) sum.update(step.subarray(0, got));
      return { sizeBytes: statSync(path).size, sha256: sum.digest("hex") };
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}
