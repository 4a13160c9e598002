/**
 * Counts of reads by key and label (what else they have in common: bucket, readers, day), found by the bytes of the key as
 * the log has it: no text is made but of a key that is new. A hash table with open addressing over flat arrays.
 */
import { hashOf, isAlike, part } from "./byte-search.ts";
import { loggedKey } from "./logged-key.ts";

const FIRST_ENTRIES = 64;
const FIRST_BYTES = 4096;
const FREE = -1;
/** In place of the reads of what is no key. */
const NO_KEY = -1;
/** Slots per entry: no more than half of them are taken. */
const SLOTS = 2;

/** Reads under one key and label. */
export interface ReadCount {
  readonly key: string;
  readonly label: number;
  readonly reads: number;
  /** Sum of what each weighs. */
  readonly weight: number;
  /** Instant of the last one, epoch ms. */
  readonly lastMs: number;
}

/** An entry is 32 bytes, half a cache line: label, begin and end of its key, reads; then weight and last instant. */
const INTS = 8;
const FLOATS = 4;
/** A slot is the hash and the number of the entry. */
const SLOT = 2;

/** Grows with the keys that are counted; there is no taking away. */
export class ReadTable {
  #entries = 0;
  #capacity = FIRST_ENTRIES;
  #keyBytes = 0;
  #slots = freeSlots(FIRST_ENTRIES);
  /** The keys, one behind the other. */
  #bytes = new Uint8Array(FIRST_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #ints = new Int32Array(FIRST_ENTRIES * INTS);
  #floats = new Float64Array(this.#ints.buffer);
  /** Decoded; `null` for one that can't be. */
  #keys: (string | null)[] = [];

  /** Keys by label, those that can't be decoded included. */
  get size(): number {
    return this.#entries;
  }

  /**
   * Counts a read of the key in the bytes [start, end).
   * @returns `false`, and nothing is counted, where they are none
   */
  add(view: DataView, start: number, end: number, label: number, weight: number, timeMs: number): boolean {
    const hash = hashOf(view, start, end, label);
    let entry = this.#entryOf(view, start, end, label, hash);
    if (entry === FREE) entry = this.#insert(view, start, end, label, hash);
    const ints = this.#ints;
    const floats = this.#floats;
    const reads = ints[entry * INTS + 3] ?? 0;
    if (reads < 0) return false;
    ints[entry * INTS + 3] = reads + 1;
    const at = entry * FLOATS + 2;
    floats[at] = (floats[at] ?? 0) + weight;
    if (timeMs > (floats[at + 1] ?? 0)) floats[at + 1] = timeMs;
    return true;
  }

  /** The counts, those of one key that is written in two ways apart. */
  *counts(): Generator<ReadCount> {
    for (let entry = 0; entry < this.#entries; entry += 1) {
      const key = this.#keys[entry] ?? null;
      if (key === null) continue;
      const label = this.#ints[entry * INTS] ?? 0;
      const reads = this.#ints[entry * INTS + 3] ?? 0;
      const at = entry * FLOATS + 2;
      yield { key, label, reads, weight: this.#floats[at] ?? 0, lastMs: this.#floats[at + 1] ?? 0 };
    }
  }

  #entryOf(view: DataView, start: number, end: number, label: number, hash: number): number {
    const slots = this.#slots;
    const ints = this.#ints;
    const own = this.#view;
    const mask = slots.length / SLOT - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = slots[slot * SLOT + 1] ?? FREE;
      if (entry === FREE) return FREE;
      if (slots[slot * SLOT] !== hash) continue;
      const at = entry * INTS;
      const from = ints[at + 1] ?? 0;
      const isAsLong = ints[at] === label && (ints[at + 2] ?? 0) - from === end - start;
      if (isAsLong && isAlike(own, from, view, start, end)) return entry;
    }
  }

  #insert(view: DataView, start: number, end: number, label: number, hash: number): number {
    const entry = this.#entries;
    if (entry === this.#capacity) this.#grow();
    const keyEnd = this.#keyBytes + end - start;
    if (keyEnd > this.#bytes.length) {
      this.#bytes = copied(this.#bytes, new Uint8Array(keyEnd * 2));
      this.#view = new DataView(this.#bytes.buffer);
    }
    this.#bytes.set(part(view, start, end), this.#keyBytes);
    const key = loggedKey(view, start, end);
    this.#keys.push(key);
    this.#ints.set([label, this.#keyBytes, keyEnd, key === null ? NO_KEY : 0], entry * INTS);
    this.#floats[entry * FLOATS + 3] = Number.NEGATIVE_INFINITY;
    this.#keyBytes = keyEnd;
    this.#entries = entry + 1;
    place(this.#slots, entry, hash);
    return entry;
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#ints = copied(this.#ints, new Int32Array(this.#capacity * INTS));
    this.#floats = new Float64Array(this.#ints.buffer);
    const before = this.#slots;
    this.#slots = freeSlots(this.#capacity);
    for (let at = 0; at < before.length; at += SLOT) {
      const entry = before[at + 1] ?? FREE;
      if (entry !== FREE) place(this.#slots, entry, before[at] ?? 0);
    }
  }
}

function freeSlots(entries: number): Int32Array {
  return new Int32Array(entries * SLOTS * SLOT).fill(FREE);
}

function place(slots: Int32Array, entry: number, hash: number): void {
  const mask = slots.length / SLOT - 1;
  let slot = hash & mask;
  while (slots[slot * SLOT + 1] !== FREE) slot = (slot + 1) & mask;
  slots[slot * SLOT] = hash;
  slots[slot * SLOT + 1] = entry;
}

function copied<A extends Uint8Array | Int32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
