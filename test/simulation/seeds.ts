/** The seeds that every change has to pass, and what is said of one that does not. */
import type { Sabotage } from "./sabotage.ts";
import { type SeedResult, runSeed } from "./run-seed.ts";

/** Every change is tried in so many worlds. */
export const SEEDS = 1000;

/** Odd and even seeds, so that two workers share them. */
export const FIRST_HALF: readonly number[] = Array.from({ length: SEEDS / 2 }, (_, n) => 2 * n + 1);
export const SECOND_HALF: readonly number[] = Array.from({ length: SEEDS / 2 }, (_, n) => 2 * n + 2);
/** So many failing seeds say enough. */
const MOST_TOLD = 3;

/** What failing seeds found, with the command that shows their story. */
export async function failuresOf(seeds: readonly number[]): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const seed of seeds) {
    const result = await runSeed(seed);
    if (result.findings.length > 0) failures.push(failureText(result));
    if (failures.length >= MOST_TOLD) break;
  }
  return failures;
}

export function failureText({ seed, findings }: SeedResult, sabotage: Sabotage | null = null): string {
  return [`seed ${seed}: npm run simulate -- ${commandOf(seed, sabotage)}`, ...findings].join("\n  ");
}

/** Options of `npm run simulate` that show a seed's story. */
export function commandOf(seed: number, sabotage: Sabotage | null): string {
  return `--seed ${seed} --trace${sabotage ? ` --sabotage ${sabotage.name}` : ""}`;
}

/** Everything that was told, as one text. */
export function tellingOf(result: SeedResult): string {
  return [...result.story(), ...result.findings].join("\n");
}

/** The first seed that finds a sabotage, and finds nothing without it; `null` where none of `seeds` does. */
export async function firstFinding(sabotage: Sabotage, seeds: number): Promise<SeedResult | null> {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const result = await runSeed(seed, sabotage);
    if (result.findings.length > 0 && (await runSeed(seed)).findings.length === 0) return result;
  }
  return null;
}
