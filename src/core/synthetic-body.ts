/**
 * Generated bodies: a stream of bytes named by a seed, the same everywhere and addressable at any place, so that a
 * body of any size can be kept as (seed, size). The stream of a smaller size is a prefix of that of a larger one.
 */
import { KIB } from "./units.ts";

/** Bytes made from one state of the generator; the stream can be entered at every multiple of it. */
const BLOCK_BYTES = 64 * KIB;
const BLOCK_WORDS = BLOCK_BYTES / 4;

/** The body `synthetic:SEED:SIZE` in chunks of at most 64 KiB. */
export function syntheticChunks(seed: string, sizeBytes: number): Iterable<Uint8Array> {
  return syntheticRange(seed, 0, sizeBytes);
}

/** Bytes `fromByte` (inclusive) to `toByte` (exclusive) of the endless stream of a seed. */
export function* syntheticRange(seed: string, fromByte: number, toByte: number): Generator<Uint8Array> {
  const state = seedState(seed);
  for (let at = fromByte; at < toByte;) {
    const block = Math.floor(at / BLOCK_BYTES);
    const start = block * BLOCK_BYTES;
    const end = Math.min(toByte, start + BLOCK_BYTES);
    yield blockBytes(state, block, end - start).subarray(at - start, end - start);
    at = end;
  }
}

type State = readonly [number, number, number];

/** Three words of state from the seed's code units (cyrb-style mixing). */
function seedState(seed: string): State {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = 0xb7e15162;
  for (let i = 0; i < seed.length; i++) {
    const unit = seed.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x85ebca6b);
    b = Math.imul(b ^ unit, 0xc2b2ae35);
    c = Math.imul(c ^ unit, 0x27d4eb2f);
    a ^= b >>> 15;
    b ^= c >>> 13;
    c ^= a >>> 16;
  }
  return [a, b, c];
}

/** The first `length` bytes of one block: sfc32, started from the seed's state and the block's number. */
function blockBytes(state: State, block: number, length: number): Uint8Array {
  let a = state[0];
  let b = state[1] ^ Math.imul(block, 0x9e3779b1);
  let c = state[2] ^ Math.floor(block / 0x1_0000_0000);
  let counter = 1;
  const words = new Uint32Array(Math.min(BLOCK_WORDS, Math.ceil(length / 4)));
  for (let i = -WARM_UP_ROUNDS; i < words.length; i++) {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    if (i >= 0) words[i] = sum;
  }
  return new Uint8Array(words.buffer);
}

/** Rounds after which neighbouring states no longer look alike (sfc32's author uses 12). */
const WARM_UP_ROUNDS = 12;
