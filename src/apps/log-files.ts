/** Wires files of telemetry to those of this machine. */
import type { LogFiles } from "../ports/log-files.ts";

/** Log files of this machine. */
export async function openLogFiles(): Promise<LogFiles> {
  const { localLogFiles } = await import("../adapters/system/log-files.ts");
  return localLogFiles();
}
