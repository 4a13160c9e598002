/** Produces access events through the validated path. */
import { z } from "zod";
import { appendEvents } from "../../src/services/append-events.ts";
import { accessEvents } from "../access-events.ts";
import { openPlace, placeSchema } from "../bench-context.ts";
import { type WorkDone, timed } from "../outcome.ts";

const inputSchema = z.strictObject({ place: placeSchema, events: z.number(), objects: z.number() });
export type ProduceInput = z.infer<typeof inputSchema>;

export async function work(input: unknown): Promise<WorkDone> {
  const { place, events, objects } = inputSchema.parse(input);
  await using ctx = await openPlace(place);
  const { topic, dead_letter_topic, partitions } = ctx.config.log;
  await ctx.log.ensureTopic(topic, partitions);
  await ctx.log.ensureTopic(dead_letter_topic, 1);
  const { phase, result } = await timed(events, () =>
    appendEvents({ ctx, input: { events: accessEvents(ctx, place.bucket, events, objects) } }),
  );
  return { phases: { produce: phase }, found: { produced: result.produced, bytes: result.bytes } };
}
