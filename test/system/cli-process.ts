/** The command line as its user runs it: a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";

const MAIN = resolve(import.meta.dirname, "../../src/apps/cli/main.ts");

export interface CliResult {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<CliResult>;
}

export function startCli(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): CliProcess {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { ...process.env, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  const ended = new Promise<CliResult>((done, failed) => {
    child.on("error", failed);
    child.on("close", (status, signal) => {
      done({ status, signal, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
    });
  });
  return { child, ended };
}

export async function runCli(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<CliResult> {
  return startCli(args, cwd, env).ended;
}

/** The last line of `--json` output. @throws with everything printed where the command failed */
export async function jsonOf(args: readonly string[], cwd: string): Promise<Record<string, unknown>> {
  const result = await runCli([...args, "--json"], cwd);
  if (result.status !== 0)
    throw new Error(`astra ${args.join(" ")} ended with ${result.status}:\n${result.stdout}${result.stderr}`);
  const json: unknown = JSON.parse(result.stdout.trimEnd().split("\n").at(-1) ?? "");
  if (typeof json !== "object" || json === null) throw new Error(`no JSON object: ${result.stdout}`);
  return Object.fromEntries(Object.entries(json));
}
