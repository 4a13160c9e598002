/** Uploads the bodies of `created` events that lie in the log. */
import { z } from "zod";
import { consumeEvents } from "../../src/services/consume-events.ts";
import { generateEvents } from "../../src/services/generate-events.ts";
import { openPlace, placeSchema } from "../bench-context.ts";
import { type WorkDone, timed } from "../outcome.ts";

const inputSchema = z.strictObject({
  place: placeSchema,
  objects: z.number(),
  name: z.string(),
  sizeBytes: z.number(),
});
export type UploadsInput = z.infer<typeof inputSchema>;

export async function work(input: unknown): Promise<WorkDone> {
  const { place, objects, name, sizeBytes } = inputSchema.parse(input);
  await using ctx = await openPlace(place);
  await generateEvents({ ctx, input: { bucket: place.bucket, names: [name], count: objects, sizeBytes } });
  const startedMs = performance.now();
  let lastMs = startedMs;
  const progress = (): void => {
    lastMs = performance.now();
  };
  const { phase, result } = await timed(objects, () => consumeEvents({ ctx, input: { untilDrained: true, progress } }));
  return {
    phases: { uploads: { ...phase, wallSeconds: (lastMs - startedMs) / 1000 } },
    found: { uploaded: result.uploaded, deadLettered: result.deadLettered },
  };
}
