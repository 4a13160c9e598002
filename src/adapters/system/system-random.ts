/** Chance from the operating system. */
import { getRandomValues, randomUUID } from "node:crypto";
import type { Random } from "../../ports/clock.ts";

/** Words drawn at a time: one call of the system for many numbers. */
const POOL_WORDS = 256;

export function systemRandom(): Random {
  const pool = new Uint32Array(POOL_WORDS);
  let used = POOL_WORDS;
  const next = (): number => {
    if (used === POOL_WORDS) {
      getRandomValues(pool);
      used = 0;
    }
    const word = pool[used] ?? 0;
    used += 1;
    return word / 2 ** 32;
  };
  return { next, id: () => randomUUID() };
}
