/** Carries out a stored plan: HEAD, conditional copy, HEAD, journal, state, audit. */
import { z } from "zod";
import { applyPlan } from "../../src/services/moving/apply-plan.ts";
import { openPlace, placeSchema } from "../bench-context.ts";
import { type WorkDone, timed } from "../outcome.ts";

const inputSchema = z.strictObject({ place: placeSchema, objects: z.number(), planId: z.string() });
export type ApplyInput = z.infer<typeof inputSchema>;

export async function work(input: unknown): Promise<WorkDone> {
  const { place, objects, planId } = inputSchema.parse(input);
  await using ctx = await openPlace(place);
  const { phase, result } = await timed(objects, () => applyPlan({ ctx, input: { planId } }));
  const store = await ctx.stores.open(place.bucket);
  const { requests, retried } = store.counters();
  const { id, done, failed, skipped } = result;
  return { phases: { apply: phase }, found: { id, done, failed, skipped, requests, retried } };
}
