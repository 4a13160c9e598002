/** Takes an inventory off this machine, or what is done of one. */
import { requirePermission } from "../../core/permission.ts";
import type { Context } from "../context.ts";
import { findInventory } from "./show-inventories.ts";

/** @returns the one removed. @throws AstraError ASTRA_INVENTORY_MISSING */
export async function removeInventory({
  ctx,
  input,
}: {
  ctx: Pick<Context, "actor" | "inventories">;
  input: { readonly bucket: string | null; readonly id: string };
}): Promise<{ readonly bucket: string; readonly id: string }> {
  requirePermission(ctx.actor, "state.write");
  const found = await findInventory(ctx, input, true);
  await ctx.inventories.remove(found.bucket, found.id);
  return found;
}
