/** Diagnostics as JSON lines on stderr. */
import { type DestinationStream, destination, pino } from "pino";
import type { Logger } from "../../ports/logger.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Fields that may hold a secret, at the top and one level down. */
const SECRETS = [
  "password",
  "secret",
  "secretAccessKey",
  "secret_access_key",
  "sessionToken",
  "session_token",
  "token",
  "authorization",
  "credentials",
];

const STDERR = 2;

/** @param to where lines go; stderr, written at once, where absent. */
export function pinoLogger(level: LogLevel, to: DestinationStream = destination({ dest: STDERR, sync: true })): Logger {
  const redact = { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), censor: "[secret]" };
  const logger = pino({ level, base: { pid: process.pid }, redact, timestamp: pino.stdTimeFunctions.isoTime }, to);
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
  };
}
