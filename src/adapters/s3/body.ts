/** Bodies of known or unknown length, cut into pieces. */
import { AstraError } from "../../core/errors.ts";
import type { PutInput } from "../../ports/object-store.ts";

/** Chunks in, pieces of the wanted size out; what was taken is not held. */
export class BodyReader {
  readonly #source: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  readonly #declared: number | null;
  readonly #where: string;
  #chunks: Uint8Array[] = [];
  #buffered = 0;
  #read = 0;
  #ended = false;

  constructor(input: Pick<PutInput, "body" | "sizeBytes">, where: string) {
    const { body } = input;
    this.#source = body instanceof Uint8Array ? [body].values() : body[Symbol.asyncIterator]();
    this.#declared = input.sizeBytes ?? null;
    this.#where = where;
  }

  /** Bytes read from the source so far. */
  get readBytes(): number {
    return this.#read;
  }

  /**
   * Reads on until more than `bytes` are held or the source ends.
   * @returns whether more than `bytes` are held.
   * @throws ASTRA_BODY_MISMATCH as soon as the declared size is passed, or at an end that comes before it.
   */
  async holdsMoreThan(bytes: number): Promise<boolean> {
    while (!this.#ended && this.#buffered <= bytes) {
      const next = await this.#source.next();
      if (next.done === true) this.#ended = true;
      else this.#keep(next.value);
    }
    if (this.#ended && this.#declared !== null && this.#read !== this.#declared)
      throw this.#mismatch(`is ${this.#read}`);
    return this.#buffered > bytes;
  }

  /** Removes and joins up to `bytes` of what is held. */
  take(bytes: number): Uint8Array {
    const taken: Uint8Array[] = [];
    let missing = Math.min(bytes, this.#buffered);
    this.#buffered -= missing;
    while (missing > 0) {
      const chunk = this.#chunks.shift();
      if (!chunk) break;
      taken.push(chunk.length > missing ? chunk.subarray(0, missing) : chunk);
      if (chunk.length > missing) this.#chunks.unshift(chunk.subarray(missing));
      missing -= Math.min(missing, chunk.length);
    }
    return taken.length === 1 && taken[0] ? taken[0] : Buffer.concat(taken);
  }

  /** Tells a stream that nobody reads on. */
  async close(): Promise<void> {
    if (!this.#ended) await this.#source.return?.();
  }

  #keep(chunk: Uint8Array): void {
    this.#read += chunk.length;
    this.#buffered += chunk.length;
    if (chunk.length > 0) this.#chunks.push(chunk);
    if (this.#declared !== null && this.#read > this.#declared) throw this.#mismatch(`has at least ${this.#read}`);
  }

  #mismatch(found: string): AstraError {
    return new AstraError(
      "ASTRA_BODY_MISMATCH",
      `${this.#where}: the size given is ${this.#declared} bytes, but the body ${found}`,
      { where: this.#where },
    );
  }
}
