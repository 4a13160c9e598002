/** JSON columns. They were written by this adapter: a value of another kind means a damaged file. */
import { AstraError } from "../../core/errors.ts";
import type { Forecast } from "../../core/forecast/forecast.ts";
import type { MoveProgress } from "../../core/move-progress.ts";
import type { PlanHeader, PlannedMove } from "../../core/plan.ts";

export function headerOf(text: string): PlanHeader {
  return parse(text, (value): value is PlanHeader => isRecord(value) && "totals" in value && "hash" in value);
}

export function moveOf(text: string): PlannedMove {
  return parse(text, (value): value is PlannedMove => isRecord(value) && "key" in value && "etag" in value);
}

export function progressOf(text: string): MoveProgress {
  return parse(text, (value): value is MoveProgress => isRecord(value) && typeof value["spendDay"] === "string");
}

export function forecastOf(text: string): Forecast {
  return parse(text, (value): value is Forecast => isRecord(value) && "months" in value && "basis" in value);
}

export function recordOf(text: string): Readonly<Record<string, unknown>> {
  return parse(text, isRecord);
}

export function countsOf(text: string): Readonly<Record<string, number>> {
  return parse(text, (value) => isRecordOf(value, "number"));
}

export function headersOf(text: string): Readonly<Record<string, string>> {
  return parse(text, (value) => isRecordOf(value, "string"));
}

function parse<T>(text: string, is: (value: unknown) => value is T): T {
  const value = syntaxOf(text);
  if (is(value)) return value;
  throw new AstraError("ASTRA_STATE_CORRUPT", "a stored JSON value is not of the kind that was stored");
}

function syntaxOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AstraError("ASTRA_STATE_CORRUPT", "a stored JSON value cannot be read", { cause: error });
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

interface Kinds {
  readonly number: number;
  readonly string: string;
}

function isRecordOf<K extends keyof Kinds>(value: unknown, kind: K): value is Record<string, Kinds[K]> {
  return isRecord(value) && Object.values(value).every((part) => typeof part === kind);
}
