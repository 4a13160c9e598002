/** Conditional headers of reads, writes and copies. */
import type { ObjectVersion } from "./object-version.ts";
import { S3Error, invalidArgument } from "./s3-error.ts";

interface ConditionNames {
  readonly match: string;
  readonly noneMatch: string;
  readonly modifiedSince: string;
  readonly unmodifiedSince: string;
}

export const READ_CONDITIONS: ConditionNames = {
  match: "if-match",
  noneMatch: "if-none-match",
  modifiedSince: "if-modified-since",
  unmodifiedSince: "if-unmodified-since",
};

export const COPY_SOURCE_CONDITIONS: ConditionNames = {
  match: "x-amz-copy-source-if-match",
  noneMatch: "x-amz-copy-source-if-none-match",
  modifiedSince: "x-amz-copy-source-if-modified-since",
  unmodifiedSince: "x-amz-copy-source-if-unmodified-since",
};

/**
 * Whether the version meets the conditions; a matching ETag outweighs the dates.
 * @returns `false` where a read answers 304 (a copy 412)
 * @throws S3Error PreconditionFailed
 */
export function meetsConditions(
  headers: ReadonlyMap<string, string>,
  names: ConditionNames,
  version: ObjectVersion,
): boolean {
  const match = headers.get(names.match);
  const modifiedSeconds = Math.floor(version.lastModifiedMs / 1000);
  if (match !== undefined) {
    if (!matchesEtag(match, version.etag)) throw preconditionFailed(names.match);
  } else if (modifiedSeconds > dateSeconds(headers.get(names.unmodifiedSince), Infinity)) {
    throw preconditionFailed(names.unmodifiedSince);
  }
  const noneMatch = headers.get(names.noneMatch);
  if (noneMatch !== undefined) return !matchesEtag(noneMatch, version.etag);
  return modifiedSeconds > dateSeconds(headers.get(names.modifiedSince), -Infinity);
}

/**
 * `If-Match` and `If-None-Match: *` of a write.
 * @param current what the write would replace
 * @throws S3Error PreconditionFailed, NoSuchKey, InvalidArgument
 */
export function checkDestination(headers: ReadonlyMap<string, string>, current: ObjectVersion | undefined): void {
  const match = headers.get("if-match");
  const noneMatch = headers.get("if-none-match");
  if (noneMatch !== undefined && noneMatch !== "*") {
    throw invalidArgument("If-None-Match", noneMatch, "A write takes no other value than * for If-None-Match");
  }
  if (noneMatch !== undefined && current) throw preconditionFailed("If-None-Match");
  if (match === undefined) return;
  if (!current) throw new S3Error("NoSuchKey", "The specified key does not exist.");
  if (!matchesEtag(match, current.etag)) throw preconditionFailed("If-Match");
}

export function preconditionFailed(condition: string): S3Error {
  return new S3Error("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", {
    Condition: condition,
  });
}

function matchesEtag(header: string, etag: string): boolean {
  return header.split(",").some((part) => {
    const wanted = part.trim();
    return wanted === "*" || wanted === etag || wanted === `"${etag}"`;
  });
}

function dateSeconds(header: string | undefined, absent: number): number {
  const ms = Date.parse(header ?? "");
  return Number.isNaN(ms) ? absent : Math.floor(ms / 1000);
}
