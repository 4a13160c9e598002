/** Consumes a backlog into the state until nothing is left of it. */
import { z } from "zod";
import { consumeEvents } from "../../src/services/consume-events.ts";
import { openPlace, placeSchema } from "../bench-context.ts";
import { type WorkDone, timed } from "../outcome.ts";

const inputSchema = z.strictObject({ place: placeSchema, events: z.number() });
export type StreamInput = z.infer<typeof inputSchema>;

export async function work(input: unknown): Promise<WorkDone> {
  const { place, events } = inputSchema.parse(input);
  await using ctx = await openPlace(place);
  const startedMs = performance.now();
  let lastMs = startedMs;
  const progress = (): void => {
    lastMs = performance.now();
  };
  const { phase, result } = await timed(events, () => consumeEvents({ ctx, input: { untilDrained: true, progress } }));
  const { consumed, deadLettered, duplicates } = result;
  return {
    // A draining worker asks for the lag five times a second; the wall time ends with the last commit instead.
    phases: { consume: { ...phase, wallSeconds: (lastMs - startedMs) / 1000 } },
    found: { consumed, deadLettered, duplicates },
  };
}
