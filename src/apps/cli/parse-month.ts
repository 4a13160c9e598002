/** A month on the command line. */
import { monthSpan } from "../../core/billing/month-span.ts";
import { usageError } from "./parse-options.ts";

/** `2026-09`. @throws AstraError ASTRA_USAGE_INVALID */
export function calendarMonth(text: string): string {
  if (monthSpan(text)) return text;
  throw usageError(`${JSON.stringify(text)} is no month`, "Write months as 2026-09.");
}
