/** Where a connection gathers the bytes of a body: the same memory for one answer after the other. */

/** What is kept for the next answer: a page of a listing has a third of it. */
const KEPT_BYTES = 1024 * 1024;
const NOTHING = Buffer.alloc(0);

export class BodyMemory {
  #bytes: Buffer = NOTHING;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(piece: Buffer): void {
    const length = this.#length + piece.length;
    if (length > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(length, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    piece.copy(this.#bytes, this.#length);
    this.#length = length;
  }

  /** All that was added, decoded; afterwards there is nothing. */
  takeText(): string {
    const text = this.#bytes.toString("utf8", 0, this.#length);
    this.clear();
    return text;
  }

  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = NOTHING;
  }
}
