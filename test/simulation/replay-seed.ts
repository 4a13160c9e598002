/** A seed that once failed, lived through again. */
import { expect } from "vitest";
import { failureText } from "./seeds.ts";
import { runSeed } from "./run-seed.ts";

/** Fails with what went against the rules, and with the command that tells the story. */
export async function replaySeed(seed: number): Promise<void> {
  const result = await runSeed(seed);
  expect(result.findings, failureText(result)).toEqual([]);
}
