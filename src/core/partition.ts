/**
 * Which partition a key belongs to, exactly as the Java client of Apache Kafka decides it, so that every log adapter and
 * every other client of the same topic agree.
 */

const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const R = 24;

const encoder = new TextEncoder();

/** MurmurHash2, 32 bits, with Kafka's seed; signed as in Java. */
export function murmur2(data: Uint8Array): number {
  const length = data.length;
  const view = new DataView(data.buffer, data.byteOffset, length);
  const tail = length & ~3;
  let hash = (SEED ^ length) | 0;
  for (let at = 0; at < tail; at += 4) {
    let k = Math.imul(view.getInt32(at, true), M);
    k ^= k >>> R;
    hash = Math.imul(hash, M) ^ Math.imul(k, M);
  }
  if (tail < length) {
    for (let at = length - 1; at >= tail; at -= 1) hash ^= view.getUint8(at) << (8 * (at - tail));
    hash = Math.imul(hash, M);
  }
  hash ^= hash >>> 13;
  hash = Math.imul(hash, M);
  return hash ^ (hash >>> 15);
}

/**
 * The partition of a key (its UTF-8 bytes) among `partitions`, from 0.
 * @throws RangeError when `partitions` is not a positive whole number.
 */
export function partitionOfKey(key: string, partitions: number): number {
  return partitionOfBytes(encoder.encode(key), partitions);
}

/** As {@link partitionOfKey}, of a key that is encoded already. */
export function partitionOfBytes(key: Uint8Array, partitions: number): number {
  if (!Number.isSafeInteger(partitions) || partitions < 1) throw new RangeError(`no partition among ${partitions}`);
  return (murmur2(key) & 0x7fffffff) % partitions;
}
