/** The objects that are decided on, and what must come of them by a second hand: the oracle of the system tests. */
import { expectedClass, metadataCases } from "../test/system/matrix-oracle.ts";
import { keyOf } from "./sandbox-messages.ts";

/** One below and one above what pays its fee back. */
export const SIZES_BYTES = [2_000, 512 * 1024] as const;
/** Objects in a row of one size: every combination of age, reads and idle time. */
export const SIZE_RUN = 280;

export function sizeOf(index: number, sizesBytes: readonly number[]): number {
  return sizesBytes[Math.floor(index / SIZE_RUN) % sizesBytes.length] ?? 0;
}

/** The class every object should have, and how many there are of each outcome: a class to move to, a refusal, `stay`. */
export function expectedOutcomes(objects: number, nowMs: number) {
  const keys = Array.from({ length: objects }, (_, index) => keyOf(index));
  const cases = metadataCases(keys, nowMs);
  const counts = new Map<string, number>();
  const classes = new Map<string, string>();
  for (const [index, key] of keys.entries()) {
    const { storageClass, refusal } = expectedClass(key, sizeOf(index, SIZES_BYTES), cases.get(key));
    const outcome = refusal ?? (storageClass === "STANDARD" ? "stay" : storageClass);
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    classes.set(key, storageClass);
  }
  const metadata = Object.fromEntries([...cases].map(([key, known]) => [key, known.metadata]));
  return { counts: sorted(counts), classes, metadata };
}

export function sorted(counts: Iterable<readonly [string, number]>): Record<string, number> {
  return Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
