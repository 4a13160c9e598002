/** Errors as a person or a program reads them: code, message, where, fix; a stack only for a bug, and only when asked for. */
import { styleText } from "node:util";
import { type AstraError, errorSpec } from "../../core/errors.ts";
import { jsonLine, visibleLines } from "./output/visible.ts";

export function exitCodeOf(error: AstraError): number {
  return errorSpec(error.code).exit;
}

/** One line for standard output with `--json`. */
export function errorJson(error: AstraError): string {
  const { code, message, where = null, fix } = error;
  return `${jsonLine({ ok: false, error: { code, message, where, fix } })}\n`;
}

function label(format: Parameters<typeof styleText>[0], text: string): string {
  return styleText(format, text, { stream: process.stderr });
}

/** For standard error. */
export function errorText(error: AstraError, isDebug: boolean): string {
  const lines = [`${label("red", "error:")} ${visibleLines(error.message)} ${label("dim", `(${error.code})`)}`];
  if (error.where !== undefined) lines.push(`  ${label("bold", "where:")} ${visibleLines(error.where)}`);
  lines.push(`  ${label("bold", "fix:")}   ${visibleLines(error.fix)}`);
  if (errorSpec(error.code).class === "bug") {
    const cause = error.cause instanceof Error ? error.cause.stack : error.stack;
    lines.push(isDebug ? (cause ?? "") : "  Set ASTRA_DEBUG=1 to see where it happened.");
  }
  return `${lines.join("\n")}\n`;
}
