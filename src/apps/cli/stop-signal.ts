/** The first Ctrl-C ends new work and finishes what has begun; the second stops at once. */
import { EXIT } from "../../core/errors.ts";

const STOPPING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** @param onFirst told once, when the first signal arrives. */
export function stopSignal(onFirst: () => void): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
    onFirst();
  };
  for (const name of STOPPING) process.on(name, stop);
  return controller.signal;
}
