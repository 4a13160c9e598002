/** Which dead letters a command line means. */
import type { RecordPosition } from "../../ports/event-log.ts";
import type { DeadLetterChoice } from "../../services/dead-letters/settle.ts";
import type { Call } from "./call.ts";
import type { ArgumentSpec, OptionSpec } from "./command.ts";
import { usageError } from "./parse-options.ts";

export const PLACES: ArgumentSpec = { form: "[place...]", summary: "PARTITION/OFFSET of a dead letter." };

export const CHOICE_OPTIONS: readonly OptionSpec[] = [
  { flags: "--all", summary: "Every dead letter that waits, in place of named ones." },
  { flags: "--code <code>", summary: "With --all, only those set aside for this reason.", parse: errorCode },
];

/** @throws AstraError ASTRA_USAGE_INVALID */
export function choiceOf(call: Call): DeadLetterChoice {
  const named = call.arguments;
  const code = call.text("code");
  if (call.has("all")) {
    if (named.length > 0) throw usageError("--all and named dead letters exclude each other", "Give one of them.");
    return code === undefined ? { kind: "waiting" } : { kind: "waiting", code };
  }
  if (named.length === 0)
    throw usageError("no dead letter is named", "Name them as `astra dlq list` shows them, or add --all.");
  if (code !== undefined) throw usageError("--code chooses among all that wait", "Add --all, and name no dead letter.");
  return { kind: "places", places: named.map(deadLetterPlace) };
}

/** `0/12`. @throws AstraError ASTRA_USAGE_INVALID */
export function deadLetterPlace(text: string): RecordPosition {
  const match = /^(\d{1,9})\/(\d{1,18})$/.exec(text);
  if (match) return { partition: Number(match[1]), offset: BigInt(match[2] ?? 0) };
  throw usageError(
    `${JSON.stringify(text)} is no place of a dead letter`,
    "Name it as `astra dlq list` shows it: PARTITION/OFFSET, such as 0/12.",
  );
}

/** A code as errors show it. @throws AstraError ASTRA_USAGE_INVALID */
export function errorCode(text: string): string {
  if (/^ASTRA_[A-Z_]{1,60}$/.test(text)) return text;
  throw usageError(
    `${JSON.stringify(text)} is no error code`,
    "Codes look like ASTRA_EVENT_INVALID; docs/errors.md lists them.",
  );
}
