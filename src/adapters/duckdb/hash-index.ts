/**
 * Places of records by a 64-bit hash of their key, in typed arrays: twelve bytes a slot. A hash that comes twice has two
 * slots; whoever asks compares the keys.
 */

const FIRST_SLOTS = 1 << 12;
/** Slots are doubled beyond this share: runs of taken ones stay short. */
const FULLEST = 0.6;

export class HashIndex {
  #low = new Uint32Array(FIRST_SLOTS);
  #high = new Uint32Array(FIRST_SLOTS);
  /** Place plus one; 0 in an empty slot. */
  #places = new Uint32Array(FIRST_SLOTS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** @param place below 2³² − 1 */
  add(low: number, high: number, place: number): void {
    if (this.#size >= this.#places.length * FULLEST) this.#grow();
    this.#put(low, high, place + 1);
    this.#size += 1;
  }

  /** Slot of the first record with the hash, or of the next one after `slot`; -1 where there is none. */
  find(low: number, high: number, after = -1): number {
    const mask = this.#places.length - 1;
    for (let slot = after < 0 ? low & mask : (after + 1) & mask; this.#places[slot] !== 0; slot = (slot + 1) & mask) {
      if (this.#low[slot] === low && this.#high[slot] === high) return slot;
    }
    return -1;
  }

  placeAt(slot: number): number {
    return (this.#places[slot] ?? 0) - 1;
  }

  #put(low: number, high: number, entry: number): void {
    const mask = this.#places.length - 1;
    let slot = low & mask;
    while (this.#places[slot] !== 0) slot = (slot + 1) & mask;
    this.#low[slot] = low;
    this.#high[slot] = high;
    this.#places[slot] = entry;
  }

  #grow(): void {
    const [low, high, places] = [this.#low, this.#high, this.#places];
    const slots = places.length * 2;
    this.#low = new Uint32Array(slots);
    this.#high = new Uint32Array(slots);
    this.#places = new Uint32Array(slots);
    for (let slot = 0; slot < places.length; slot += 1) {
      const entry = places[slot] ?? 0;
      if (entry !== 0) this.#put(low[slot] ?? 0, high[slot] ?? 0, entry);
    }
  }
}
