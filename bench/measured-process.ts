/** Runs a piece of work in a fresh process: its CPU and memory are its own, and no round is warmed up by another. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { type Outcome, outcomeSchema } from "./outcome.ts";
import type { WorkName } from "./work-table.ts";

/**
 * @param profile folder for a V8 CPU profile
 * @throws Error where the process fails; what it wrote is on stderr
 */
export async function measure(name: WorkName, input: unknown, profile: string | null): Promise<Outcome> {
  const execArgv =
    profile === null
      ? []
      : ["--cpu-prof", `--cpu-prof-dir=${profile}`, `--cpu-prof-name=${name}-${Date.now()}.cpuprofile`];
  const child = fork(join(import.meta.dirname, "child.ts"), [], {
    execArgv,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const ended = once(child, "exit");
  let outcome: Outcome | null = null;
  child.once("message", (message) => {
    outcome = outcomeSchema.parse(message);
  });
  let unsent: Error | null = null;
  child.send({ name, input }, (error) => {
    unsent = error;
  });
  const [status, signal] = await ended;
  if (outcome === null || status !== 0)
    throw new Error(`the measured process of ${name} ended with ${status ?? signal}`, { cause: unsent });
  return outcome;
}
