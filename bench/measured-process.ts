/**
 * Runs a piece of work in a fresh process: its CPU and memory are its own, and no round is warmed up by another. The process
 * is a bundle, as the command line is that users start.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { bundle } from "../tools/bundle.ts";
import { scratchFolder } from "./bench-context.ts";
import { type Outcome, type WorkDone, outcomeSchema, usageSchema } from "./outcome.ts";
import type { WorkName } from "./work-table.ts";

/** Of this process alone: another one may be measuring at the same time. */
const FOLDER = `.cache/bench-${process.pid}`;
const ENTRIES = { child: "bench/child.ts", "batch-worker": "src/apps/batch-worker.ts" };
let bundled: Promise<unknown> | null = null;

function makeBundle(): Promise<unknown> {
  process.once("exit", () => rmSync(join(import.meta.dirname, "..", FOLDER), { recursive: true, force: true }));
  return bundle(ENTRIES, FOLDER);
}

/**
 * @param profile folder for a V8 CPU profile
 * @throws Error where the process fails; what it wrote is on stderr
 */
export async function measure(name: WorkName, input: unknown, profile: string | null): Promise<Outcome> {
  const execArgv =
    profile === null
      ? []
      : ["--cpu-prof", `--cpu-prof-dir=${profile}`, `--cpu-prof-name=${name}-${Date.now()}.cpuprofile`];
  await using folder = await scratchFolder();
  const usage = join(folder.path, "usage.json");
  await (bundled ??= makeBundle());
  const startedMs = performance.now();
  const child = fork(join(import.meta.dirname, "..", FOLDER, "child.js"), [usage], {
    execArgv,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const ended = once(child, "exit");
  let done: WorkDone | null = null;
  child.once("message", (message) => {
    done = outcomeSchema.parse(message);
  });
  let unsent: Error | null = null;
  child.send({ name, input }, (error) => {
    unsent = error;
  });
  const [status, signal] = await ended;
  const processWallSeconds = (performance.now() - startedMs) / 1000;
  if (done === null || status !== 0)
    throw new Error(`the measured process of ${name} ended with ${status ?? signal}`, { cause: unsent });
  const cost = usageSchema.parse(JSON.parse(await readFile(usage, "utf8")));
  return { ...(done as WorkDone), ...cost, processWallSeconds };
}
