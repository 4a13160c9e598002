/** What a measured process tells the one that started it. */
import { z } from "zod";

const phase = z.strictObject({
  units: z.number(),
  wallSeconds: z.number(),
  /** User and system time of all threads of the process. */
  cpuSeconds: z.number(),
});
/** A stretch of work and its cost. */
export type Phase = z.infer<typeof phase>;

export const outcomeSchema = z.strictObject({
  phases: z.record(z.string(), phase),
  /** What the work says it did; to be checked against an independent reader. */
  found: z.record(z.string(), z.union([z.string(), z.number()])),
});
/** What a measured process did, and what it cost. */
export type Outcome = z.infer<typeof outcomeSchema> & ProcessCost;

export const usageSchema = z.strictObject({ processCpuSeconds: z.number(), rssPeakBytes: z.number() });
/** Of a whole process with all its threads, from its start to its exit. */
export type ProcessCost = z.infer<typeof usageSchema> & { readonly processWallSeconds: number };

/** What a module below bench/work gives back. */
export type WorkDone = z.infer<typeof outcomeSchema>;

/** Runs the work once; the clock stands still before and after. */
export async function timed<T>(
  units: number,
  work: () => Promise<T> | T,
): Promise<{ readonly result: T; readonly phase: Phase }> {
  const cpuBefore = process.cpuUsage();
  const startedMs = performance.now();
  const result = await work();
  const wallSeconds = (performance.now() - startedMs) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { result, phase: { units, wallSeconds, cpuSeconds: (user + system) / 1e6 } };
}

/** @throws Error where the outcome has no such phase */
export function phaseOf(outcome: Outcome, name: string): Phase {
  const found = outcome.phases[name];
  if (!found) throw new Error(`the measured process has no phase ${name}`);
  return found;
}
