/** Adds up the lines of access logs: reads by object, reader and day, everything else by what it is. */
import type { ReadsOfDay } from "../reads/day-reads.ts";
import { dayNumber } from "../units.ts";
import { bytesOf, isAlike } from "./byte-search.ts";
import { Interned } from "./interned.ts";
import { type LineFault, LineScanner } from "./line-scanner.ts";
import { ReadTally } from "./read-tally.ts";

export interface CountOptions {
  /** Buckets whose reads are counted; all where it is `null`. */
  readonly buckets: ReadonlySet<string> | null;
  /** Readers whose reads are never counted. */
  readonly excluded: ReadonlySet<string>;
  /** Readers whose reads do not count for some objects: they are kept apart. */
  readonly named: readonly string[];
  /** A line of a later time than this, epoch ms, is bad; asked before lines are counted. */
  readonly latestMs: () => number;
}

/** Every line is counted under exactly one of `reads` to `badLines`; empty ones are none. */
export interface LineCounts {
  readonly lines: number;
  /** Reads of objects. */
  readonly accesses: number;
  /** Reads by those whose reads never count, ourselves among them. */
  readonly excludedReads: number;
  /** GETs of objects that gave no data. */
  readonly withoutData: number;
  readonly otherOperations: number;
  /** Reads in buckets that are not configured. */
  readonly otherBuckets: number;
  readonly badLines: number;
}

/** Of no lines. */
export const NO_LINES: LineCounts = {
  lines: 0,
  accesses: 0,
  excludedReads: 0,
  withoutData: 0,
  otherOperations: 0,
  otherBuckets: 0,
  badLines: 0,
};
/** Names of the counts. */
export const LINE_COUNTS = [
  "lines",
  "accesses",
  "excludedReads",
  "withoutData",
  "otherOperations",
  "otherBuckets",
  "badLines",
] as const satisfies readonly (keyof LineCounts)[];

/** What lines that follow each other told. */
export interface CountedLines extends LineCounts {
  /** Line ends, those of empty lines included. */
  readonly ends: number;
  /** First and last day of the reads that count; `null` where there are none. */
  readonly days: { readonly first: number; readonly last: number } | null;
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;
/** S3 takes request lines and headers of 8 KiB each; three of them, percent-encoded, with room. Bytes. */
export const LONGEST_LINE = 128 * 1024;

/** Referrer and user agent of requests of ours. */
const OWN_REQUEST = bytesOf('"-" "astra/');
const NOBODY = "-";

/** In place of the number of a bucket or reader that does not count. */
const NEVER = -1;
/** Number of all readers who are not kept apart. */
const ANYBODY = 0;
/** Numbers of readers stay below it, so that one with a bucket's makes a lane. */
const READERS = 2 ** 12;

const SESSION = /^arn:([\w-]+):sts::(\d{12}):assumed-role\/([\w+=,.@-]+)\/[^/]+$/;

/** A log names the session of a role; the role's own ARN stands for all of them, as in CloudTrail's records. */
function readerNames(requester: string): readonly string[] {
  const [, partition = "", account = "", role = ""] = SESSION.exec(requester) ?? [];
  return role === "" ? [requester] : [requester, `arn:${partition}:iam::${account}:role/${role}`];
}

/** Counts lines, and holds the reads among them added up until they are taken. */
export class LineCounter {
  readonly #options: CountOptions;
  readonly #scanner = new LineScanner();
  readonly #readers: Interned;
  readonly #asksReader: boolean;
  #bucketNumbers: Interned;
  #buckets: string[] = [];
  #tally = new ReadTally();
  #counts: { -readonly [Name in keyof LineCounts]: number } = { ...NO_LINES };
  #latestMs = 0;
  #firstMs = Number.POSITIVE_INFINITY;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(options: CountOptions) {
    this.#options = options;
    this.#asksReader = options.excluded.size + options.named.length > 0;
    this.#readers = new Interned((name) => this.#readerNumber(name));
    this.#bucketNumbers = new Interned((name) => this.#bucketNumber(name));
  }

  /** Objects with reads that were not taken yet, by day and reader. */
  get size(): number {
    return this.#tally.size;
  }

