/**
 * Takes the entries of `Records` out of CloudTrail log files that come in pieces, each as the bytes of a JSON object. What
 * it holds does not grow with the file: a record longer than {@link LONGEST_RECORD_BYTES} is skipped.
 */

/** A trail's events have up to 256 KB, or 1 MB where it is set so ("CloudTrail quotas", AWS CloudTrail User Guide); with room. */
export const LONGEST_RECORD_BYTES = 2 * 1024 * 1024;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Where a file's own fields stand, and where the entries of `Records` do. */
const IN_FILE = 1;
const IN_RECORDS = 2;

const LONGEST_NAME = 32;
const RECORDS = "Records";
/** A field of the digests that CloudTrail puts beside its logs ("CloudTrail digest file structure"). */
const DIGEST_MARK = "digestStartTime";

/** What a file turned out to be: `cut` ends before it is whole. */
export type TrailForm = "log" | "digest" | "unknown" | "cut";

/** Of one file. Several logs one after the other in it are taken as one. */
export class RecordSplitter {
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  /** The string at the file's own level that was read last: before a bracket, its name. */
  #name = "";
  #isInRecords = false;
  #isInRecord = false;
  #hasRecords = false;
  #isDigest = false;
  #parts: Uint8Array[] = [];
  #partBytes = 0;

  /** Records that end in this piece; `null` for one that is too long. */
  *push(bytes: Uint8Array): Generator<Uint8Array | null> {
    let start = 0;
    let at = this.#isInString ? this.#string(bytes, 0) + 1 : 0;
    for (at = nextMark(bytes, at); at < bytes.length; at = nextMark(bytes, at + 1)) {
      const byte = bytes[at] ?? 0;
      if (byte === QUOTE) {
        this.#openString();
        at = this.#string(bytes, at + 1);
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        if (this.#open(byte)) start = at;
      } else if (this.#close()) {
        this.#keep(bytes.subarray(start, at + 1));
        yield this.#taken();
      }
    }
    if (this.#isInRecord) this.#keep(bytes.slice(start));
  }

  /** To be asked when the file has ended. */
  finish(): TrailForm {
    if (this.#depth !== 0 || this.#isInString) return "cut";
    if (this.#hasRecords) return "log";
    return this.#isDigest ? "digest" : "unknown";
  }

  #openString(): void {
    this.#isInString = true;
    if (this.#depth === IN_FILE) this.#name = "";
  }

  /** @returns the place of the string's last byte in this piece */
  #string(bytes: Uint8Array, from: number): number {
    let at = from;
    if (this.#isEscaped && at < bytes.length) {
      this.#isEscaped = false;
      at += 1;
    }
    const { length } = bytes;
    for (; at < length; at += 1) {
      const byte = bytes[at];
      if (byte === QUOTE) break;
      if (byte === BACKSLASH) at += 1;
    }
    if (this.#depth === IN_FILE) this.#readName(bytes, from, Math.min(at, length));
    if (at < length) {
      this.#isInString = false;
      if (this.#depth === IN_FILE && this.#name === DIGEST_MARK) this.#isDigest = true;
      return at;
    }
    this.#isEscaped = at > length;
    return length;
  }

  /** An escape within a name makes it none of those looked for. */
  #readName(bytes: Uint8Array, from: number, to: number): void {
    const room = LONGEST_NAME - this.#name.length;
    this.#name += String.fromCharCode(...bytes.subarray(from, Math.min(to, from + room)));
  }

  /** @returns whether a record begins here */
  #open(byte: number): boolean {
    if (this.#depth === IN_FILE && byte === OPEN_BRACKET && this.#name === RECORDS) {
      this.#isInRecords = true;
      this.#hasRecords = true;
    }
    const isRecord = this.#depth === IN_RECORDS && this.#isInRecords && byte === OPEN_BRACE;
    if (isRecord) this.#isInRecord = true;
    this.#depth += 1;
    return isRecord;
  }

  /** @returns whether a record ends here */
  #close(): boolean {
    this.#depth -= 1;
    if (this.#depth === IN_FILE) this.#isInRecords = false;
    if (!this.#isInRecord || this.#depth !== IN_RECORDS) return false;
    this.#isInRecord = false;
    return true;
  }

  #keep(part: Uint8Array): void {
    this.#partBytes += part.length;
    if (this.#partBytes <= LONGEST_RECORD_BYTES) this.#parts.push(part);
  }

  #taken(): Uint8Array | null {
    const parts = this.#parts;
    const sizeBytes = this.#partBytes;
    this.#parts = [];
    this.#partBytes = 0;
    if (sizeBytes > LONGEST_RECORD_BYTES) return null;
    const [first] = parts;
    if (parts.length === 1 && first) return first;
    const whole = new Uint8Array(sizeBytes);
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}

/** Place of the first quote, brace or bracket from here on; the end where there is none. */
function nextMark(bytes: Uint8Array, from: number): number {
  const { length } = bytes;
  for (let at = from; at < length; at += 1) {
    const byte = bytes[at];
    if (
      byte === QUOTE ||
      byte === OPEN_BRACE ||
      byte === CLOSE_BRACE ||
      byte === OPEN_BRACKET ||
      byte === CLOSE_BRACKET
    )
      return at;
  }
  return length;
}
