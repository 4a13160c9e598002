/** Diagnostics whose library is loaded with the first line that is written. */
import type { Logger } from "../ports/logger.ts";
import type { Lazy } from "./lazy.ts";

export const DIAGNOSTICS_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type DiagnosticsLevel = (typeof DIAGNOSTICS_LEVELS)[number];

/**
 * Lines keep their order; `close` resolves when all are written.
 * @param secrets values that are taken out of every line
 */
export function lazyLogger(level: DiagnosticsLevel, secrets: readonly string[] = []): Lazy<Logger> {
  const least = DIAGNOSTICS_LEVELS.indexOf(level);
  let loaded: Promise<Logger> | null = null;
  let written: Promise<void> = Promise.resolve();
  const at =
    (name: keyof Logger): Logger["info"] =>
    (fields, message) => {
      if (DIAGNOSTICS_LEVELS.indexOf(name) < least) return;
      loaded ??= import("../adapters/system/pino-logger.ts").then((module) => module.pinoLogger({ level, secrets }));
      const logger = loaded;
      written = written.then(async () => (await logger)[name](fields, message));
    };
  return { port: { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") }, close: () => written };
}
