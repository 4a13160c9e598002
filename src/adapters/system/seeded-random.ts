/** Chance that repeats: the same seed gives the same numbers and ids, everywhere. */
import type { Random } from "../../ports/clock.ts";

/** Rounds after which the generator's state has forgotten how it was started. */
const WARM_UP = 12;

/** @param seed any safe integer. The generator is sfc32 (Chris Doty-Humphrey, PractRand). */
export function seededRandom(seed: number): Random {
  let a = 0x9e3779b9;
  let b = seed | 0;
  let c = Math.floor(seed / 2 ** 32) | 0;
  let counter = 1;
  const word = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  };
  for (let round = 0; round < WARM_UP; round += 1) word();
  const hex = (): string => word().toString(16).padStart(8, "0");
  return {
    next: () => word() / 2 ** 32,
    id: () => {
      const digits = hex() + hex() + hex() + hex();
      const variant = ((Number.parseInt(digits.charAt(16), 16) & 3) | 8).toString(16);
      return [
        digits.slice(0, 8),
        digits.slice(8, 12),
        `4${digits.slice(13, 16)}`,
        variant + digits.slice(17, 20),
        digits.slice(20),
      ].join("-");
    },
  };
}
