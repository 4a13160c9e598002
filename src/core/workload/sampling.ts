/**
 * Draws from the laws of workloads. Two sources of chance: a stream that the caller seeds, where the order of the draws
 * matters; and places, where every draw is a pure function of a seed and a number, so that any part of a workload can be
 * made by itself, in any order, and comes out the same.
 */

/** Standard normal by Box–Muller, of two draws of a stream. */
export function gaussian(random: () => number): number {
  const first = random();
  return gaussianOf(first, random());
}

/** Standard normal by Box–Muller, of two uniform numbers in [0, 1). */
export function gaussianOf(first: number, second: number): number {
  return Math.sqrt(-2 * Math.log(1 - first)) * Math.cos(2 * Math.PI * second);
}

/** Poisson of a stream by Knuth's method; for means below ten or so. */
export function poisson(mean: number, random: () => number): number {
  if (mean <= 0) return 0;
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count += 1;
  return count;
}

/** A seed of 64 bits, from which draws at numbered places are made. */
export interface Places {
  readonly low: number;
  readonly high: number;
}

/** @param seed any safe integer. */
export function seedPlaces(seed: number): Places {
  return derivedPlaces({ low: seed | 0, high: Math.floor(seed / 2 ** 32) | 0 }, 0);
}

/** A seed of its own for part `number` of what `places` is the seed of. */
export function derivedPlaces({ low, high }: Places, number: number): Places {
  const first = mixed(Math.imul(number + 1, GOLDEN) ^ low);
  const second = mixed((first + high) | 0);
  return { low: second, high: mixed((second ^ Math.imul(number + 1, SILVER)) + low) };
}

/** Uniform in [0, 1), in steps of 2^-32, at place `number`, a 32-bit integer. */
export function uniformAt({ low, high }: Places, number: number): number {
  return (mixed((mixed(Math.imul(number + 1, GOLDEN) ^ low) + high) | 0) >>> 0) / 2 ** 32;
}

/** Largest mean for which one uniform number of 32 bits is inverted. */
const INVERTED_MEAN = 16;
/** Places of one number's further draws lie this far apart; numbers are below it. */
const FURTHER = 1 << 20;

/**
 * Poisson at place `number` (0 to 2^20) by inversion of the distribution; a larger mean is a sum of parts.
 * A count whose chance is under 2^-32 never comes.
 */
export function poissonAt(mean: number, places: Places, number: number): number {
  let count = 0;
  let left = mean;
  for (let part = 0; left > 0; part += 1) {
    count += inverted(Math.min(left, INVERTED_MEAN), uniformAt(places, number + part * FURTHER));
    left -= INVERTED_MEAN;
  }
  return count;
}

function inverted(mean: number, uniform: number): number {
  let chance = Math.exp(-mean);
  let count = 0;
  for (let below = chance; uniform >= below && chance > Number.EPSILON; below += chance) {
    count += 1;
    chance *= mean / count;
  }
  return count;
}

/** 2^32 ÷ the golden ratio, and another odd number with its bits spread: neighbouring places get unlike bits. */
const GOLDEN = 0x9e3779b1;
const SILVER = 0x85ebca6b;

/** A mixing of 32 bits in which every input bit flips each output bit half the time (Chris Wellons, "lowbias32"). */
function mixed(word: number): number {
  let x = word;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return x ^ (x >>> 15);
}
