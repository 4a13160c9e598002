/** A command as data: name, words for the help, arguments and options, and what it does. */
import type { Call } from "./call.ts";

export const GROUPS = ["Start here", "Events and objects", "Decide and move", "Look", "Operate"] as const;
export type Group = (typeof GROUPS)[number];

export interface OptionSpec {
  /** `--size <size>`. */
  readonly flags: string;
  readonly summary: string;
  /** @throws AstraError ASTRA_USAGE_INVALID */
  readonly parse?: (text: string) => unknown;
  /** For the help; the command itself applies it. */
  readonly shownDefault?: string;
  readonly choices?: readonly string[];
  /** May be given several times. */
  readonly isRepeatable?: boolean;
  readonly isRequired?: boolean;
}

export interface ArgumentSpec {
  /** `<name...>`. */
  readonly form: string;
  readonly summary: string;
}

export interface CommandSpec {
  /** `plan`, or `metadata import`. */
  readonly name: string;
  readonly group: Group;
  readonly summary: string;
  /** More than the summary says: one short paragraph. */
  readonly details?: string;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  /** Command lines that work as they stand, each with what it does. */
  readonly examples: readonly (readonly [string, string])[];
  /** `false` for commands that touch neither log, state nor store. */
  readonly usesConfig?: boolean;
  /** @returns the exit status. */
  readonly run: (call: Call) => Promise<number>;
}
