/** Produces access events at a steady rate, a hundredth of a second's worth at a time. */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { appendEvents } from "../../src/services/append-events.ts";
import { accessEvents } from "../access-events.ts";
import { openPlace, placeSchema } from "../bench-context.ts";
import { type WorkDone, timed } from "../outcome.ts";

const inputSchema = z.strictObject({ place: placeSchema, events: z.number(), perSecond: z.number() });
export type PacedProduceInput = z.infer<typeof inputSchema>;

const TICKS_PER_SECOND = 100;

export async function work(input: unknown): Promise<WorkDone> {
  const { place, events, perSecond } = inputSchema.parse(input);
  await using ctx = await openPlace(place);
  const made = accessEvents(ctx, place.bucket, events);
  const perTick = Math.ceil(perSecond / TICKS_PER_SECOND);
  let lateMs = 0;
  const { phase } = await timed(events, async () => {
    const startedMs = performance.now();
    for (let sent = 0; sent < events; sent += perTick) {
      const dueMs = startedMs + (sent / perSecond) * 1000;
      const aheadMs = dueMs - performance.now();
      lateMs = Math.max(lateMs, -aheadMs);
      if (aheadMs > 1) await sleep(aheadMs);
      const batch = Array.from({ length: Math.min(perTick, events - sent) }, () => made.next().value);
      await appendEvents({ ctx, input: { events: batch } });
    }
  });
  return { phases: { produce: phase }, found: { lateMs: Math.round(lateMs) } };
}
