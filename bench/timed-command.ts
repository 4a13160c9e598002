/** Runs somebody else's program and tells what the whole of it cost, as the kernel counts it for a child that has ended. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Round } from "./bench-case.ts";
import { scratchFolder } from "./bench-context.ts";

export interface CommandRun {
  readonly round: Round;
  readonly stdout: string;
}

/**
 * @param units of work that the program did
 * @throws Error with the first line of what a failing program wrote on stderr
 */
export async function timedCommand(
  command: string,
  args: readonly string[],
  units: number,
  env: Readonly<Record<string, string>> = {},
): Promise<CommandRun> {
  await using folder = await scratchFolder();
  const [out, errors, times] = ["out", "errors", "times"].map((name) => join(folder.path, name));
  if (out === undefined || errors === undefined || times === undefined)
    throw new RangeError("three names are three paths");
  const script = `TIMEFORMAT="%U %S %R"; { time "$@" > "$OUT" 2> "$ERRORS"; } 2> "$TIMES"`;
  const files = { OUT: out, ERRORS: errors, TIMES: times, LC_ALL: "C" };
  try {
    await promisify(execFile)("bash", ["-c", script, "bash", command, ...args], {
      env: { ...process.env, ...env, ...files },
    });
  } catch (error) {
    const [reason = ""] = (await readFile(errors, "utf8").catch(() => "")).split("\n", 1);
    throw new Error(`${command} ${args[0] ?? ""} failed: ${reason}`, { cause: error });
  }
  const words = (await readFile(times, "utf8")).trim().split(/\s+/).map(Number);
  const [user = Number.NaN, system = Number.NaN, wallSeconds = Number.NaN] = words;
  const cpuSeconds = user + system;
  const round = { phase: { units, wallSeconds, cpuSeconds }, rssPeakBytes: Number.NaN, processCpuSeconds: cpuSeconds };
  return { round, stdout: await readFile(out, "latin1") };
}
