/** A server in a process of its own: started, awaited, and stopped by its own handle. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

export interface ServerProcess extends AsyncDisposable {
  readonly endpoint: string;
}

const START_LIMIT_MS = 60_000;

/** @throws where the server ends, or does not answer HTTP within a minute; its last output is in the message. */
export async function startServer(
  command: string,
  args: readonly string[],
  endpoint: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const child = spawn(command, [...args], { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
  let output = "";
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-2000);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  try {
    await untilAnswering(child, endpoint);
  } catch (error) {
    await stop();
    throw new Error(`${command} did not start: ${output}`, { cause: error });
  }
  return { endpoint, [Symbol.asyncDispose]: stop };
}

async function untilAnswering(child: ChildProcess, endpoint: string): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`it ended with status ${child.exitCode}`);
    const answered = await fetch(endpoint).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${endpoint} did not answer`);
}
