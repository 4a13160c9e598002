/** Decides a whole inventory in a thread of its own, as the command does: read, join, match, price, write, add up. */
import { z } from "zod";
import { planInThread } from "../../src/apps/batch-thread.ts";
import { openPlace, placeSchema } from "../bench-context.ts";
import { type WorkDone, timed } from "../outcome.ts";

const inputSchema = z.strictObject({ place: placeSchema, rows: z.number(), inventoryId: z.string() });
export type PlanInventoryWork = z.infer<typeof inputSchema>;

export async function work(input: unknown): Promise<WorkDone> {
  const { place, rows, inventoryId } = inputSchema.parse(input);
  await using ctx = await openPlace(place);
  const { phase, result } = await timed(rows, () => planInThread(ctx, { bucket: place.bucket, inventoryId }));
  const { objectsSeen, objectsStaying, moves, feeMicros, savingMicrosPerMonth, refusals } = result.totals;
  const refused = Object.values(refusals).reduce((sum, { objects }) => sum + objects, 0);
  return {
    phases: { decide: phase },
    found: { id: result.id, objectsSeen, objectsStaying, moves, refused, feeMicros, savingMicrosPerMonth },
  };
}
