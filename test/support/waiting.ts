/** Waiting for what another process does. */
import { setTimeout as pause } from "node:timers/promises";

const LOOK_EVERY_MS = 100;

/**
 * Looks until there is something. A limit is only there so that a test that would never end says what it waited for.
 * @throws Error after `limitMs`, naming what was awaited.
 */
export async function until<T>(awaited: string, limitMs: number, look: () => Promise<T | null> | T | null): Promise<T> {
  const giveUp = performance.now() + limitMs;
  for (;;) {
    const seen = await look();
    if (seen !== null) return seen;
    if (performance.now() > giveUp) throw new Error(`waited ${limitMs / 1000} s in vain for ${awaited}`);
    await pause(LOOK_EVERY_MS);
  }
}
