/** Lists a bucket through the adapter, in one stream or several. */
import { z } from "zod";
import { openPlace, placeSchema } from "../bench-context.ts";
import { ObjectTally } from "../object-tally.ts";
import { type WorkDone, timed } from "../outcome.ts";

const inputSchema = z.strictObject({ place: placeSchema, objects: z.number(), parallel: z.boolean() });
export type ListInput = z.infer<typeof inputSchema>;

export async function work(input: unknown): Promise<WorkDone> {
  const { place, objects, parallel } = inputSchema.parse(input);
  await using ctx = await openPlace(place);
  const store = await ctx.stores.open(place.bucket);
  const tally = new ObjectTally();
  const rssBeforeBytes = process.memoryUsage.rss();
  const { phase } = await timed(objects, async () => {
    for await (const page of parallel ? store.listParallel() : store.list())
      for (const object of page) tally.add(object);
  });
  return {
    phases: { list: phase },
    found: { sums: JSON.stringify(tally.sums()), requests: store.counters().requests, rssBeforeBytes },
  };
}
