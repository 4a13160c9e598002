/** Option values from their text. Each throws ASTRA_USAGE_INVALID in words that say what is accepted. */
import { AstraError } from "../../core/errors.ts";
import { parseSizeBytes } from "../../core/units.ts";

export function usageError(message: string, fix?: string): AstraError {
  return new AstraError("ASTRA_USAGE_INVALID", message, fix === undefined ? {} : { fix });
}

/** A whole number from `least` to `most`. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d{1,16}$/.test(text) && value >= least && value <= most) return value;
    const upTo = most === Number.MAX_SAFE_INTEGER ? ` or more` : ` to ${most}`;
    throw usageError(`${JSON.stringify(text)} is no whole number of ${least}${upTo}`);
  };
}

/** `64MiB`, `1.5 GB`, `1024`. */
export function sizeBytes(text: string): number {
  const bytes = parseSizeBytes(text);
  if (bytes === null) throw usageError(`${JSON.stringify(text)} is no size`, "Write sizes as 1024, 64KiB, 1.5GB.");
  return bytes;
}

/** Events a second, above 0. */
export function ratePerSecond(text: string): number {
  const rate = Number(text);
  if (/^\d+(?:\.\d+)?$/.test(text) && rate > 0 && Number.isFinite(rate)) return rate;
  throw usageError(`${JSON.stringify(text)} is no rate`, "Give the rate as a number of events a second.");
}

export type ReplayStart =
  | { readonly kind: "beginning" }
  | { readonly kind: "offset"; readonly offset: bigint }
  | { readonly kind: "time"; readonly timeMs: number };

/** `beginning`, an offset, or an ISO 8601 instant; without a zone it is UTC. */
export function replayStart(text: string): ReplayStart {
  if (text === "beginning") return { kind: "beginning" };
  if (/^\d{1,18}$/.test(text)) return { kind: "offset", offset: BigInt(text) };
  const timeMs = instantMs(text);
  if (timeMs === null) {
    throw usageError(
      `${JSON.stringify(text)} is no place in the log`,
      "Give `beginning`, an offset such as 1200, or a time such as 2026-03-01T12:00:00Z.",
    );
  }
  return { kind: "time", timeMs };
}

/** An ISO 8601 date or instant; without a zone it is UTC. */
export function instant(text: string): number {
  const timeMs = instantMs(text);
  if (timeMs !== null) return timeMs;
  throw usageError(`${JSON.stringify(text)} is no time`, "Give a time such as 2026-03-01 or 2026-03-01T12:00:00Z.");
}

function instantMs(text: string): number | null {
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?)?$/.exec(text);
  const timeMs = match ? Date.parse(`${match[1]}T${match[2] ?? "00:00"}${match[3] ?? "Z"}`) : Number.NaN;
  return Number.isNaN(timeMs) ? null : timeMs;
}
