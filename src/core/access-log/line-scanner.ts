/**
 * A line of an S3 server access log, read from its bytes as far as reads of objects need it. The form is Amazon's ("Amazon
 * S3 server access log format", Amazon S3 User Guide): fields divided by a space, the time in brackets, Request-URI,
 * referrer and user agent in quotes that nothing escapes, `-` for what is absent, and new fields only ever at the end.
 */
import { AnswerFields, isWhole } from "./answer-fields.ts";
import { bytesOf, firstOf, isAlike } from "./byte-search.ts";
import { logTimeMs } from "./log-time.ts";

/** Why a line is no record: each is counted, and the first ones are named. */
export const LINE_FAULTS = ["cut", "bucket", "time", "ahead", "requester", "request_id", "key", "too_long"] as const;
export type LineFault = (typeof LINE_FAULTS)[number];

/**
 * What a line says: the read of an object's data; a GET of an object that gave no data (refused, not modified,
 * redirected); anything else (HEAD, PUT, LIST, copies, lifecycle); or what is wrong with it.
 */
export type LineKind = "read" | "without_data" | "other" | LineFault;

const SPACE = 0x20;
const BUCKET_LEAST = 2;
const BUCKET_MOST = 255;
const REQUEST_ID_MOST = 128;
const REQUESTER_MOST = 2048;

/** A copy's reading half is `REST.COPY.OBJECT_GET`; our own moves are such copies, and no access. */
const REST_READ = bytesOf("REST.GET.OBJECT ");
const WEBSITE_READ = bytesOf("WEBSITE.GET.OBJECT ");

const BUCKET_FIRST = table(/[0-9a-z]/i);
const BUCKET_NEXT = table(/[0-9a-z._-]/i);
const REQUEST_ID = table(/[0-9a-z+/=_.-]/i);

function table(allowed: RegExp): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) =>
    code < 0x80 && allowed.test(String.fromCharCode(code)) ? 1 : 0,
  );
}

/** Scans one line after the other; what it found in the last stands in its fields, as places in the bytes given. */
export class LineScanner {
  bucketStart = 0;
  bucketEnd = 0;
  requesterStart = 0;
  requesterEnd = 0;
  keyStart = 0;
  keyEnd = 0;
  /** Where the referrer begins. */
  referrerStart = 0;
  /** When the request came, epoch ms; the log knows whole seconds. */
  timeMs = 0;
  readonly #answer = new AnswerFields();

  /** The line is [start, end) without its line end. The key is not decoded: one that can't be is a read here. */
  scan(view: DataView, start: number, end: number): LineKind {
    // The fields before the Request-URI; the time holds a space and makes two of them.
    const bucket = nextField(view, start, end);
    const day = nextField(view, bucket, end);
    const zone = nextField(view, day, end);
    const address = nextField(view, zone, end);
    const requester = nextField(view, address, end);
    const requestId = nextField(view, requester, end);
    const operation = nextField(view, requestId, end);
    const key = nextField(view, operation, end);
    const uri = nextField(view, key, end);
    if (uri < 0 || !this.#answer.find(view, uri, end)) return "cut";
    if (!isWhole(view, this.#answer.end, end)) return "cut";
    if (!isBucket(view, bucket, day - 1)) return "bucket";
    this.timeMs = logTimeMs(view, day, zone - 1, address - 1);
    if (Number.isNaN(this.timeMs)) return "time";
    if (!isRead(view, operation)) return "other";
    if (!this.#answer.hasData) return "without_data";
    if (requestId - 1 - requester > REQUESTER_MOST) return "requester";
    if (!isRequestId(view, requestId, operation - 1)) return "request_id";
    this.bucketStart = bucket;
    this.bucketEnd = day - 1;
    this.requesterStart = requester;
    this.requesterEnd = requestId - 1;
    this.keyStart = key;
    this.keyEnd = uri - 1;
    this.referrerStart = this.#answer.end;
    return "read";
  }
}

/** Where the field after the one at `at` begins; -1 where there is none, or the one at `at` is empty. */
function nextField(view: DataView, at: number, end: number): number {
  if (at < 0) return -1;
  const space = firstOf(view, SPACE, at, end);
  return space <= at ? -1 : space + 1;
}

function isRead(view: DataView, operation: number): boolean {
  return (
    isAlike(view, operation, REST_READ, 0, REST_READ.byteLength) ||
    isAlike(view, operation, WEBSITE_READ, 0, WEBSITE_READ.byteLength)
  );
}

function isBucket(view: DataView, start: number, end: number): boolean {
  const length = end - start;
  if (length < BUCKET_LEAST || length > BUCKET_MOST || BUCKET_FIRST[view.getUint8(start)] === 0) return false;
  return consistsOf(view, start + 1, end, BUCKET_NEXT);
}

function isRequestId(view: DataView, start: number, end: number): boolean {
  const length = end - start;
  return length >= 2 && length <= REQUEST_ID_MOST && consistsOf(view, start, end, REQUEST_ID);
}

function consistsOf(view: DataView, start: number, end: number, allowed: Uint8Array): boolean {
  for (let i = start; i < end; i += 1) if (allowed[view.getUint8(i)] === 0) return false;
  return true;
}
