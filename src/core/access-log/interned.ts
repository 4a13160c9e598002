/** Small numbers for names that come again and again, told from their bytes. */
import { hashOf, isAlike, part } from "./byte-search.ts";

/** Names remembered at a time, at most; the place of one is that of its hash. */
const PLACES = 16_384;
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

interface Name {
  readonly bytes: DataView;
  readonly number: number;
}

/** Remembers the numbers of names met before; the caller says what the number of a new one is. */
export class Interned {
  readonly #numberOf: (name: string) => number;
  readonly #known = new Map<number, Name>();
  #last: Name = { bytes: new DataView(new ArrayBuffer(0)), number: 0 };

  /** @param numberOf asked again for a name that was forgotten */
  constructor(numberOf: (name: string) => number) {
    this.#numberOf = numberOf;
  }

  number(view: DataView, start: number, end: number): number {
    if (isName(this.#last, view, start, end)) return this.#last.number;
    const place = hashOf(view, start, end, 0) & (PLACES - 1);
    let found = this.#known.get(place);
    if (found === undefined || !isName(found, view, start, end)) {
      const bytes = part(view, start, end).slice();
      found = { bytes: new DataView(bytes.buffer), number: this.#numberOf(UTF8.decode(bytes)) };
      this.#known.set(place, found);
    }
    this.#last = found;
    return found.number;
  }
}

function isName({ bytes }: Name, view: DataView, start: number, end: number): boolean {
  return bytes.byteLength === end - start && isAlike(bytes, 0, view, start, end);
}
