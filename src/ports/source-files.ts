/**
 * Files of this machine that a command names.
 *
 * Guarantees: paths come whole and in order; memory does not grow with a file. Hidden files and links below a folder are
 * left out.
 *
 * Errors: ASTRA_INVENTORY_MISSING, ASTRA_INVENTORY_INVALID naming the file.
 */

/** A file. */
export interface SourceFile {
  /** Absolute. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** Files of this machine. */
export interface SourceFiles {
  /** The file itself, or all files below a folder, by path. */
  find(path: string): Promise<readonly SourceFile[]>;
  bytes(path: string): AsyncIterable<Uint8Array>;
}
