/** Which cluster the command line has started, so that a later call can show or stop it. */
import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { KAFKA_CACHE } from "./jars.ts";

const run = promisify(execFile);

/** Where the command line's cluster lives. */
export const RUN_DIR = join(KAFKA_CACHE, "run");
const STATE_FILE = join(KAFKA_CACHE, "run.json");

export interface RunState {
  readonly bootstrap: readonly string[];
  readonly pids: readonly number[];
  readonly secure: boolean;
}

/** The cluster started last, or undefined. */
export async function readState(): Promise<RunState | undefined> {
  try {
    const state: unknown = JSON.parse(await readFile(STATE_FILE, "utf8"));
    return isRunState(state) ? state : undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function isRunState(value: unknown): value is RunState {
  if (typeof value !== "object" || value === null) return false;
  return "bootstrap" in value && "pids" in value && Array.isArray(value.pids) && "secure" in value;
}

export async function writeState(state: RunState): Promise<void> {
  await mkdir(KAFKA_CACHE, { recursive: true });
  await writeFile(STATE_FILE, `${JSON.stringify(state)}\n`);
}

/** Forgets the cluster and deletes its data. */
export async function forgetState(): Promise<void> {
  await rm(STATE_FILE, { force: true });
  await rm(RUN_DIR, { recursive: true, force: true });
}

/** Its processes that still run; a pid that now belongs to something else is not among them. */
export async function livePids(state: RunState): Promise<number[]> {
  const live: number[] = [];
  for (const pid of state.pids) {
    try {
      const { stdout } = await run("ps", ["-ww", "-p", String(pid), "-o", "args="]);
      if (stdout.includes(RUN_DIR)) live.push(pid);
    } catch {
      // ps fails for a process that is gone.
    }
  }
  return live;
}
