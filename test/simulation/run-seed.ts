/** Runs the world of one seed from beginning to end. */
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { Judge } from "./judge.ts";
import { CHECKS } from "./checks.ts";
import { Life } from "./life.ts";
import type { Sabotage } from "./sabotage.ts";
import { installSimulatedTime } from "./simulated-process.ts";
import { World } from "./world.ts";

/** What a seed came to. */
export interface SeedResult {
  readonly seed: number;
  /** What went against the rules; none where all is well. */
  readonly findings: readonly string[];
  readonly steps: number;
  /** Everything that happened, a line each. */
  readonly story: () => readonly string[];
}

export async function runSeed(seed: number, sabotage: Sabotage | null = null): Promise<SeedResult> {
  const restore = installSimulatedTime();
  const story: (() => string)[] = [];
  const judge = new Judge(CHECKS);
  let world: World | null = null;
  try {
    const tell = (line: string): void => {
      story.push(world ? at({ steps: world.scheduler.steps, nowMs: world.scheduler.now() }, line) : () => line);
    };
    world = await World.open(seed, { sabotage, tell });
    try {
      await new Life(world, judge).run();
    } finally {
      await world.close();
      await rm(dirname(world.setting.config.state.path), { recursive: true, force: true });
    }
  } finally {
    restore();
  }
  return { seed, findings: judge.findings, steps: world.scheduler.steps, story: () => story.map((line) => line()) };
}

/** Put into words only when it is read. */
function at({ steps, nowMs }: { readonly steps: number; readonly nowMs: number }, line: string): () => string {
  return () => `${String(steps).padStart(5)} ${new Date(nowMs).toISOString().slice(5, 23)} ${line}`;
}
