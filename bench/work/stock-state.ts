/** Fills a state with objects as it would know them after they were created. */
import { z } from "zod";
import { type ObjectState, unknownObject } from "../../src/core/object-state.ts";
import { MS_PER_DAY } from "../../src/core/units.ts";
import { openPlace, placeSchema } from "../bench-context.ts";
import { type WorkDone, timed } from "../outcome.ts";
import { keyOf } from "../sandbox-messages.ts";

const inputSchema = z.strictObject({ place: placeSchema, objects: z.number() });
export type StockStateInput = z.infer<typeof inputSchema>;

const BATCH = 20_000;
const AGE_DAYS = 100;
const SIZE_BYTES = 4 * 1024 ** 2;

export async function work(input: unknown): Promise<WorkDone> {
  const { place, objects } = inputSchema.parse(input);
  await using ctx = await openPlace(place);
  const createdMs = ctx.clock.now() - AGE_DAYS * MS_PER_DAY;
  const { phase } = await timed(objects, async () => {
    for (let from = 0; from < objects; from += BATCH) {
      const count = Math.min(BATCH, objects - from);
      const states = Array.from({ length: count }, (_, index): ObjectState => ({
        ...unknownObject({ bucket: place.bucket, key: keyOf(from + index) }),
        sizeBytes: SIZE_BYTES,
        etag: `"${(from + index).toString(16).padStart(32, "0")}"`,
        storageClass: "STANDARD",
        createdMs,
        classSinceMs: createdMs,
      }));
      await ctx.state.putObjects(states);
    }
  });
  return { phases: { stock: phase }, found: { objects } };
}
