/** Makes an inventory and a state that knows every tenth of its objects. */
import { z } from "zod";
import { writeInventoryFixture, statesOfFixture } from "../inventory-fixture.ts";
import { openPlace, placeSchema } from "../bench-context.ts";
import { type WorkDone, timed } from "../outcome.ts";

const inputSchema = z.strictObject({ place: placeSchema, rows: z.number(), inventoryId: z.string() });
export type StockInventoryInput = z.infer<typeof inputSchema>;

const ONE_IN = 10;

export async function work(input: unknown): Promise<WorkDone> {
  const { place, rows, inventoryId } = inputSchema.parse(input);
  await using ctx = await openPlace(place);
  const fixture = { rows, bucket: place.bucket, nowMs: ctx.clock.now() };
  const { phase } = await timed(rows, async () => {
    await writeInventoryFixture({ ...fixture, stateFolder: place.folder, id: inventoryId });
    const { history_days: keepDays } = ctx.config.engine;
    for await (const states of statesOfFixture(fixture, ONE_IN, keepDays)) await ctx.state.putObjects(states);
  });
  return { phases: { stock: phase }, found: {} };
}
