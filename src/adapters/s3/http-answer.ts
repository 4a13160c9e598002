/**
 * Reads one HTTP/1.1 answer from the bytes of a connection, as RFC 9112 frames it, and strictly: what could be read in two
 * ways is refused, as the next answer would then be read out of this one.
 */
import type { BodyMemory } from "./body-memory.ts";
import { receivedText } from "./encoding.ts";
import { ChunkedBody } from "./http-chunks.ts";
import { HttpFault } from "./http-fault.ts";

/** A whole answer. Its body is text: bodies that are objects' contents are streamed by other means. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case; of a name that comes twice, the values with a comma between. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
  /** The body is here, and not still to come. */
  readonly stream: null;
}

/** S3's own headers stay below 8 KB, and user metadata below 2 KB. */
const MAX_HEAD_BYTES = 64 * 1024;
const USUAL_HEAD_BYTES = 4096;
/** A page of a listing with keys of 1,024 encoded bytes is a twentieth of it. */
const MAX_BODY_BYTES = 128 * 1024 * 1024;
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: |$)/;
/** `name: value`, line after line; of the control characters only tab is a value's. */
const LINES = /(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*(?:\r\n|$))*$/y;
const NOT_ASCII = /[\x80-\xff]/;
const DIGITS = /^\d{1,15}$/;

type Framing = "none" | "length" | "chunked" | "until-close";

/** One answer; made anew for each request. */
export class AnswerReader {
  readonly #hasNoBody: boolean;
  #head = "";
  #status = 0;
  #headers: ReadonlyMap<string, string> = new Map();
  #framing: Framing | null = null;
  #chunked: ChunkedBody | null = null;
  readonly #memory: BodyMemory;
  #length = 0;
  #text: string | null = null;
  #isLastOfConnection = false;

  /**
   * @param method of the request: the answer to a HEAD has no body, whatever its headers say
   * @param memory the connection's own
   */
  constructor(method: string, memory: BodyMemory) {
    memory.clear();
    this.#memory = memory;
    this.#hasNoBody = method === "HEAD";
  }

  /** Whether the head has come. */
  get isBegun(): boolean {
    return this.#framing !== null;
  }

  /** Whether the server will close, or has framed the answer by closing. */
  get isLastOfConnection(): boolean {
    return this.#isLastOfConnection;
  }

