/**
 * Files of telemetry on this machine (access logs, trails), as bytes.
 *
 * Guarantees: memory does not grow with a file. Hidden files and links below a folder are left out.
 *
 * Errors: ASTRA_ACCESS_LOG_INVALID naming the file; the bytes before a fault have been given.
 */

/** A file, and what changes with its content as far as the file system tells. */
export interface LogFile {
  readonly path: string;
  readonly mark: string;
}

export interface LogFiles {
  /** A file itself, or all files below a folder, by name. A folder without any is refused. */
  find(path: string): Promise<readonly LogFile[]>;
  /** As stored, in pieces; each is valid until the next is asked for. */
  bytes(path: string): AsyncIterable<Uint8Array>;
}
