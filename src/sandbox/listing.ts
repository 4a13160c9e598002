/** Walking the keys of a bucket as every listing does: prefix, delimiter, a page at a time. */
import type { Bucket } from "./bucket.ts";
import type { BucketCall } from "./call.ts";
import { compareUtf8 } from "./key-index.ts";
import type { ObjectVersion } from "./object-version.ts";
import { encodeListedKey } from "./percent.ts";
import { invalidArgument } from "./s3-error.ts";

export const MAX_PAGE = 1000;
const HIGHEST = "\u{10FFFF}";

export interface ListScope {
  readonly prefix: string;
  readonly delimiter: string;
  /** Starts after this key. */
  readonly after: string;
  /** `after` is a common prefix that was listed: nothing under it comes again. */
  readonly afterIsPrefix: boolean;
  readonly pageSize: number;
}

export interface ListPage {
  /** Keys and common prefixes, in order. */
  readonly entries: readonly ListEntry[];
  readonly truncated: boolean;
}

export type ListEntry = { readonly prefix: string } | { readonly version: ObjectVersion };

/** One page of current objects. */
export function listPage(bucket: Bucket, scope: ListScope): ListPage {
  const { prefix, delimiter, after, pageSize: most } = scope;
  const entries: ListEntry[] = [];
  let skip = scope.afterIsPrefix ? after : undefined;
  const from = skip === undefined ? after : skip + HIGHEST;
  let cursor = bucket.index.seek(compareUtf8(from, prefix) > 0 ? from : prefix);
  for (let key = cursor.next(); key !== undefined; key = cursor.next()) {
    if (!key.startsWith(prefix)) break;
    if (key === after || (skip !== undefined && key.startsWith(skip))) continue;
    const version = bucket.newest.get(key);
    if (!version || version.deleteMarker) continue;
    if (entries.length === most) return { entries, truncated: true };
    const common = delimiter === "" ? undefined : commonPrefix(key, prefix, delimiter);
    if (common === undefined) entries.push({ version });
    else {
      entries.push({ prefix: common });
      skip = common;
      cursor = bucket.index.seek(common + HIGHEST);
    }
  }
  return { entries, truncated: false };
}

/** The key up to the first delimiter after the prefix. */
export function commonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  const at = key.indexOf(delimiter, prefix.length);
  return at === -1 ? undefined : key.slice(0, at + delimiter.length);
}

/** `max-keys` and its kin. @throws S3Error InvalidArgument */
export function pageSize(call: BucketCall, parameter: string): number {
  const text = call.query.get(parameter);
  if (text === undefined || text === "") return MAX_PAGE;
  if (!/^\d{1,10}$/.test(text) || Number(text) > 2 ** 31 - 1) {
    throw invalidArgument(parameter, text, `Argument ${parameter} must be an integer between 0 and 2147483647`);
  }
  return Math.min(MAX_PAGE, Number(text));
}

/** How keys are written: as they are, or percent-encoded. @throws S3Error InvalidArgument */
export function keyEncoder(call: BucketCall): (key: string) => string {
  const encoding = call.query.get("encoding-type");
  if (encoding === undefined) return (key) => key;
  if (encoding !== "url")
    throw invalidArgument("encoding-type", encoding, "Invalid Encoding Method specified in Request");
  return encodeListedKey;
}

let lastSeconds = Number.NaN;
let lastText = "";

/** `2026-01-31T12:00:00.000Z`: S3 keeps whole seconds. The last one is remembered, as neighbours often share it. */
export function isoSeconds(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds !== lastSeconds) {
    lastSeconds = seconds;
    lastText = new Date(seconds * 1000).toISOString();
  }
  return lastText;
}