  /** The answer, once {@link take} or {@link end} has said that it is whole. */
  answer(): HttpAnswer {
    return { status: this.#status, headers: this.#headers, text: this.#text ?? "", stream: null };
  }

  /**
   * @param bytes valid only during the call
   * @returns whether the answer is whole
   * @throws HttpFault
   */
  take(bytes: Buffer): boolean {
    const from = this.#framing === null ? this.#takeHead(bytes) : 0;
    if (this.#framing === null) return false;
    return this.#takeBody(bytes, from);
  }

  /** The server has closed. @returns whether the answer was whole with it */
  end(): boolean {
    if (this.#framing !== "until-close") return false;
    this.#text = this.#memory.takeText();
    return true;
  }

  /** @returns where the body begins; informational answers are passed over */
  #takeHead(bytes: Buffer): number {
    const before = this.#head.length;
    const text = this.#head + headText(bytes);
    let from = 0;
    let end = text.indexOf("\r\n\r\n", Math.max(0, before - 3));
    while (end >= 0) {
      this.#readHead(text.slice(from, end));
      from = end + 4;
      if (this.#status >= 200) {
        this.#head = "";
        return from - before;
      }
      end = text.indexOf("\r\n\r\n", from);
    }
    this.#head = text.slice(from);
    if (this.#head.length < MAX_HEAD_BYTES && bytes.length < MAX_HEAD_BYTES) return bytes.length;
    throw new HttpFault("HTTP_HEAD_TOO_LONG", "the answer's head is too long");
  }

  #readHead(text: string): void {
    const lineEnd = text.indexOf("\r\n");
    const line = lineEnd < 0 ? text : text.slice(0, lineEnd);
    const status = STATUS_LINE.exec(line);
    if (!status) throw new HttpFault("HTTP_NO_ANSWER", `no HTTP answer: ${JSON.stringify(line.slice(0, 80))}`);
    this.#status = Number(status[2]);
    if (this.#status === 101) throw new HttpFault("HTTP_NO_ANSWER", "the server has left HTTP/1.1 unasked");
    if (this.#status < 200) return;
    this.#headers = readHeaders(text, lineEnd < 0 ? text.length : lineEnd + 2);
    this.#frame(status[1] === "0");
  }

  /** RFC 9112, section 6.3. */
  #frame(isHttp10: boolean): void {
    const headers = this.#headers;
    const connection = headers.get("connection")?.toLowerCase() ?? "";
    this.#isLastOfConnection = connection.includes("close") || (isHttp10 && !connection.includes("keep-alive"));
    const coding = headers.get("transfer-encoding");
    const length = headers.get("content-length");
    if (this.#hasNoBody || this.#status === 204 || this.#status === 304) {
      this.#framing = "none";
    } else if (coding !== undefined) {
      if (coding.toLowerCase() !== "chunked" || length !== undefined) {
        throw new HttpFault("HTTP_FRAMING", "the answer's length is stated in two ways, or in an unknown one");
      }
      this.#framing = "chunked";
      this.#chunked = new ChunkedBody();
    } else if (length !== undefined) {
      this.#framing = "length";
      this.#length = contentLength(length);
    } else {
      this.#framing = "until-close";
      this.#isLastOfConnection = true;
    }
  }

  #takeBody(bytes: Buffer, from: number): boolean {
    switch (this.#framing) {
      case "length": {
        const left = this.#length - this.#memory.length;
        const end = Math.min(bytes.length, from + left);
        if (end - from === left && this.#memory.length === 0) this.#text = bytes.toString("utf8", from, end);
        else this.#keep(bytes.subarray(from, end));
        if (bytes.length > end) this.#isLastOfConnection = true;
        if (end - from < left) return false;
        this.#text ??= this.#memory.takeText();
        return true;
      }
      case "chunked": {
        const end = this.#chunked?.take(bytes, from, (piece) => this.#keep(piece)) ?? null;
        if (end === null) return false;
        if (bytes.length > end) this.#isLastOfConnection = true;
        this.#text = this.#memory.takeText();
        return true;
      }
      case "until-close":
        this.#keep(bytes.subarray(from));
        return false;
      default:
        if (bytes.length > from) this.#isLastOfConnection = true;
        return true;
    }
  }

  /** A copy: the connection reads the next bytes into the same memory. */
  #keep(piece: Buffer): void {
    if (this.#memory.length + piece.length > MAX_BODY_BYTES) {
      throw new HttpFault("HTTP_BODY_TOO_LONG", "the answer's body is too long");
    }
    this.#memory.add(piece);
  }
}

/** Heads are short, and bodies may be long: no more is made text of than is needed. */
function headText(bytes: Buffer): string {
  const short = bytes.toString("latin1", 0, Math.min(bytes.length, USUAL_HEAD_BYTES));
  if (bytes.length <= USUAL_HEAD_BYTES || short.includes("\r\n\r\n")) return short;
  return bytes.toString("latin1", 0, Math.min(bytes.length, MAX_HEAD_BYTES));
}

function contentLength(stated: string): number {
  const [first = "", ...others] = stated.split(",").map((text) => text.trim());
  if (!DIGITS.test(first) || others.some((other) => other !== first)) {
    throw new HttpFault("HTTP_FRAMING", `the answer's length is ${JSON.stringify(stated.slice(0, 80))}`);
  }
  return Number(first);
}

/** @param start of the first line */
function readHeaders(text: string, start: number): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  LINES.lastIndex = start;
  // One look at all lines, which is cheaper than one at each; the lines themselves then need none.
  if (!LINES.test(text))
    throw new HttpFault("HTTP_HEADER", `no headers: ${JSON.stringify(text.slice(start, start + 400))}`);
  const isAscii = !NOT_ASCII.test(text);
  for (let from = start; from < text.length;) {
    const lineEnd = text.indexOf("\r\n", from);
    const end = lineEnd < 0 ? text.length : lineEnd;
    const colon = text.indexOf(":", from);
    const name = text.slice(from, colon).toLowerCase();
    const value = text.slice(colon + 1, end).trim();
    const before = headers.get(name);
    const received = isAscii ? value : receivedText(value);
    headers.set(name, before === undefined ? received : `${before},${received}`);
    from = end + 2;
  }
  return headers;
}
