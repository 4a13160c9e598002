/** Instants and spans for people; UTC throughout. */
import { MS_PER_DAY } from "../../../core/units.ts";

/** `2026-12-01`. */
export function formatDay(ms: number): string {
  return isDate(ms) ? new Date(ms).toISOString().slice(0, 10) : "never";
}

/** `2026-12-01 08:30:00Z`. */
export function formatInstant(ms: number): string {
  return isDate(ms) ? `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")}Z` : "never";
}

function isDate(ms: number): boolean {
  return Math.abs(ms) <= 8.64e15;
}

/** `45 s`, `12 min`, `3 h`, `120 days`. */
export function formatSpan(ms: number): string {
  if (ms < 90_000) return `${Math.max(0, Math.round(ms / 1000))} s`;
  if (ms < 90 * 60_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 2 * MS_PER_DAY) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / MS_PER_DAY)} days`;
}
