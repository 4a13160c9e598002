/** Produces access events through the validated path, then consumes them into the state. */
import { z } from "zod";
import { appendEvents } from "../../src/services/append-events.ts";
import { consumeEvents } from "../../src/services/consume-events.ts";
import { accessEvents } from "../access-events.ts";
import { openPlace, placeSchema } from "../bench-context.ts";
import { type WorkDone, timed } from "../outcome.ts";

const inputSchema = z.strictObject({ place: placeSchema, events: z.number() });
export type LogInput = z.infer<typeof inputSchema>;

export async function work(input: unknown): Promise<WorkDone> {
  const { place, events } = inputSchema.parse(input);
  await using ctx = await openPlace(place);
  const { topic, dead_letter_topic, partitions } = ctx.config.log;
  await ctx.log.ensureTopic(topic, partitions);
  await ctx.log.ensureTopic(dead_letter_topic, 1);
  const produced = await timed(events, () =>
    appendEvents({ ctx, input: { events: accessEvents(ctx, place.bucket, events) } }),
  );
  const startedMs = performance.now();
  let lastMs = startedMs;
  const progress = (): void => {
    lastMs = performance.now();
  };
  const consumed = await timed(events, () => consumeEvents({ ctx, input: { untilDrained: true, progress } }));
  return {
    phases: {
      produce: produced.phase,
      // A draining worker asks for the lag five times a second; the wall time ends with the last commit instead.
      consume: { ...consumed.phase, wallSeconds: (lastMs - startedMs) / 1000 },
    },
    found: {
      produced: produced.result.produced,
      bytes: produced.result.bytes,
      consumed: consumed.result.consumed,
      deadLettered: consumed.result.deadLettered,
      duplicates: consumed.result.duplicates,
    },
  };
}
