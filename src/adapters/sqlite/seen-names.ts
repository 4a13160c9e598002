/** Names of events as numbers: the first 64 bits of a hash of (source, id), and 32 more beside them. */
import { hash } from "node:crypto";

/** Most names of one list: a place and half an id fit one number exactly. */
export const MOST_NAMES = 2 ** 20;

export class SeenNames {
  readonly ids: BigInt64Array;
  readonly rests: Int32Array;
  readonly #halves: Int32Array;

  /** @throws RangeError where there are more than {@link MOST_NAMES} */
  constructor(events: readonly { readonly source: string; readonly id: string }[]) {
    if (events.length > MOST_NAMES) throw new RangeError(`${events.length} events at once`);
    this.ids = new BigInt64Array(events.length);
    this.rests = new Int32Array(events.length);
    this.#halves = new Int32Array(this.ids.buffer);
    for (const [at, { source, id }] of events.entries()) {
      // As latin1 text, which is several times cheaper than a buffer for each.
      const bytes = hash("sha256", `${source.length}:${source}${id}`, "binary");
      this.#halves[2 * at] = int32At(bytes, 0);
      this.#halves[2 * at + 1] = int32At(bytes, 4);
      this.rests[at] = int32At(bytes, 8);
    }
  }

  id(at: number): bigint {
    return this.ids[at] ?? 0n;
  }

  rest(at: number): number {
    return this.rests[at] ?? 0;
  }

  /** Places by ascending upper half of the id, near enough to its order; equal ones in theirs. */
  sorted(): Int32Array {
    // Upper half and place in one number are sorted without a comparison function.
    const keys = new Float64Array(this.ids.length);
    for (let at = 0; at < keys.length; at += 1) keys[at] = this.#upper(at) * MOST_NAMES + at;
    keys.sort();
    const order = new Int32Array(keys.length);
    for (const [rank, key] of keys.entries()) order[rank] = key - Math.floor(key / MOST_NAMES) * MOST_NAMES;
    return order;
  }

  /** Whether the event at that rank of the order stands before it already. */
  isRepeated(order: Int32Array, rank: number): boolean {
    const at = order[rank] ?? 0;
    for (let before = rank - 1; before >= 0; before -= 1) {
      const other = order[before] ?? 0;
      if (this.#upper(other) !== this.#upper(at)) return false;
      if (this.id(other) === this.id(at) && this.rest(other) === this.rest(at)) return true;
    }
    return false;
  }

  #upper(at: number): number {
    return this.#halves[2 * at + 1] ?? 0;
  }
}

function int32At(latin1: string, at: number): number {
  return (
    latin1.charCodeAt(at) |
    (latin1.charCodeAt(at + 1) << 8) |
    (latin1.charCodeAt(at + 2) << 16) |
    (latin1.charCodeAt(at + 3) << 24)
  );
}