  /**
   * Counts whole lines; the last one may lack its line end.
   * @param told of every bad line by its number among these lines, from 0, empty ones included
   */
  count(bytes: Uint8Array, told: (index: number, fault: LineFault) => void): CountedLines {
    this.#counts = { ...NO_LINES };
    this.#firstMs = Number.POSITIVE_INFINITY;
    this.#lastMs = Number.NEGATIVE_INFINITY;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#latestMs = this.#options.latestMs();
    let index = 0;
    for (let start = 0; start < bytes.length; index += 1) {
      const found = bytes.indexOf(NEWLINE, start);
      const next = found < 0 ? bytes.length : found;
      const end = next > start && bytes[next - 1] === RETURN ? next - 1 : next;
      if (end > start) {
        const fault = this.#line(view, start, end);
        if (fault !== null) {
          this.#counts.badLines += 1;
          told(index, fault);
        }
      }
      start = next + 1;
    }
    const days =
      this.#counts.accesses === 0 ? null : { first: dayNumber(this.#firstMs), last: dayNumber(this.#lastMs) };
    return { ...this.#counts, ends: index, days };
  }

  /** The reads counted since the last time, in no order; one object and day may come several times. */
  take(): ReadsOfDay[] {
    const names = [...this.#options.named];
    const taken: ReadsOfDay[] = [];
    for (const { lane, ...reads } of this.#tally.reads()) {
      const bucket = this.#buckets[Math.floor(lane / READERS)] ?? "";
      const reader = lane % READERS;
      taken.push({ bucket, ...reads, principal: reader === ANYBODY ? null : (names[reader - 1] ?? null) });
    }
    this.#tally = new ReadTally();
    this.#buckets = [];
    this.#bucketNumbers = new Interned((name) => this.#bucketNumber(name));
    return taken;
  }

  /** @returns what is wrong with the line */
  #line(view: DataView, start: number, end: number): LineFault | null {
    const counts = this.#counts;
    counts.lines += 1;
    if (end - start > LONGEST_LINE) return "too_long";
    const kind = this.#scanner.scan(view, start, end);
    if (kind === "read") return this.#read(view);
    if (kind === "other") counts.otherOperations += 1;
    else if (kind === "without_data") counts.withoutData += 1;
    else return kind;
    return null;
  }

  #read(view: DataView): LineFault | null {
    const { timeMs, bucketStart, bucketEnd, requesterStart, requesterEnd, keyStart, keyEnd } = this.#scanner;
    if (timeMs > this.#latestMs) return "ahead";
    const bucket = this.#bucketNumbers.number(view, bucketStart, bucketEnd);
    if (bucket === NEVER) {
      this.#counts.otherBuckets += 1;
      return null;
    }
    const reader = this.#asksReader ? this.#readers.number(view, requesterStart, requesterEnd) : ANYBODY;
    if (reader === NEVER || this.#isOwn(view)) {
      this.#counts.excludedReads += 1;
      return null;
    }
    if (!this.#tally.add(view, keyStart, keyEnd, bucket * READERS + reader, timeMs)) return "key";
    this.#counts.accesses += 1;
    if (timeMs < this.#firstMs) this.#firstMs = timeMs;
    if (timeMs > this.#lastMs) this.#lastMs = timeMs;
    return null;
  }

  #isOwn(view: DataView): boolean {
    const { referrerStart } = this.#scanner;
    return isAlike(view, referrerStart, OWN_REQUEST, 0, OWN_REQUEST.byteLength);
  }

  #readerNumber(name: string): number {
    if (name === NOBODY) return ANYBODY;
    const { excluded, named } = this.#options;
    const names = readerNames(name);
    if (names.some((each) => excluded.has(each))) return NEVER;
    return named.findIndex((each) => names.includes(each)) + 1;
  }

  #bucketNumber(name: string): number {
    if (this.#options.buckets !== null && !this.#options.buckets.has(name)) return NEVER;
    const known = this.#buckets.indexOf(name);
    return known >= 0 ? known : this.#buckets.push(name) - 1;
  }
}
