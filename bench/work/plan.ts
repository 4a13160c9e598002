/** Lists a bucket, joins it with the state, decides, prices, and stores the plan. */
import { z } from "zod";
import { makePlan } from "../../src/services/make-plan.ts";
import { openPlace, placeSchema } from "../bench-context.ts";
import { type WorkDone, timed } from "../outcome.ts";

const inputSchema = z.strictObject({ place: placeSchema, objects: z.number() });
export type PlanInput = z.infer<typeof inputSchema>;

export async function work(input: unknown): Promise<WorkDone> {
  const { place, objects } = inputSchema.parse(input);
  await using ctx = await openPlace(place);
  const { phase, result } = await timed(objects, () => makePlan({ ctx, input: { bucket: place.bucket } }));
  const { totals } = result;
  return {
    phases: { plan: phase },
    found: {
      id: result.id,
      seen: totals.objectsSeen,
      stay: totals.objectsStaying,
      moves: totals.moves,
      ...Object.fromEntries(Object.entries(totals.refusals).map(([reason, { objects: refused }]) => [reason, refused])),
    },
  };
}
