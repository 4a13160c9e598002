/** A line that a run printed, as the page reads it. */
import { z } from "zod";

const figures = z.looseObject({
  unitsPerSecond: z.number(),
  unitsPerCpuSecond: z.number(),
  cpuSecondsPer1000: z.number(),
});
const peer = z.union([figures.extend({ ratioPerSecond: z.number() }), z.strictObject({ notRun: z.string() })]);

const lineSchema = z.looseObject({
  run: z.string(),
  case: z.string(),
  check: z.enum(["ok", "failed", "not run"]),
  reason: z.string().optional(),
  parts: z.record(z.string(), figures).default({}),
  peers: z.record(z.string(), peer).default({}),
  astra: z.string(),
  commit: z.string(),
  node: z.string(),
  machine: z.string(),
  takenAt: z.string(),
  /** What else the machine did meanwhile, where it did anything. */
  besides: z.string().optional(),
});
export type Line = z.infer<typeof lineSchema>;

/** @throws ZodError where it is none */
export function parseLine(text: string): Line {
  return lineSchema.parse(JSON.parse(text));
}

/** @throws RangeError where the line has no such number */
export function numberAt(line: Line, name: string): number {
  const value = line[name];
  if (typeof value !== "number") throw new RangeError(`the line of ${line.run} has no number ${name}`);
  return value;
}

/** The peer whose name begins so; `null` where it did not run. */
export function peerAt(line: Line, name: string): Extract<Line["peers"][string], { unitsPerSecond: number }> | null {
  const found = Object.entries(line.peers).find(([each]) => each.startsWith(name))?.[1];
  return found && "unitsPerSecond" in found ? found : null;
}
