/** The folder of cases that several implementations share, beside the repository; an outsider's clone has none. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

const FOLDER = process.env["ASTRA_SHARED"] ?? resolve(import.meta.dirname, "../../../shared");

/** @returns the path inside the shared folder, or `null` where it is not there. */
export function sharedPath(...parts: readonly string[]): string | null {
  const path = join(FOLDER, ...parts);
  return existsSync(path) ? path : null;
}
