/** The chunked transfer coding (RFC 9112, section 7.1), taken apart as its bytes come in. */
import { HttpFault } from "./http-fault.ts";

const SIZE_LINE = /^([0-9a-fA-F]{1,12})[ \t]*(?:;.*)?$/;
const MAX_LINE_BYTES = 16 * 1024;

type Place = "size" | "data" | "data-end" | "trailers";

export class ChunkedBody {
  #place: Place = "size";
  #line = "";
  /** Of the chunk that is being read. */
  #left = 0;

  /**
   * @param hand given each stretch of content; valid only during its call
   * @returns where the body ends in `bytes`, or `null` while it goes on
   * @throws HttpFault
   */
  take(bytes: Buffer, from: number, hand: (piece: Buffer) => void): number | null {
    let at = from;
    while (at < bytes.length) {
      if (this.#place === "data") {
        const end = Math.min(bytes.length, at + this.#left);
        hand(bytes.subarray(at, end));
        this.#left -= end - at;
        at = end;
        if (this.#left === 0) this.#place = "data-end";
        continue;
      }
      const feed = bytes.indexOf(10, at);
      const end = feed < 0 ? bytes.length : feed;
      this.#line += bytes.toString("latin1", at, end);
      if (this.#line.length > MAX_LINE_BYTES) throw fault("a line between the chunks is too long");
      if (feed < 0) return null;
      at = feed + 1;
      if (this.#endOfLine()) return at;
    }
    return null;
  }

  /** @returns whether the body is at its end */
  #endOfLine(): boolean {
    if (!this.#line.endsWith("\r")) throw fault("a line between the chunks ends without CR");
    const line = this.#line.slice(0, -1);
    this.#line = "";
    if (this.#place === "trailers") return line === "";
    if (this.#place === "data-end") {
      if (line !== "") throw fault("a chunk is longer than stated");
      this.#place = "size";
      return false;
    }
    const size = SIZE_LINE.exec(line)?.[1];
    if (size === undefined) throw fault(`no size of a chunk: ${JSON.stringify(line.slice(0, 80))}`);
    this.#left = parseInt(size, 16);
    this.#place = this.#left === 0 ? "trailers" : "data";
    return false;
  }
}

function fault(message: string): HttpFault {
  return new HttpFault("HTTP_FRAMING", message);
}
