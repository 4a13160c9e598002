/** The first Ctrl-C ends new work and finishes what has begun; the second stops at once. */
import { EXIT } from "../../core/errors.ts";

const STOPPING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * What asks by SIGTERM kills soon after: containers by default after ten seconds. What cannot be finished by then ends
 * here, and is taken up by the next start as after a crash.
 */
const PATIENCE_MS = 9_000;

export interface StopListener {
  /** Told once, when the first signal arrives. */
  onFirst(): void;
  /** Told before the process ends with work unfinished. */
  onLate(): void;
}

export function stopSignal(listener: StopListener): AbortSignal {
  const controller = new AbortController();
  const stop = (name: (typeof STOPPING)[number]): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
    listener.onFirst();
    if (name === "SIGTERM") setTimeout(giveUp, PATIENCE_MS, listener).unref();
  };
  for (const name of STOPPING) process.on(name, () => stop(name));
  return controller.signal;
}

function giveUp(listener: StopListener): void {
  listener.onLate();
  process.exit(EXIT.interrupted);
}
