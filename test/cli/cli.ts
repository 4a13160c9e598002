/** Runs the command line from outside, as a user's shell does. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

const MAIN = fileURLToPath(new URL("../../src/apps/cli/main.ts", import.meta.url));

export interface CliResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Command instead of `node src/apps/cli/main.ts`. */
  readonly command?: readonly [string, ...string[]];
}

/** Nothing of this machine's settings: no colours, no credentials, no configuration. */
function cleanEnvironment(env: Readonly<Record<string, string>> = {}): Record<string, string> {
  // Compiled once for all the processes of these tests.
  const NODE_COMPILE_CACHE = join(tmpdir(), "astra-test-compile-cache");
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: tmpdir(),
    NODE_COMPILE_CACHE,
    AWS_EC2_METADATA_DISABLED: "true",
    ...env,
  };
}

export function start(args: readonly string[], options: CliOptions = {}): ChildProcess {
  const [file, ...before] = options.command ?? [process.execPath, MAIN];
  return spawn(file, [...before, ...args], {
    cwd: options.cwd ?? tmpdir(),
    env: cleanEnvironment(options.env),
    stdio: ["ignore", "pipe", "pipe"],
  });
}

export async function astra(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const child = start(args, options);
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const [status] = (await once(child, "close")) as [number | null];
  return { status, stdout: stdout.join(""), stderr: stderr.join("") };
}

function collect(stream: ChildProcess["stdout"]): string[] {
  const pieces: string[] = [];
  stream?.setEncoding("utf8").on("data", (piece: string) => pieces.push(piece));
  return pieces;
}

/** The only line of standard output, parsed. */
export function oneLine(result: CliResult): Record<string, unknown> {
  expect(result.stdout.endsWith("\n"), result.stderr).toBe(true);
  expect(result.stdout.trimEnd().split("\n")).toHaveLength(1);
  return record(JSON.parse(result.stdout));
}

export function record(value: unknown): Record<string, unknown> {
  expect(value).toBeTypeOf("object");
  return value as Record<string, unknown>;
}

/** A folder of its own, removed at the end. */
export async function workFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "astra-cli-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

export interface RunningSandbox extends AsyncDisposable {
  readonly endpoint: string;
}

/** `astra sandbox` as a process, with keys A and S. @param options `byteScale`: bodies count as so many times their size */
export async function startSandboxProcess(
  bucket: string,
  options: CliOptions & { readonly byteScale?: number } = {},
): Promise<RunningSandbox> {
  const keys = ["--access-key", "A", "--secret-key", "S"];
  const scale = ["--byte-scale", String(options.byteScale ?? 1)];
  const child = start(["sandbox", "--port", "0", ...keys, ...scale, "--bucket", bucket, "--json"], options);
  const stderr = collect(child.stderr);
  const line = await firstLine(child);
  expect(line, stderr.join("")).not.toBe("");
  const endpoint = record(JSON.parse(line))["endpoint"];
  return {
    endpoint: String(endpoint),
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      await once(child, "close");
    },
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  let text = "";
  child.stdout?.setEncoding("utf8");
  for await (const piece of child.stdout ?? []) {
    text += String(piece);
    if (text.includes("\n")) break;
  }
  return text.split("\n")[0] ?? "";
}

/** An astra.yaml for a sandbox with keys A and S. */
export async function writeConfig(folder: string, endpoint: string, bucket: string): Promise<void> {
  const lines = [
    `bucket: ${bucket}`,
    "s3:",
    `  endpoint: ${endpoint}`,
    "  credentials: { access_key_id: A, secret_access_key: S }",
    "engine: { strategy: matrix }",
  ];
  await writeFile(join(folder, "astra.yaml"), `${lines.join("\n")}\n`);
}
