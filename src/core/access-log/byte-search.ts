/**
 * Bytes searched, compared and hashed four at a step, without making a text of them. A byte is looked for in a word by the
 * test for a zero byte of H. S. Warren, Hacker's Delight, 2nd ed., section 6-1.
 */

const LOW_BITS = 0x01_01_01_01;
const HIGH_BITS = 0x80_80_80_80 | 0;
const ALL_BUT_HIGH = 0x7f_7f_7f_7f;

/** Where `byte` is first in [start, end); -1 where it isn't. */
export function firstOf(view: DataView, byte: number, start: number, end: number): number {
  const pattern = Math.imul(byte, LOW_BITS);
  let i = start;
  for (; i + 4 <= end; i += 4) {
    const word = view.getInt32(i, true) ^ pattern;
    // Marks the lowest zero byte; what is marked above it may be wrong.
    const zeros = (word - LOW_BITS) & ~word & HIGH_BITS;
    if (zeros !== 0) return i + ((31 - Math.clz32(zeros & -zeros)) >> 3);
  }
  for (; i < end; i += 1) if (view.getUint8(i) === byte) return i;
  return -1;
}

/** Where `byte` is last in [start, end); -1 where it isn't. */
export function lastOf(view: DataView, byte: number, start: number, end: number): number {
  const pattern = Math.imul(byte, LOW_BITS);
  let i = end;
  for (; i - 4 >= start; i -= 4) {
    const word = view.getInt32(i - 4, true) ^ pattern;
    const zeros = ~(((word & ALL_BUT_HIGH) + ALL_BUT_HIGH) | word | ALL_BUT_HIGH);
    if (zeros !== 0) return i - 4 + ((31 - Math.clz32(zeros)) >> 3);
  }
  for (i -= 1; i >= start; i -= 1) if (view.getUint8(i) === byte) return i;
  return -1;
}

/** Whether the bytes of one from `at` on are those of another in [start, end). */
export function isAlike(one: DataView, at: number, other: DataView, start: number, end: number): boolean {
  if (at + end - start > one.byteLength) return false;
  let i = start;
  let j = at;
  for (; i + 4 <= end; i += 4, j += 4) if (other.getInt32(i, true) !== one.getInt32(j, true)) return false;
  for (; i < end; i += 1, j += 1) if (other.getUint8(i) !== one.getUint8(j)) return false;
  return true;
}

/**
 * A 32-bit hash of the bytes [start, end). The multipliers and the last mixing are those of MurmurHash3 (Austin Appleby,
 * public domain); its values are never kept.
 */
export function hashOf(view: DataView, start: number, end: number, seed: number): number {
  let hash = seed ^ (end - start);
  let i = start;
  for (; i + 4 <= end; i += 4) {
    hash = Math.imul(hash ^ view.getInt32(i, true), 0x85_eb_ca_6b);
    hash ^= hash >>> 15;
  }
  for (; i < end; i += 1) hash = Math.imul(hash ^ view.getUint8(i), 0x85_eb_ca_6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35);
  return hash ^ (hash >>> 16);
}

/** A text's bytes. */
export function bytesOf(text: string): DataView {
  const { buffer, byteOffset, byteLength } = new TextEncoder().encode(text);
  return new DataView(buffer, byteOffset, byteLength);
}

/** The bytes [start, end), not copied. */
export function part(view: DataView, start: number, end: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + start, end - start);
}
