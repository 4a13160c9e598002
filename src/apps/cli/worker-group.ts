/** Several processes of this program as members of one consumer group, started, watched and summed up by this one. */
import { type ChildProcess, spawn } from "node:child_process";
import { z } from "zod";
import { AstraError, ERRORS, EXIT } from "../../core/errors.ts";
import type { ConsumeEventsResult } from "../../services/consume-events.ts";
import type { Terminal } from "./terminal.ts";
import { STOP_MESSAGE } from "./worker-link.ts";

/** A worker that died by a signal is started again this often; then something is wrong that a restart does not mend. */
const MOST_RESTARTS = 3;

const count = z.number().int().nonnegative();
const workerResult = z.object({
  ok: z.literal(true),
  topic: z.string(),
  group: z.string(),
  consumed: count,
  uploaded: count,
  deadLettered: count,
  duplicates: count,
  alreadyApplied: count,
  batchesLost: count,
});
const workerError = z.object({
  ok: z.literal(false),
  error: z.object({ code: z.string(), message: z.string(), where: z.string().nullable(), fix: z.string() }),
});

export interface WorkerGroupResult {
  readonly sum: ConsumeEventsResult;
  readonly restarts: number;
  /** 0 where every worker ended well, else the first other status. */
  readonly exitCode: number;
}

export async function runWorkers(input: {
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
}): Promise<WorkerGroupResult> {
  const args = workerArguments(process.argv.slice(2));
  const outcomes = await Promise.all(
    Array.from({ length: input.workers }, (_, index) => runWorker(args, index + 1, input)),
  );
  const results = outcomes.flatMap(({ result }) => (result ? [result] : []));
  const first = results[0];
  const failed = outcomes.find(({ exitCode }) => exitCode !== EXIT.done);
  if (failed?.error || !first) throw failed?.error ?? new AstraError("ASTRA_INTERNAL", "no worker came to a result");
  const total = (
    name: "consumed" | "uploaded" | "deadLettered" | "duplicates" | "alreadyApplied" | "batchesLost",
  ): number => results.reduce((sum, result) => sum + result[name], 0);
  return {
    sum: {
      topic: first.topic,
      group: first.group,
      consumed: total("consumed"),
      uploaded: total("uploaded"),
      deadLettered: total("deadLettered"),
      duplicates: total("duplicates"),
      alreadyApplied: total("alreadyApplied"),
      batchesLost: total("batchesLost"),
    },
    restarts: outcomes.reduce((sum, outcome) => sum + outcome.restarts, 0),
    exitCode: failed?.exitCode ?? EXIT.done,
  };
}

/** The same call for one worker, its result as JSON. */
function workerArguments(args: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? "";
    if (arg === "--workers") index += 1;
    else if (!arg.startsWith("--workers=") && arg !== "--json") kept.push(arg);
  }
  return [...kept, "--json"];
}

interface WorkerOutcome {
  readonly exitCode: number;
  readonly restarts: number;
  readonly result: ConsumeEventsResult | null;
  readonly error: AstraError | null;
}

async function runWorker(
  args: readonly string[],
  number: number,
  { signal, terminal }: Parameters<typeof runWorkers>[0],
): Promise<WorkerOutcome> {
  for (let restarts = 0; ; restarts += 1) {
    const end = await runOnce(args, signal);
    const outcome = { restarts, result: end.result, error: end.error };
    if (end.killedBy === null) return { ...outcome, exitCode: end.exitCode };
    const text = `worker ${number} was ended by ${end.killedBy}`;
    if (restarts >= MOST_RESTARTS || signal.aborted) {
      const error = new AstraError("ASTRA_INTERNAL", text, {
        fix: "See the system's log for what ended it; nothing committed is lost.",
      });
      return { ...outcome, exitCode: EXIT.failed, error };
    }
    terminal.warn(`${text}; starting it again (${restarts + 1} of ${MOST_RESTARTS}).`);
  }
}

interface EndedWorker {
  readonly exitCode: number;
  readonly killedBy: string | null;
  readonly result: ConsumeEventsResult | null;
  readonly error: AstraError | null;
}

async function runOnce(args: readonly string[], signal: AbortSignal): Promise<EndedWorker> {
  const script = process.argv[1] ?? "";
  const child = spawn(process.execPath, [...process.execArgv, script, ...args], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const stop = (): void => {
    if (child.connected) child.send(STOP_MESSAGE);
  };
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const [exitCode, killedBy] = await ended(child);
    return { exitCode: exitCode ?? EXIT.failed, killedBy, ...readResult(output) };
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function ended(child: ChildProcess): Promise<[number | null, string | null]> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve([code, signal]));
  });
}

function readResult(output: string): Pick<EndedWorker, "result" | "error"> {
  const line = output.trimEnd().split("\n").at(-1) ?? "";
  if (line === "") return { result: null, error: null };
  const json: unknown = JSON.parse(line);
  const failure = workerError.safeParse(json);
  if (!failure.success) return { result: workerResult.parse(json), error: null };
  const { code, message, where, fix } = failure.data.error;
  const known = ERRORS.find((spec) => spec.code === code);
  return {
    result: null,
    error: new AstraError(known?.code ?? "ASTRA_INTERNAL", message, { fix, ...(where !== null && { where }) }),
  };
}
