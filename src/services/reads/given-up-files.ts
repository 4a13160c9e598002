/** Files that could not be read to their end, so that the others go on: how many, and the first of them. */
import { type ErrorCode, isAstraError } from "../../core/errors.ts";
import type { TelemetryFile } from "./telemetry-files.ts";

/** A file, or a place in it, and what is wrong. */
export interface GivenUp {
  readonly where: string;
  readonly message: string;
}

const SHOWN = 20;

/** Faults of one file; all others are the surroundings'. */
const OF_ONE_FILE = [
  "ASTRA_TRAIL_INVALID",
  "ASTRA_ACCESS_LOG_INVALID",
  "ASTRA_OBJECT_MISSING",
  "ASTRA_OBJECT_ARCHIVED",
  "ASTRA_OBJECT_CHANGED",
  "ASTRA_STORE_INTEGRITY",
] as const satisfies readonly ErrorCode[];

export class GivenUpFiles {
  count = 0;
  readonly first: GivenUp[] = [];

  /** @throws the error itself where it is not the file's */
  add({ name }: TelemetryFile, error: unknown): void {
    if (!isAstraError(error, ...OF_ONE_FILE)) throw error;
    const { where = name, message } = error;
    this.count += 1;
    if (this.first.length < SHOWN) this.first.push({ where, message });
  }
}
