/**
 * Bytes of any amount in bounded memory: pages of one size, of which so many are kept, and the rest stand in a file. What is
 * asked for in the order in which it was written is read once; what is asked for at random costs one short read each.
 */
import { closeSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";

export const PAGE_BYTES = 32 * 1024;

export class RecordPages implements Disposable {
  readonly #path: string;
  readonly #most: number;
  /** Frames hold pages; pages of a growing table come one after another. */
  readonly #frames: ArrayBuffer[] = [];
  readonly #pageOfFrame: number[] = [];
  readonly #frameOfPage: number[] = [];
  readonly #wasAsked: boolean[] = [];
  #hand = 0;
  #file: number | null = null;

  /** @param cacheBytes kept in memory at most, and a page at least */
  constructor(path: string, cacheBytes: number) {
    this.#path = path;
    this.#most = Math.max(2, Math.floor(cacheBytes / PAGE_BYTES));
  }

  /** A new page, empty, to be filled before the next one is asked for. */
  add(): ArrayBuffer {
    const page = this.#frameOfPage.length;
    const frame = this.#freeFrame();
    const buffer = this.#frames[frame] ?? new ArrayBuffer(PAGE_BYTES);
    this.#frames[frame] = buffer;
    this.#place(page, frame);
    return buffer;
  }

  /** Frame number and bytes of a page. The bytes are right until another page is asked for. */
  page(page: number): { readonly frame: number; readonly buffer: ArrayBuffer } {
    const known = this.#frameOfPage[page] ?? -1;
    const frame = known >= 0 ? known : this.#load(page);
    this.#wasAsked[frame] = true;
    const buffer = this.#frames[frame];
    if (!buffer) throw new RangeError(`there is no page ${page}`);
    return { frame, buffer };
  }

  #load(page: number): number {
    const frame = this.#freeFrame();
    const buffer = this.#frames[frame];
    if (!buffer || this.#file === null) throw new RangeError(`there is no page ${page}`);
    readSync(this.#file, new Uint8Array(buffer), 0, PAGE_BYTES, page * PAGE_BYTES);
    this.#place(page, frame);
    return frame;
  }

  #place(page: number, frame: number): void {
    this.#frameOfPage[page] = frame;
    this.#pageOfFrame[frame] = page;
    this.#wasAsked[frame] = true;
  }

  /** A new one while there may be more, else the next one that was not asked for of late. */
  #freeFrame(): number {
    if (this.#frames.length < this.#most) return this.#frames.length;
    for (;;) {
      const frame = this.#hand;
      this.#hand = (this.#hand + 1) % this.#most;
      if (this.#wasAsked[frame]) this.#wasAsked[frame] = false;
      else {
        this.#putAway(frame);
        return frame;
      }
    }
  }

  /** Pages are written when they leave memory for the first time; they don't change once the next one was begun. */
  #putAway(frame: number): void {
    const page = this.#pageOfFrame[frame] ?? 0;
    const buffer = this.#frames[frame];
    if (buffer && !this.#isWritten(page)) {
      this.#file ??= openSync(this.#path, "w+", 0o600);
      writeSync(this.#file, new Uint8Array(buffer), 0, PAGE_BYTES, page * PAGE_BYTES);
      this.#written.add(page);
    }
    this.#frameOfPage[page] = -1;
  }

  readonly #written = new PageSet();

  #isWritten(page: number): boolean {
    return this.#written.has(page);
  }

  [Symbol.dispose](): void {
    this.#frames.length = 0;
    if (this.#file === null) return;
    closeSync(this.#file);
    unlinkSync(this.#path);
    this.#file = null;
  }
}

/** Page numbers, a bit each. */
class PageSet {
  #bits = new Uint8Array(1024);

  has(page: number): boolean {
    return ((this.#bits[page >>> 3] ?? 0) & (1 << (page & 7))) !== 0;
  }

  add(page: number): void {
    const at = page >>> 3;
    if (at >= this.#bits.length) {
      const grown = new Uint8Array(Math.max(this.#bits.length * 2, at + 1));
      grown.set(this.#bits);
      this.#bits = grown;
    }
    this.#bits[at] = (this.#bits[at] ?? 0) | (1 << (page & 7));
  }
}
