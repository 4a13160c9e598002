/**
 * Log files of this machine, line by line, plain or gzipped (told by their first bytes, not by their names).
 *
 * Guarantees: every line comes once, in the file's order; memory does not grow with a file, nor with a line. Bytes that
 * are no UTF-8 become U+FFFD. Hidden files and links below a folder are left out.
 *
 * Errors: ASTRA_ACCESS_LOG_INVALID naming the file; the lines before a fault have been given.
 */

/** Lines that follow each other. */
export interface LogLines {
  /** Number of the first one, from 1. */
  readonly first: number;
  /** Without line ends; `null` for a line longer than any record. */
  readonly lines: readonly (string | null)[];
}

export interface LogFiles {
  /** A file itself, or all files below a folder, by name. A folder without any is refused. */
  find(path: string): Promise<readonly string[]>;
  lines(file: string): AsyncIterable<LogLines>;
}
