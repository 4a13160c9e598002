/** The sandbox in another process, so that its cost is not the client's. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { TallySums } from "./object-tally.ts";
import { type Stock, type Reply, replySchema } from "./sandbox-messages.ts";

export interface SandboxProcess extends AsyncDisposable {
  readonly endpoint: string;
  stock(what: Stock): Promise<void>;
  /** What lies in the bucket, read from the store itself. */
  tally(bucket: string): Promise<TallySums>;
}

/**
 * @param latencyMs added to every request
 * @param slowDownShare of the requests that are answered 503 SlowDown, 0 to 1
 */
export async function startSandboxProcess(latencyMs: number, slowDownShare = 0): Promise<SandboxProcess> {
  const child = fork(join(import.meta.dirname, "server.ts"), [], {
    execArgv: ["--max-old-space-size=4096"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const exited = once(child, "exit");
  const ask = async (request: object): Promise<Reply> => {
    const answered = once(child, "message");
    child.send(request);
    const [message] = await Promise.race([
      answered,
      exited.then(([status, signal]) => {
        throw new Error(`the sandbox process ended with ${status ?? signal}`);
      }),
    ]);
    return replySchema.parse(message);
  };
  const started = await ask({ kind: "start", latencyMs, slowDownShare });
  if (started.kind !== "started") throw new Error(`the sandbox process answered ${started.kind}`);
  return {
    endpoint: started.endpoint,
    async stock(what) {
      await ask({ kind: "stock", ...what });
    },
    async tally(bucket) {
      const reply = await ask({ kind: "tally", bucket });
      if (reply.kind !== "tallied") throw new Error(`the sandbox process answered ${reply.kind}`);
      const { kind: _, ...sums } = reply;
      return sums;
    },
    async [Symbol.asyncDispose]() {
      child.disconnect();
      await exited;
    },
  };
}
