/** GetObject and HeadObject. */
import { findVersion } from "../bucket.ts";
import type { Answer, BucketCall } from "../call.ts";
import { READ_CONDITIONS, meetsConditions } from "../conditions.ts";
import { type Headers, askedChecksum, objectHeaders } from "../object-headers.ts";
import type { ObjectVersion } from "../object-version.ts";
import { billReading, checkReadable } from "../reading.ts";
import { S3Error, invalidArgument } from "../s3-error.ts";
import { bodyChunks } from "../stored-body.ts";

const OVERRIDES = {
  "response-content-type": "content-type",
  "response-content-language": "content-language",
  "response-expires": "expires",
  "response-cache-control": "cache-control",
  "response-content-disposition": "content-disposition",
  "response-content-encoding": "content-encoding",
} as const;

interface ByteRange {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** The length is the size as stated: bytes × the sandbox's byte scale. */
export function headObject(call: BucketCall): Answer {
  const { version, headers, notModified } = found(call);
  if (notModified) return { status: 304, headers, charge: charge(version) };
  const range = requestedRange(call, version, version.sizeBytes);
  return rangeAnswer(call, version, headers, range, version.sizeBytes);
}

/** Answers with the bytes that are kept, which a byte scale does not multiply. */
export function getObject(call: BucketCall): Answer {
  const { version, headers, notModified } = found(call);
  if (notModified) return { status: 304, headers, charge: charge(version) };
  checkReadable(call.account, version);
  for (const [parameter, name] of Object.entries(OVERRIDES)) {
    const value = call.query.get(parameter);
    if (value === undefined) continue;
    if (!/^[\t\x20-\x7e]*$/.test(value)) throw invalidArgument(parameter, value, "A header can't carry this value");
    headers[name] = value;
  }
  const { body } = version;
  const range = requestedRange(call, version, body.length);
  const from = range?.from ?? 0;
  const to = range?.to ?? body.length;
  billReading(call.account, call.bucket, version, (to - from) * call.account.byteScale);
  const answer = rangeAnswer(call, version, headers, range, body.length);
  return { ...answer, body: body instanceof Uint8Array ? body.subarray(from, to) : bodyChunks(body, from, to) };
}

function charge(version: ObjectVersion) {
  return { item: "get", storageClass: version.storageClass } as const;
}

function found(call: BucketCall): { version: ObjectVersion; headers: Headers; notModified: boolean } {
  const version = findVersion(call.bucket, call.key, call.query.get("versionId"));
  const notModified = !meetsConditions(call.headers, READ_CONDITIONS, version);
  return { version, headers: objectHeaders(call, version), notModified };
}

/** A checksum is of the whole and would not fit a part of it. */
function rangeAnswer(
  call: BucketCall,
  version: ObjectVersion,
  headers: Headers,
  range: ByteRange | null,
  size: number,
): Answer {
  const from = range?.from ?? 0;
  const to = range?.to ?? size;
  headers["content-length"] = String(to - from);
  if (range) headers["content-range"] = `bytes ${from}-${to - 1}/${size}`;
  else Object.assign(headers, askedChecksum(call, version));
  if (call.query.has("partNumber") && version.attributes.parts) {
    headers["x-amz-mp-parts-count"] = String(version.attributes.parts.length);
  }
  return { status: range ? 206 : 200, headers, charge: charge(version) };
}

/** `Range`, or the part that `partNumber` names. Several ranges, or broken ones, mean the whole object, as in S3. */
function requestedRange(call: BucketCall, version: ObjectVersion, size: number): ByteRange | null {
  const part = call.query.get("partNumber");
  if (part !== undefined) return partRange(version, part, size);
  const header = call.headers.get("range");
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return null;
  const suffix = match[1] === "";
  const from = suffix ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const to = suffix || match[2] === "" ? size : Math.min(size, Number(match[2]) + 1);
  if (!suffix && match[2] !== "" && Number(match[2]) < from) return null;
  if (from < size && from < to) return { from, to };
  throw new S3Error("InvalidRange", "The requested range is not satisfiable", {
    RangeRequested: header ?? "",
    ActualObjectSize: String(size),
  });
}

function partRange(version: ObjectVersion, part: string, size: number): ByteRange | null {
  const number = Number(part);
  if (!Number.isInteger(number) || number < 1 || number > 10_000) {
    throw invalidArgument("partNumber", part, "Part number must be an integer between 1 and 10000, inclusive");
  }
  const parts = version.attributes.parts;
  if (!parts) {
    if (number === 1) return null;
    throw new S3Error("InvalidRange", "The requested partnumber is not satisfiable", {
      ActualObjectSize: String(size),
    });
  }
  const perByte = size / Math.max(1, version.sizeBytes);
  let from = 0;
  for (const record of parts) {
    const to = from + Math.round(record.sizeBytes * perByte);
    if (record.number === number) return { from, to };
    from = to;
  }
  throw new S3Error("InvalidRange", "The requested partnumber is not satisfiable", { ActualObjectSize: String(size) });
}
