/** Diagnostics as JSON lines on stderr. */
import { type DestinationStream, destination, pino } from "pino";
import type { Logger } from "../../ports/logger.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Fields that may hold a secret, at the top and up to three levels down. */
const SECRETS = [
  "password",
  "secret",
  "secretAccessKey",
  "secret_access_key",
  "sessionToken",
  "session_token",
  "externalId",
  "external_id",
  "token",
  "authorization",
  "credentials",
  "sasl",
];
const DEPTHS = ["", "*.", "*.*.", "*.*.*."];
const CENSOR = "[secret]";
/** What is shorter stands in ordinary words as well; no provider makes secrets so short. */
const LEAST_SECRET_LENGTH = 8;

const STDERR = 2;

export interface PinoLoggerOptions {
  readonly level: LogLevel;
  /** Values that are replaced wherever they stand in a line: in a message, an address, the text of another's error. */
  readonly secrets?: readonly string[];
  /** Where lines go; stderr, written at once, where absent. */
  readonly to?: DestinationStream;
}

/** One JSON object a line: level, time, pid, the fields and `msg`. */
export function pinoLogger({ level, secrets = [], to }: PinoLoggerOptions): Logger {
  const logger = pino(
    {
      level,
      base: { pid: process.pid },
      redact: { paths: SECRETS.flatMap((name) => DEPTHS.map((depth) => `${depth}${name}`)), censor: CENSOR },
      timestamp: pino.stdTimeFunctions.isoTime,
      hooks: { streamWrite: scrubber(secrets) },
    },
    to ?? destination({ dest: STDERR, sync: true }),
  );
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
  };
}

/** Takes secrets out of a line as they stand in JSON, in an address, and as they are. */
function scrubber(secrets: readonly string[]): (line: string) => string {
  const forms = secrets
    .flatMap((secret) => (secret.length < LEAST_SECRET_LENGTH ? [] : formsOf(secret)))
    .toSorted((a, b) => b.length - a.length);
  return (line) => forms.reduce((text, form) => text.replaceAll(form, CENSOR), line);
}

function formsOf(secret: string): readonly string[] {
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret.toWellFormed())];
}
