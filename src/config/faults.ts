/** Faults of a configuration file, shown with their line. */
import { AstraError, type ErrorCode } from "../core/errors.ts";
import type { Position } from "./yaml-file.ts";

export interface Fault {
  readonly file: string;
  readonly lines: readonly string[];
  readonly position: Position;
  readonly text: string;
}

/** What kind of file is at fault. */
export interface FaultKind {
  readonly code: ErrorCode;
  readonly fix: string;
}

export const CONFIG_FAULT: FaultKind = {
  code: "ASTRA_CONFIG_INVALID",
  fix: "Correct the named field; `docs/configuration.md` lists all of them.",
};
/** A terminal's width; what is longer is cut where the fault does not stand. */
const SHOWN_COLUMNS = 100;

/** More faults than anybody mends at a time; a file of another kind can have one at every character. */
const SHOWN_FAULTS = 20;
/** Longer lines are not shown: what masks secrets takes time that grows with the square of a line. */
const LONGEST_SHOWN = 1000;

/** One error that names every fault; its `where` is the first one's. */
export function faultsError(faults: readonly Fault[], kind: FaultKind = CONFIG_FAULT): AstraError {
  const shown = faults
    .slice(0, SHOWN_FAULTS)
    .map((fault, index) => `${index === 0 ? "" : `${whereOf(fault)}: `}${fault.text}\n${snippet(fault)}`);
  if (faults.length > SHOWN_FAULTS) shown.push(`and ${faults.length - SHOWN_FAULTS} more`);
  const first = faults[0];
  return new AstraError(kind.code, shown.join("\n"), { ...(first && { where: whereOf(first) }), fix: kind.fix });
}

function whereOf({ file, position }: Fault): string {
  return `${file}:${position.line}:${position.column}`;
}

/** The line with a mark under the column; a value that may be a secret is not shown. */
function snippet({ lines, position }: Fault): string {
  const number = String(position.line);
  const shown = withoutSecrets(lines, position.line - 1).slice(0, SHOWN_COLUMNS);
  const mark = `${" ".repeat(Math.min(position.column - 1, shown.length))}^`;
  return `  ${number} | ${shown}\n  ${" ".repeat(number.length)} | ${mark}`;
}

const SECRET_NAME = /(?:secret|password|token|external_id)/i;

/** Masked before it is cut: the end of an address may be what tells a password from a host. */
function withoutSecrets(lines: readonly string[], index: number): string {
  const line = (lines[index] ?? "").replace(/\t/g, " ");
  const before = lines.slice(0, index).findLast((each) => each.trim() !== "") ?? "";
  if (line.length > LONGEST_SHOWN || before.length > LONGEST_SHOWN) return "…";
  // The name stands on the line before, the value alone on this one.
  if (SECRET_NAME.test(before) && /:\s*[|>]?[+-]?\s*$/.test(before) && !/:(?:\s|$)/.test(line))
    return line.replace(/\S.*$/, "…");
  return line
    .replace(new RegExp(`(${SECRET_NAME.source}[^:]*:\\s*)\\S.*$`, "i"), "$1…")
    .replace(/\/\/\S*@/g, "//…@")
    .replace(/[^\s"'/,[]+:\S*@/g, "…@");
}
